import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller, Ctx } from '../context.ts'
import { forbidden, unauthorized } from '../errors.ts'

/** What a key may do: resource to modes. A resource that is absent may not be touched. */
export type Permissions = Readonly<Record<string, readonly string[]>>

export interface Authenticated {
  readonly ctx: Ctx
  readonly permissions: Permissions
  /** Routes, as `METHOD /path`, that may not be used whatever the permissions say. */
  readonly withheld?: ReadonlySet<string>
}

export interface Authenticators {
  /** Finds whom an API key belongs to; undefined when it is unknown or expired. */
  byKey(key: string, request: FastifyRequest): Promise<Authenticated | undefined>
  /** Finds who is signed in, of a request without key; undefined when nobody is. */
  bySession?(request: FastifyRequest): Promise<Authenticated | undefined>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose request this is. Set for every route under /api/v1. */
    ctx: Ctx
    /** What whoever asks may do; set together with `ctx`. */
    permissions: Permissions
  }
  interface FastifyContextConfig {
    /** The permission that the route needs: read for GET, write for every other verb. */
    resource?: string
  }
}

/** Every route of `api` needs an API key or a session, and the permission named in its `config.resource`. */
export function requireAuthentication(api: FastifyInstance, find: Authenticators): void {
  api.decorateRequest('ctx')
  api.decorateRequest('permissions')
  api.addHook('onRequest', async request => {
    const key = bearerKey(request.headers.authorization)
    const authenticated = key === undefined ? await find.bySession?.(request) : await find.byKey(key, request)
    if (authenticated === undefined) throw unauthorized()
    request.ctx = authenticated.ctx
    request.permissions = authenticated.permissions
    checkPermission(request, authenticated)
  })
}

/** Where a request comes from. */
export function callerOf(request: FastifyRequest): Caller {
  return { userAgent: request.headers['user-agent'] ?? null, address: request.ip }
}

/** The second word of the header is the key; the scheme word is not looked at. */
function bearerKey(header: string | undefined): string | undefined {
  return header?.split(' ')[1] || undefined
}

function checkPermission(request: FastifyRequest, { permissions, withheld }: Authenticated): void {
  const { config, url } = request.routeOptions
  if (withheld?.has(`${request.method} ${url}`)) throw forbidden('action_not_allowed_for_role')
  const resource = config.resource
  if (resource === undefined) return
  requirePermission(permissions, resource, request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write')
}

/** @throws 403 `<mode>_action_not_allowed_for_<resource>` */
export function requirePermission(permissions: Permissions, resource: string, mode: 'read' | 'write'): void {
  if (!permissions[resource]?.includes(mode)) throw forbidden(`${mode}_action_not_allowed_for_${resource}`)
}
