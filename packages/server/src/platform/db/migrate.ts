import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool, PoolClient } from 'pg'
import { StartupError } from '../startup-error.ts'

/** The database cannot be brought to the schema that this version of Weir needs. */
export class MigrationError extends StartupError {}

export interface MigrationFile {
  /** `0001_accounts.sql` */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the text, in hexadecimal. */
  readonly checksum: string
}

export interface AppliedMigration {
  readonly name: string
  readonly checksum: string
}

/** The migrations of this version of Weir. */
export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '../../../migrations')

const OLDEST_SERVER = 15

// Any number will do, as long as nothing else in the database locks the same one.
const ADVISORY_LOCK = 7_935_417_204

/**
 * Brings the database to the newest schema. Each file runs in a transaction of its own, in the order of the names, once;
 * what ran is recorded in `schema_migrations`. Processes that start at the same time take turns.
 *
 * Answers the names of the files that were applied now. Throws a {@link MigrationError} when the server is too old, a
 * file fails, an applied file was changed or removed, or the database was migrated by a newer Weir.
 */
export async function migrate(pool: Pool, directory: string): Promise<{ applied: string[] }> {
  const files = await readMigrations(directory)
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK])
    const applied = await applyPending(client, files)
    await client.query('select pg_advisory_unlock($1)', [ADVISORY_LOCK])
    client.release()
    return { applied }
  } catch (error) {
    // Closing the connection ends its transaction and frees the lock, whatever state it is in.
    client.release(true)
    throw error
  }
}

/** The files that the database has not seen yet: empty when it is ready to serve. */
export async function pendingMigrations(pool: Pool, directory: string): Promise<string[]> {
  const names = migrationNames(await readdir(directory))
  const table = await pool.query<{ present: boolean }>(`select to_regclass('schema_migrations') is not null as present`)
  if (table.rows[0]?.present !== true) return names
  const applied = await pool.query<{ name: string }>('select name from schema_migrations')
  const known = new Set(applied.rows.map(row => row.name))
  return names.filter(name => !known.has(name))
}

async function applyPending(client: PoolClient, files: readonly MigrationFile[]): Promise<string[]> {
  const version = await client.query<{ server_version_num: string }>('show server_version_num')
  checkServerVersion(Number(version.rows[0]?.server_version_num))
  await client.query(`
    create table if not exists schema_migrations (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`)
  const applied = await client.query<AppliedMigration>('select name, checksum from schema_migrations order by name')
  const pending = planMigrations(files, applied.rows)
  for (const file of pending) await applyMigration(client, file)
  return pending.map(file => file.name)
}

async function applyMigration(client: PoolClient, file: MigrationFile): Promise<void> {
  try {
    await client.query('begin')
    await client.query(file.sql)
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [file.name, file.checksum])
    await client.query('commit')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new MigrationError(`Migration ${file.name} failed, and nothing of it was kept: ${reason}`, { cause: error })
  }
}

/** Throws unless the server is at least PostgreSQL 15. `versionNumber` is its `server_version_num`, as in 180004. */
export function checkServerVersion(versionNumber: number): void {
  const major = Math.floor(versionNumber / 10_000)
  if (major >= OLDEST_SERVER) return
  throw new MigrationError(
    `The PostgreSQL server is too old: it is version ${major}, and Weir needs ${OLDEST_SERVER} or newer.`,
  )
}

/**
 * The files still to run, in order. Throws when files and database tell different histories.
 */
export function planMigrations(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly MigrationFile[] {
  const byName = new Map(files.map(file => [file.name, file]))
  for (const { name, checksum } of applied) {
    const file = byName.get(name)
    if (file === undefined) {
      throw new MigrationError(
        `The database is newer than this version of Weir: it knows the migration ${name}. Start the version that made it, or a later one.`,
      )
    }
    if (file.checksum !== checksum) {
      throw new MigrationError(
        `The migration ${name} was changed after it had been applied. Restore the file, and make the change in a new one.`,
      )
    }
  }
  const last = applied.at(-1)?.name ?? ''
  const known = new Set(applied.map(migration => migration.name))
  const pending = files.filter(file => !known.has(file.name))
  const late = pending.find(file => file.name < last)
  if (late !== undefined) {
    throw new MigrationError(
      `The migration ${late.name} comes before ${last}, which is applied already. Give it the next free number.`,
    )
  }
  return pending
}

/** Reads the `.sql` files of a directory in the order in which they apply. */
export async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const names = migrationNames(await readdir(directory))
  return Promise.all(
    names.map(async name => {
      // A checkout with Windows line ends is not a changed file.
      const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

function migrationNames(entries: readonly string[]): string[] {
  const names = entries.filter(entry => entry.endsWith('.sql')).toSorted()
  const numbers = new Set<string>()
  for (const name of names) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]
    if (number === undefined) throw new MigrationError(`The migration ${name} is not named like 0001_accounts.sql.`)
    if (numbers.has(number)) throw new MigrationError(`Two migrations have the number ${number}.`)
    numbers.add(number)
  }
  return names
}
