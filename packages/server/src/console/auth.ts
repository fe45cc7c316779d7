import { Kysely, PostgresDialect } from 'kysely'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { ResolvedConfig } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'

export const AUTH_PATH = '/console/auth'

/** Carries the address of the client to the library that counts sign-ins; whatever a client sends under it is replaced. */
export const CLIENT_ADDRESS = 'x-weir-client-address'

const SESSION_SECONDS = 14 * 24 * 3600
const timestamps = { createdAt: 'created_at', updatedAt: 'updated_at' }

export type Auth = Awaited<ReturnType<typeof createAuth>>

/**
 * Sign-in of the console's users: passwords, sessions, and how often one may try. The library is loaded when it is first
 * needed, so that a start does not wait for it.
 */
export function lazyAuth(pool: Pool, config: ResolvedConfig, log: Logger): () => Promise<Auth> {
  let auth: Promise<Auth> | undefined
  return () => {
    auth ??= createAuth(pool, config, log)
    return auth
  }
}

async function createAuth(pool: Pool, config: ResolvedConfig, log: Logger) {
  const [{ betterAuth }, { kyselyAdapter }] = await Promise.all([
    import('better-auth/minimal'),
    import('@better-auth/kysely-adapter'),
  ])
  return betterAuth({
    appName: 'Weir',
    baseURL: new URL(config.publicUrl).origin,
    basePath: AUTH_PATH,
    // The same secret encrypts other things: what is signed here is signed with a key of its own.
    secret: `weir console ${config.secret} ${'.'.repeat(32)}`,
    // Connections with the driver's own dates, which the library expects.
    database: kyselyAdapter(new Kysely({ dialect: new PostgresDialect({ pool }) }), {
      type: 'postgres',
      transaction: true,
    }),
    emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 128 },
    session: {
      modelName: 'user_sessions',
      expiresIn: SESSION_SECONDS,
      fields: {
        ...timestamps,
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
      },
    },
    user: { modelName: 'users', fields: { ...timestamps, emailVerified: 'email_verified' } },
    account: {
      modelName: 'user_credentials',
      fields: {
        ...timestamps,
        userId: 'user_id',
        providerId: 'provider_id',
        accountId: 'account_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
      },
    },
    verification: { modelName: 'user_verifications', fields: { ...timestamps, expiresAt: 'expires_at' } },
    rateLimit: {
      enabled: true,
      storage: 'database',
      modelName: 'sign_in_attempts',
      fields: { lastRequest: 'last_request' },
      window: 60,
      max: 300,
      customRules: { '/sign-in/email': { window: 60, max: 10 }, '/change-password': { window: 60, max: 5 } },
    },
    advanced: {
      cookiePrefix: 'weir',
      defaultCookieAttributes: { sameSite: 'strict', httpOnly: true, path: '/' },
      database: { generateId: () => newId() },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS] },
    },
    logger: {
      level: 'warn',
      log: (level, message) => log[level === 'error' ? 'error' : 'warn']({ reason: message }, 'console sign-in'),
    },
    telemetry: { enabled: false },
  })
}
