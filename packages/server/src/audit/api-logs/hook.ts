import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRecord } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import type { ApiLogBuffer } from './buffer.ts'
import { storableBody } from './redact.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** An API key that may make this request makes it. */
    isLogged: boolean
  }
}

const API_VERSION = 'v1'
/** Refusals that say something about the business; others are about the request itself. */
const LOGGED_REFUSALS: ReadonlySet<number> = new Set([403, 404, 405, 422, 429])
/** Events have lists of their own, and the switches of a sandbox are no part of its business. */
const UNLOGGED = /^\/api\/v1\/(events|test_)/

/** Has the requests of API keys that change something logged, with their answers. */
export function logApiRequests(api: FastifyInstance, buffer: ApiLogBuffer): void {
  api.decorateRequest('isLogged', false)

  // After authentication, whose refusals never get here.
  api.addHook('onRequest', async request => {
    request.isLogged =
      request.method !== 'GET' &&
      request.method !== 'HEAD' &&
      // What the console does are activities; nobody debugs it by this log.
      request.ctx.actor.type === 'api_key' &&
      !UNLOGGED.test(request.routeOptions.url ?? '')
  })

  api.addHook('onSend', async (request, reply, payload) => {
    const status = reply.statusCode
    if (request.isLogged && (status < 300 || LOGGED_REFUSALS.has(status))) {
      buffer.add(request.ctx, rowOf(request, reply, payload))
    }
    return payload
  })
}

function rowOf(request: FastifyRequest, reply: FastifyReply, payload: unknown) {
  const { ctx, body, params, query } = request
  const sent = { ...recordOf(query), ...recordOf(body), ...recordOf(params) }
  // The organization's time, as of all its logs: its list ends where the organization's past does.
  const now = ctx.clock.now()
  return {
    id: newId(),
    organization_id: ctx.org.id,
    api_key_id: ctx.actor.type === 'system' ? '' : ctx.actor.id,
    request_id: request.id,
    client: request.headers['user-agent'] ?? '',
    http_method: request.method.toLowerCase(),
    http_status: reply.statusCode,
    request_origin: `${request.protocol}://${request.host}`,
    request_path: request.url.replace(/\?.*$/s, ''),
    request_body: storableBody(JSON.stringify(sent)),
    request_response: typeof payload === 'string' && payload !== '' ? storableBody(payload) : null,
    api_version: API_VERSION,
    logged_at: now,
    created_at: now,
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}
