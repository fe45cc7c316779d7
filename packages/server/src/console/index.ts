import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import type { Ctx } from '../platform/context.ts'
import type { Authenticated } from '../platform/http/authentication.ts'
import { lazyAuth } from './auth.ts'
import { authRoutes } from './auth-routes.ts'
import type { ConsoleBuild } from './build.ts'
import { consoleFiles } from './files.ts'
import { consoleRoutes } from './routes.ts'
import { authenticateSession } from './sessions.ts'

export { type ConsoleBuild, consoleBuild } from './build.ts'
export { listUsers, resetPassword } from './users.ts'

export interface Console {
  /** Whom the session of a request to the public API belongs to. */
  authenticate(request: FastifyRequest): Promise<Authenticated | undefined>
}

/** The console: its users and what they may do, its own endpoints, and, where it is built, its pages. */
export async function startConsole(
  app: FastifyInstance,
  system: Omit<Ctx, 'org'>,
  options: { readonly pool: Pool; readonly build: ConsoleBuild | undefined },
): Promise<Console> {
  const auth = lazyAuth(options.pool, system.config, system.log)
  authRoutes(app, system, auth)
  await app.register(async api => consoleRoutes(api, system, auth), { prefix: '/console/api' })
  if (options.build !== undefined) consoleFiles(app, options.build)
  return { authenticate: request => authenticateSession(system, auth, request) }
}
