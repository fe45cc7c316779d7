import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ResolvedConfig } from '../platform/context.ts'
import { forbidden } from '../platform/errors.ts'
import { CLIENT_ADDRESS } from './auth.ts'

/** No page of another site can send a header of its own, so what carries it comes from the console. */
const CONSOLE_HEADER = 'weir-console'

/**
 * Refuses what a page of another site may have caused: a request that changes something and whose origin is neither this
 * server's address nor its public one. The session's cookie is not sent across sites either; this is the second lock.
 *
 * @throws 403 `foreign_origin`
 */
export function refuseForeignOrigin(request: FastifyRequest, config: ResolvedConfig): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const { origin, host, 'sec-fetch-site': site } = request.headers
  if (site === 'cross-site' || site === 'same-site') throw forbidden('foreign_origin')
  if (origin === undefined) return
  const given = URL.parse(origin)
  if (given === null) throw forbidden('foreign_origin')
  if (given.host !== host && given.origin !== new URL(config.publicUrl).origin) throw forbidden('foreign_origin')
}

/** As {@link refuseForeignOrigin}; changes must carry the console's own header besides. */
export function requireConsole(request: FastifyRequest, config: ResolvedConfig): void {
  refuseForeignOrigin(request, config)
  const isWrite = request.method !== 'GET' && request.method !== 'HEAD'
  if (isWrite && request.headers[CONSOLE_HEADER] === undefined) throw forbidden('console_header_is_missing')
}

/** The headers of a request as the sign-in library reads them, with the address that the connection comes from. */
export function webHeaders(request: FastifyRequest, config: ResolvedConfig): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (name !== 'content-length' && value !== undefined) headers.set(name, String(value))
  }
  // Its origin was looked at already, with what is known here about addresses.
  headers.set('origin', new URL(config.publicUrl).origin)
  headers.set(CLIENT_ADDRESS, request.ip)
  return headers
}

/** Hands on the cookies that the sign-in library sets. */
export function passCookies(reply: FastifyReply, headers: Headers): void {
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) reply.header('set-cookie', cookies)
}
