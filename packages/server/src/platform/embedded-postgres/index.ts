import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import { keptSecret, openDataDirectory } from '../data-directory.ts'
import { chooseAccount } from './account.ts'
import { findBinaries } from './binaries.ts'
import { checkCluster, clusterIn, createCluster, ROLE } from './cluster.ts'
import { EmbeddedPostgresError } from './errors.ts'
import { lockDataDirectory } from './instance-lock.ts'
import { type Postmaster, type Settings, spawnPostmaster, stopOrphan } from './postmaster.ts'
import { supervise } from './supervisor.ts'

export { holdsCluster } from './cluster.ts'
export { EmbeddedPostgresError } from './errors.ts'
export { runningDatabaseUrl } from './running.ts'

export interface EmbeddedPostgresOptions {
  /** Weir's data directory; the database is in its subdirectory `postgres`. */
  readonly dataDir: string
  readonly log: Logger
  /** Called once when the server keeps dying and is not restarted any more. Nothing works without it: end the process. */
  onFailure(error: EmbeddedPostgresError): void
  /** PostgreSQL settings that replace or complete the standard ones. */
  readonly settings?: Settings
}

export interface EmbeddedPostgres {
  /** Connection string of the database `weir`. It stays the same while this process lives. */
  readonly url: string
  /**
   * Stops the server: transactions under way are rolled back, clients disconnected, everything written to disk.
   * `immediate` does not wait for that; the next start recovers from the log. Nothing acknowledged is lost either way.
   */
  stop(options?: { immediate?: boolean }): Promise<void>
}

/**
 * Settings for a laptop or a small server. What is acknowledged is on disk (fsync and synchronous_commit stay on).
 */
const SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  effective_cache_size: '2GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  random_page_cost: '1.1',
  jit: 'off',
  // Hash partitions of the events each take a lock.
  max_locks_per_transaction: '256',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  timezone: 'UTC',
  // Errors of statements are reported by whoever sent them; the server's own log is for its own fate.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_line_prefix: '',
}

const START_ATTEMPTS = 20

/**
 * Starts a PostgreSQL server on Weir's data directory, creating the database at the first start, and keeps it running:
 * should the server die, it is started again on the same port. A server that an earlier, killed Weir left running is
 * stopped first. The server listens on 127.0.0.1 alone, on a port chosen at each start, and asks for a password that is
 * made at the first start and kept in the data directory.
 *
 * Throws an {@link EmbeddedPostgresError}, or a DataDirectoryError, whose message says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options
  const binaries = findBinaries()
  const dataDir = await openDataDirectory(options.dataDir)
  const lock = await lockDataDirectory(dataDir)
  try {
    const cluster = clusterIn(dataDir)
    const account = chooseAccount(binaries, dataDir, cluster)
    const password = await keptSecret(dataDir, 'postgres.password')
    if ((await checkCluster(cluster, binaries)) === 'absent') {
      log.info({ dataDir }, 'creating the database')
      await createCluster(binaries, account, cluster, password)
    }
    await stopOrphan(cluster, log)
    const launch = (port: number) =>
      spawnPostmaster({
        binaries,
        account,
        cluster,
        settings: { ...SETTINGS, ...options.settings, port: String(port) },
        log,
      })
    const urlAt = (port: number) => `postgres://${ROLE}:${password}@127.0.0.1:${port}`
    const { port, postmaster } = await firstStart(launch, port => `${urlAt(port)}/postgres`, log)
    const supervisor = supervise(postmaster, {
      restart: async () => {
        const next = launch(port)
        await untilReady(next, `${urlAt(port)}/postgres`, log)
        return next
      },
      log,
      onFailure: options.onFailure,
    })
    return {
      url: `${urlAt(port)}/weir`,
      async stop({ immediate = false } = {}) {
        await supervisor.stop(immediate)
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** Starts on a free port. Another program may take the port first, and processes of a killed server may need a moment to go. */
async function firstStart(
  launch: (port: number) => Postmaster,
  urlAt: (port: number) => string,
  log: Logger,
): Promise<{ port: number; postmaster: Postmaster }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const postmaster = launch(port)
    try {
      await untilReady(postmaster, urlAt(port), log)
      await createDatabase(urlAt(port))
      return { port, postmaster }
    } catch (error) {
      postmaster.signal('SIGINT')
      await postmaster.exited
      const passing = error instanceof Error && /in use|TCP\/IP sockets|shared memory block/.test(error.message)
      if (!passing || attempt === START_ATTEMPTS) throw error
      await delay(250)
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Waits until the server answers a query. Recovery after a crash may take long: only the server's end ends the wait. */
async function untilReady(postmaster: Postmaster, url: string, log: Logger): Promise<void> {
  let ended: string | undefined
  void postmaster.exited.then(reason => {
    ended = reason
  })
  let nextReport = performance.now() + 10_000
  for (;;) {
    if (ended !== undefined) throw new EmbeddedPostgresError(`PostgreSQL does not start: ${ended}`)
    const problem = await connectionProblem(url)
    if (problem === undefined) return
    if (problem === WRONG_PASSWORD) {
      throw new EmbeddedPostgresError(
        'The password in the file postgres.password of the data directory is not the one of its database. Restore the file.',
      )
    }
    if (performance.now() > nextReport) {
      log.info('the database is still recovering')
      nextReport += 10_000
    }
    await delay(20)
  }
}

const WRONG_PASSWORD = '28P01'

async function connectionProblem(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return undefined
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? 'error') : 'unreachable'
  } finally {
    await client.end().catch(() => {})
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query(`select from pg_database where datname = 'weir'`)
    if (rowCount === 0) await client.query('create database weir')
  } finally {
    await client.end()
  }
}
