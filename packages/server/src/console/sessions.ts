import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { frozenClock, systemClock } from '../platform/clock/clock.ts'
import type { Ctx } from '../platform/context.ts'
import { forbidden, unauthorized } from '../platform/errors.ts'
import { type Authenticated, callerOf } from '../platform/http/authentication.ts'
import type { Auth } from './auth.ts'
import { findMembership } from './memberships.ts'
import { refuseForeignOrigin, webHeaders } from './requests.ts'
import { permissionsOf, withheldFrom } from './roles.ts'

/** Names the organization that a request of the console is about, by id. No page of another site can send it. */
export const ORGANIZATION_HEADER = 'weir-organization'

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

type System = Omit<Ctx, 'org'>

/** Whose session the request's cookie belongs to. */
export async function findUser(system: System, auth: () => Promise<Auth>, request: FastifyRequest) {
  if (request.headers.cookie?.includes('weir.session_token') !== true) return undefined
  const headers = webHeaders(request, system.config)
  const session = await (await auth()).api.getSession({ headers, query: { disableRefresh: true } })
  return session === null ? undefined : { id: session.user.id, name: session.user.name, email: session.user.email }
}

/** @throws 401 when nobody is signed in */
export async function requireUser(system: System, auth: () => Promise<Auth>, request: FastifyRequest): Promise<User> {
  const user = await findUser(system, auth, request)
  if (user === undefined) throw unauthorized()
  return user
}

/**
 * The ctx and rights of a signed-in user in the organization that the request names; undefined when the request names none
 * or nobody is signed in.
 *
 * @throws 403 `foreign_origin`, `not_a_member`
 */
export async function authenticateSession(
  system: System,
  auth: () => Promise<Auth>,
  request: FastifyRequest,
): Promise<(Authenticated & { readonly user: User; readonly roles: readonly string[] }) | undefined> {
  const organizationId = request.headers[ORGANIZATION_HEADER]
  if (typeof organizationId !== 'string') return undefined
  refuseForeignOrigin(request, system.config)
  const user = await findUser(system, auth, request)
  if (user === undefined) return undefined
  const membership = await findMembership(system.db, user.id, organizationId)
  if (membership === undefined) throw forbidden('not_a_member')
  const { testClockNow, roles } = membership
  const ctx: Ctx = {
    ...system,
    org: { id: membership.organizationId, sandbox: membership.sandbox, testClock: testClockNow !== null },
    clock: testClockNow === null ? systemClock : frozenClock(testClockNow),
    log: request.log as Logger,
    actor: { type: 'user', id: user.id },
    caller: () => callerOf(request),
  }
  return { ctx, permissions: permissionsOf(roles), withheld: withheldFrom(roles), user, roles }
}
