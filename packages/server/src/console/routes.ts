import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { getOrganization, issueApiKey, listApiKeys, revokeApiKey } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { forbidden, unauthorized } from '../platform/errors.ts'
import { callerOf } from '../platform/http/authentication.ts'
import { Input, isRecord, Nullable, readObject } from '../platform/http/input.ts'
import { formatInstant } from '../platform/wire.ts'
import type { Auth } from './auth.ts'
import { demoData } from './demo-data.ts'
import { findInvitation, type Invitation, invite, listInvitations, revokeInvitation } from './invitations.ts'
import { changeRoles, listMembers, listMemberships, type Member, type Membership, removeMember } from './memberships.ts'
import { passCookies, requireConsole } from './requests.ts'
import { permissionsOf } from './roles.ts'
import { authenticateSession, findUser, requireUser } from './sessions.ts'
import { acceptInvitation, createOwnOrganization, isSignUpOpen, signUpFirst } from './sign-up.ts'

type System = Omit<Ctx, 'org'>

interface ById {
  Params: { id: string }
}

const Text = Nullable(Type.String())
const SignUpInput = Input({ organization_name: Text, name: Text, email: Text, password: Text })
const AcceptInput = Input({ name: Text, password: Text })
const OrganizationInput = Input({ name: Text, sandbox: Type.Boolean() })
const ApiKeyInput = Input({ name: Text })

const schema = { hide: true }

/** `/console/api/…`: what only the console needs. Everything else it does, it does through the public API. */
export function consoleRoutes(app: FastifyInstance, system: System, auth: () => Promise<Auth>): void {
  app.addHook('onRequest', async request => requireConsole(request, system.config))
  userRoutes(app, system, auth)
  teamRoutes(app, system, auth)
  apiKeyRoutes(app, system, auth)
  demoRoutes(app, system, auth)
}

function userRoutes(app: FastifyInstance, system: System, auth: () => Promise<Auth>): void {
  app.get('/me', { schema }, async request => {
    const user = await findUser(system, auth, request)
    if (user === undefined) return { user: null, organizations: [], sign_up_open: await isSignUpOpen(system.db) }
    const memberships = await listMemberships(system.db, user.id)
    return { user, organizations: memberships.map(serializeMembership), sign_up_open: false }
  })

  app.post('/sign_up', { schema }, async (request, reply) => {
    const input = readObject(SignUpInput, request.body)
    const headers = await signUpFirst(system, await auth(), {
      organizationName: input.organization_name ?? '',
      name: input.name ?? '',
      email: input.email ?? '',
      password: input.password ?? '',
      caller: callerOf(request),
    })
    passCookies(reply, headers)
    return { ok: true }
  })

  app.post('/organizations', { schema }, async request => {
    const user = await requireUser(system, auth, request)
    const input = readObject(OrganizationInput, request.body)
    const created = { name: input.name ?? '', sandbox: input.sandbox ?? false }
    return { organization: { id: await createOwnOrganization(system, user, created) } }
  })

  app.get<{ Params: { token: string } }>('/invitations/by_token/:token', { schema }, async request => {
    const invitation = await findInvitation(system.db, request.params.token)
    const { email, organizationName, hasUser } = invitation
    return { invitation: { email, organization_name: organizationName, has_user: hasUser } }
  })

  app.post<{ Params: { token: string } }>('/invitations/by_token/:token/accept', { schema }, async (request, reply) => {
    const input = readObject(AcceptInput, request.body)
    const user = await findUser(system, auth, request)
    const answer = {
      token: request.params.token,
      name: input.name ?? '',
      password: input.password ?? '',
      caller: callerOf(request),
    }
    const { headers, organizationId } = await acceptInvitation(system, await auth(), answer, user)
    passCookies(reply, headers)
    return { organization: { id: organizationId } }
  })
}

function teamRoutes(app: FastifyInstance, system: System, auth: () => Promise<Auth>): void {
  app.get('/members', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    const [members, invitations] = await Promise.all([listMembers(ctx), listInvitations(ctx)])
    return { members: members.map(serializeMember), invitations: invitations.map(serializeInvitation) }
  })

  app.patch<ById>('/members/:id', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    await changeRoles(ctx, request.params.id, isRecord(request.body) ? request.body.roles : undefined)
    return { ok: true }
  })

  app.delete<ById>('/members/:id', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    await removeMember(ctx, request.params.id)
    return { ok: true }
  })

  app.post('/invitations', { schema }, async request => {
    const { ctx, user } = await requireAdmin(system, auth, request)
    const body = isRecord(request.body) ? request.body : {}
    const { invitation, token } = await invite(ctx, { email: body.email, roles: body.roles, invitedBy: user.id })
    return { invitation: serializeInvitation(invitation), token }
  })

  app.delete<ById>('/invitations/:id', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    await revokeInvitation(ctx, request.params.id)
    return { ok: true }
  })
}

function apiKeyRoutes(app: FastifyInstance, system: System, auth: () => Promise<Auth>): void {
  app.get('/api_keys', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    const keys = await listApiKeys(ctx)
    return {
      api_keys: keys.map(key => ({
        id: key.id,
        name: key.name,
        ending: key.ending,
        created_at: formatInstant(key.createdAt),
        expires_at: formatInstant(key.expiresAt),
        last_used_at: formatInstant(key.lastUsedAt),
      })),
    }
  })

  app.post('/api_keys', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    const { name } = readObject(ApiKeyInput, request.body)
    return { api_key: await issueApiKey(ctx, { name: name ?? null }) }
  })

  app.get('/webhook_signing', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    const { hmac_key } = await getOrganization(ctx)
    return { webhook_signing: { hmac_key } }
  })

  app.delete<ById>('/api_keys/:id', { schema }, async request => {
    const { ctx } = await requireAdmin(system, auth, request)
    await revokeApiKey(ctx, request.params.id)
    return { ok: true }
  })
}

function demoRoutes(app: FastifyInstance, system: System, auth: () => Promise<Auth>): void {
  const load = demoData(app)
  const asItComes = { schema, serializerCompiler: () => (text: unknown) => String(text) }
  app.post('/demo_data', asItComes, async (request, reply) => {
    await requireAdmin(system, auth, request)
    return reply.type('application/x-ndjson').send(load(request))
  })
}

/** Members, roles and API keys are the administrators'. @throws 401; 403 `admin_role_required`, `not_a_member` */
async function requireAdmin(system: System, auth: () => Promise<Auth>, request: FastifyRequest) {
  const authenticated = await authenticateSession(system, auth, request)
  if (authenticated === undefined) throw unauthorized()
  if (!authenticated.roles.includes('admin')) throw forbidden('admin_role_required')
  return authenticated
}

function serializeMembership(membership: Membership) {
  return {
    id: membership.organizationId,
    name: membership.organizationName,
    slug: membership.slug,
    sandbox: membership.sandbox,
    test_clock_now: formatInstant(membership.testClockNow),
    currency: membership.currency,
    timezone: membership.timezone,
    roles: membership.roles,
    permissions: permissionsOf(membership.roles),
  }
}

function serializeMember(member: Member) {
  const { id, name, email, roles } = member
  return { id, user_id: member.userId, name, email, roles, created_at: formatInstant(member.createdAt) }
}

function serializeInvitation({ id, email, roles, expiresAt, createdAt }: Invitation) {
  return { id, email, roles, expires_at: formatInstant(expiresAt), created_at: formatInstant(createdAt) }
}
