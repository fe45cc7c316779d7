import { spawn } from 'node:child_process'
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Account, commandFor } from './account.ts'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError, lastComplaint } from './errors.ts'

/** The database role that owns everything. */
export const ROLE = 'weir'

/** Environment of PostgreSQL's programs: none of the PG* variables that a user's shell may set for other servers. */
export const ENVIRONMENT = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** Where the data of the embedded PostgreSQL lives in a data directory. */
export function clusterIn(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/** Whether a data directory holds an embedded database, running or not. */
export function holdsCluster(dataDir: string): Promise<boolean> {
  return exists(clusterIn(dataDir))
}

/** Throws unless the cluster is absent or was made by the same major version of PostgreSQL as `binaries`. */
export async function checkCluster(cluster: string, binaries: Binaries): Promise<'absent' | 'present'> {
  if (!(await exists(cluster))) return 'absent'
  const major = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (major === undefined) {
    throw new EmbeddedPostgresError(
      `${cluster} is not a PostgreSQL data directory that this user can read. Start Weir as the user who made it, or set WEIR_DATA_DIR to another directory.`,
    )
  }
  if (major.trim() !== binaries.major) {
    throw new EmbeddedPostgresError(
      `${cluster} holds data of PostgreSQL ${major.trim()}, and this Weir brings PostgreSQL ${binaries.major}. Move it with pg_dump from a server of the old version, or set DATABASE_URL to such a server.`,
    )
  }
  return 'present'
}

/**
 * Creates the cluster. It is made beside its final place and moved there when complete: what an interrupted attempt left
 * behind is thrown away by the next one.
 */
export async function createCluster(
  binaries: Binaries,
  account: Account,
  cluster: string,
  password: string,
): Promise<void> {
  const staging = `${cluster}.new`
  const passwordFile = join(staging, 'password')
  const data = join(staging, 'data')
  try {
    await rm(staging, { recursive: true, force: true })
    await mkdir(staging, { mode: 0o700 })
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
    if (account.kind !== 'self') {
      await chown(staging, account.user.uid, account.user.gid)
      await chown(passwordFile, account.user.uid, account.user.gid)
    }
    await initdb(binaries, account, data, passwordFile)
    await rename(data, cluster)
  } catch (error) {
    throw explain(error, cluster)
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => {})
  }
}

async function initdb(binaries: Binaries, account: Account, data: string, passwordFile: string): Promise<void> {
  const { file, args, options } = commandFor(account, binaries.initdb, [
    `--pgdata=${data}`,
    `--username=${ROLE}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8, so that sorting never changes with the operating system's locales.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ])
  const child = spawn(file, args, { ...options, cwd: '/', env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  // A terminal sends its Ctrl-C to initdb too, which then fails with whatever it was at.
  let interrupted = false
  const onInterrupt = () => {
    interrupted = true
  }
  process.on('SIGINT', onInterrupt)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  }).finally(() => process.off('SIGINT', onInterrupt))
  if (code !== 0 && interrupted) {
    throw new EmbeddedPostgresError('Stopped before the database was made; the next start begins anew.')
  }
  if (code !== 0) throw new Error(output.includes('No space left on device') ? 'ENOSPC' : lastComplaint(output))
}

function explain(error: unknown, cluster: string): EmbeddedPostgresError {
  if (error instanceof EmbeddedPostgresError) return error
  const reason = error instanceof Error ? error.message : String(error)
  if (reason.includes('ENOSPC')) {
    return new EmbeddedPostgresError(
      `The disk is full: the database in ${cluster} could not be created. Free some space.`,
      {
        cause: error,
      },
    )
  }
  return new EmbeddedPostgresError(`The database in ${cluster} could not be created: ${reason}`, { cause: error })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
