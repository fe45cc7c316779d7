import type { FastifyInstance } from 'fastify'
import type { ResolvedConfig } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { AUTH_PATH, type Auth } from './auth.ts'
import { passwordProblems } from './passwords.ts'
import { passCookies, requireConsole, webHeaders } from './requests.ts'

/** What of the sign-in library is reached from outside. Signing up goes through the console's own routes. */
const OPEN = new Set([
  'POST /sign-in/email',
  'POST /sign-out',
  'POST /change-password',
  'POST /update-user',
  'GET /list-sessions',
  'POST /revoke-session',
  'POST /revoke-other-sessions',
])

/** `/console/auth/…`: signing in and out, one's own password and sessions. */
export function authRoutes(app: FastifyInstance, config: ResolvedConfig, auth: () => Promise<Auth>): void {
  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'POST'],
    url: `${AUTH_PATH}/*`,
    schema: { hide: true },
    serializerCompiler: () => text => String(text),
    handler: async (request, reply) => {
      const path = `/${request.params['*']}`
      if (!OPEN.has(`${request.method} ${path}`)) throw notFound('resource')
      requireConsole(request, config)
      if (path === '/change-password') passwordProblems('newPassword', request.body).throwIfAny()
      const headers = webHeaders(request, config)
      const hasBody = request.method === 'POST'
      if (hasBody) headers.set('content-type', 'application/json')
      const answer = await (await auth()).handler(
        new Request(`${new URL(config.publicUrl).origin}${AUTH_PATH}${path}`, {
          method: request.method,
          headers,
          ...(hasBody && { body: JSON.stringify(request.body ?? {}) }),
        }),
      )
      passCookies(reply, answer.headers)
      const wait = answer.headers.get('x-retry-after')
      if (wait !== null) reply.header('retry-after', wait)
      return reply
        .status(answer.status)
        .type('application/json')
        .send(await answer.text())
    },
  })
}
