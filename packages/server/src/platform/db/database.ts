import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { PgClient, type PgClientOptions } from './client.ts'
import { pgTypes, useUtc } from './pg-types.ts'
import { PreparedStatements } from './prepared-statements.ts'
import type { DB } from './types.ts'

export interface Database {
  readonly db: Kysely<DB>
  readonly pool: pg.Pool
  /**
   * Connections with the driver's own types, for the job library: it compares dates as the driver reads them, and Temporal
   * values refuse to be compared.
   */
  readonly jobPool: pg.Pool
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
  const jobPool = openPool(options, {})
  const committed = new Kysely<DB>({
    dialect: new PostgresDialect({
      pool: openPool({ ...options, maxConnections: COMMITTED_CONNECTIONS }, own),
    }),
  })
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    pool,
    jobPool,
    committed,
    async close() {
      isClosing = true
      await jobPool.end()
      await committed.destroy()
      await db.destroy()
    },
  }
}

function openPool({ url, maxConnections, onError }: DatabaseOptions, types: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: maxConnections, application_name: 'weir', ...types })
  // A connection that dies while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', onError)
  // Also while it is in use: the statement under way fails by itself, and its caller tells.
  pool.on('connect', client => void client.on('error', onError))
  return pool
}
