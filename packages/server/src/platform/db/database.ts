import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { PgClient, type PgClientOptions } from './client.ts'
import { pgTypes, useUtc } from './pg-types.ts'
import { PreparedStatements } from './prepared-statements.ts'
import type { DB } from './types.ts'

export interface Database {
  readonly db: Kysely<DB>
  readonly pool: pg.Pool
  /** Connections with the driver's own types, for libraries: Temporal values refuse to be compared. */
  readonly libraryPool: pg.Pool
  /**
   * As {@link libraryPool}, for the worker. That a job was taken, or is done, need not be on disk before work goes on: should
   * the database server die, the last of it is forgotten, and those jobs are done again, which they have to stand anyway. What
   * jobs write is committed on other connections, as safely as everything else.
   */
  readonly workerPool: pg.Pool
  /**
   * For looking, from within a transaction, at what is committed: a few connections that are held for one read at a time, so
   * that a transaction never waits for another one's.
   */
  readonly committed: Kysely<DB>
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly url: string
  readonly maxConnections: number
  /** Whether statements that come often are prepared; they are unless told otherwise. */
  readonly prepareStatements?: boolean
  onError(error: Error): void
}

const COMMITTED_CONNECTIONS = 2

/** Opens the pools and the typed query builder. */
export function openDatabase({ onError, prepareStatements = true, ...rest }: DatabaseOptions): Database {
  let isClosing = false
  const options: DatabaseOptions = {
    ...rest,
    // Connections may still be saying goodbye when the embedded server is stopped: nothing is lost then.
    onError(error) {
      if (!isClosing) onError(error)
    },
  }
  const own: pg.PoolConfig & PgClientOptions = {
    types: pgTypes,
    Client: PgClient,
    onConnect: useUtc,
    ...(prepareStatements && { preparedStatements: new PreparedStatements() }),
  }
  const pool = openPool(options, own)
  const libraryPool = openPool(options, {})
  const workerPool = openPool(options, { onConnect: doNotWaitForDisk })
  const committed = new Kysely<DB>({
    dialect: new PostgresDialect({
      pool: openPool({ ...options, maxConnections: COMMITTED_CONNECTIONS }, own),
    }),
  })
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool,
    libraryPool,
    workerPool,
    committed,
    async close() {
      isClosing = true
      await workerPool.end()
      await libraryPool.end()
      await committed.destroy()
      await db.destroy()
    },
  }
}

async function doNotWaitForDisk(client: pg.ClientBase): Promise<void> {
  await client.query('set synchronous_commit to off')
}

function openPool({ url, maxConnections, onError }: DatabaseOptions, types: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: maxConnections, application_name: 'weir', ...types })
  // A connection that dies while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', onError)
  // Also while it is in use: the statement under way fails by itself, and its caller tells.
  pool.on('connect', client => void client.on('error', onError))
  return pool
}
