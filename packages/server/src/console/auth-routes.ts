import type { FastifyInstance } from 'fastify'
import type { Caller, Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { callerOf } from '../platform/http/authentication.ts'
import { isRecord } from '../platform/http/input.ts'
import { AUTH_PATH, type Auth } from './auth.ts'
import { passwordProblems } from './passwords.ts'
import { passCookies, requireConsole, webHeaders } from './requests.ts'
import { noteDevice, tellOfUser } from './user-events.ts'

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
export function authRoutes(app: FastifyInstance, system: Omit<Ctx, 'org'>, auth: () => Promise<Auth>): void {
  const { config } = system
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
      const text = await answer.text()
      if (answer.ok) await tell(system, path, text, callerOf(request))
      return reply.status(answer.status).type('application/json').send(text)
    },
  })
}

/** Tells of a sign-in with a new device, and of a new password. */
async function tell(system: Omit<Ctx, 'org'>, path: string, answer: string, caller: Caller): Promise<void> {
  if (path !== '/sign-in/email' && path !== '/change-password') return
  const { user } = JSON.parse(answer) as { user?: unknown }
  if (!isRecord(user)) return
  const userId = String(user.id)
  if (path === '/change-password') {
    await tellOfUser(system, { userId, caller, type: 'user.password_edited', data: { email: user.email } })
  } else if (await noteDevice(system.db, userId, caller)) {
    await tellOfUser(system, { userId, caller, type: 'user.new_device_logged_in', data: {} })
  }
}
