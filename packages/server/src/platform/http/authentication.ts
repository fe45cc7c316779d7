import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import { forbidden, unauthorized } from '../errors.ts'

/** What a key may do: resource to modes. A resource that is absent may not be touched. */
export type Permissions = Readonly<Record<string, readonly string[]>>

export interface Authenticated {
  readonly ctx: Ctx
  readonly permissions: Permissions
}

/** Finds whom an API key belongs to; undefined when it is unknown or expired. */
export type Authenticate = (key: string, request: FastifyRequest) => Promise<Authenticated | undefined>

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose request this is. Set for every route under /api/v1. */
    ctx: Ctx
  }
  interface FastifyContextConfig {
    /** The permission that the route needs: read for GET, write for every other verb. */
    resource?: string
  }
}

/** Every route of `api` needs an API key, and the permission named in its `config.resource`. */
export function requireApiKey(api: FastifyInstance, authenticate: Authenticate): void {
  api.decorateRequest('ctx')
  api.addHook('onRequest', async request => {
    const key = bearerKey(request.headers.authorization)
    const authenticated = key === undefined ? undefined : await authenticate(key, request)
    if (authenticated === undefined) throw unauthorized()
    request.ctx = authenticated.ctx
    checkPermission(request, authenticated.permissions)
  })
}

/** The second word of the header is the key; the scheme word is not looked at. */
function bearerKey(header: string | undefined): string | undefined {
  return header?.split(' ')[1] || undefined
}

function checkPermission(request: FastifyRequest, permissions: Permissions): void {
  const resource = request.routeOptions.config.resource
  if (resource === undefined) return
  const mode = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
  if (!permissions[resource]?.includes(mode)) throw forbidden(`${mode}_action_not_allowed_for_${resource}`)
}
