import { runMigrations as migrateJobs } from 'graphile-worker'
import { errorCode } from '../data-directory.ts'
import { StartupError } from '../startup-error.ts'
import type { Database } from './database.ts'
import { MIGRATIONS_DIRECTORY, migrate } from './migrate.ts'

/**
 * Connects and applies the migrations of Weir and of its job queue. Answers the names of Weir's that were applied now.
 *
 * @param databaseUrl DATABASE_URL; undefined for the embedded database, whose errors are never its operator's to mend
 * @throws StartupError when the address, the account or its rights do not do
 */
export async function prepareDatabase(
  database: Database,
  databaseUrl: string | undefined,
): Promise<{ applied: string[] }> {
  let connected = false
  try {
    await database.pool.query('select 1')
    connected = true
    const { applied } = await migrate(database.pool, MIGRATIONS_DIRECTORY)
    await migrateJobs({ pgPool: database.libraryPool })
    return { applied }
  } catch (error) {
    if (databaseUrl === undefined) throw error
    throw accountProblem(error, new URL(databaseUrl)) ?? (connected ? error : connectionProblem(error))
  }
}

function connectionProblem(error: unknown): StartupError {
  const reason = (error as Error).message || errorCode(error)
  return new StartupError(
    `DATABASE_URL: cannot connect to the database (${reason}); check the address and that the server is up`,
    { cause: error },
  )
}

/** What PostgreSQL says about the account and the database of the address, with what to do about it. */
function accountProblem(error: unknown, url: URL): StartupError | undefined {
  const { cause } = error as { cause?: unknown }
  const denied = [error, cause].find(each => errorCode(each) === '42501')
  const reason = ((denied ?? error) as Error).message
  const user = decodeURIComponent(url.username) || 'USER'
  const name = decodeURIComponent(url.pathname.slice(1)) || user
  const say = (text: string) => new StartupError(`DATABASE_URL: ${text}`, { cause: error })
  if (denied !== undefined) {
    return say(`${reason}; let its user own the database: alter database "${name}" owner to "${user}"`)
  }
  switch (errorCode(error)) {
    case '28P01':
      return say(`${reason}; check the user and the password in it`)
    case '28000':
      return say(`the server does not let this user in (${reason}); check the user, and the server's pg_hba.conf`)
    case '3D000':
      return say(`${reason}; make it: create database "${name}" owner "${user}"`)
    default:
      return undefined
  }
}
