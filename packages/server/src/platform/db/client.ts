import pg from 'pg'
import { isOutdatedStatement, type PreparedStatements } from './prepared-statements.ts'

/** What a pool with {@link PgClient} is given besides the driver's own options, which a pool hands to its clients. */
export interface PgClientOptions {
  /** Absent: nothing is prepared. */
  readonly preparedStatements?: PreparedStatements
}

type Callback = (error: Error | null, result?: pg.QueryResult) => void

/**
 * A plan that was made while tables were small is made anew when they may have grown: after a few seconds of the connection's
 * life, then after twice that time, and so on. PostgreSQL itself notices at its next automatic `analyze`, minutes later.
 */
const FIRST_REPLAN_AFTER_MS = 5_000

/**
 * A client that takes `Temporal` values as parameters, alone and in arrays (`pg` itself would send them as JSON strings, in
 * quotes), and that prepares the statements which come often. Pass it to a pool as its `Client` option.
 *
 * A prepared statement that a migration has outdated is sent once more. Within a transaction that cannot be: it fails, and
 * whoever began it tries again.
 */
export class PgClient extends pg.Client {
  readonly #prepared: PreparedStatements | undefined
  #generation = 0
  /** The names of this generation that the connection knows. */
  #named = new Set<string>()
  #replanAt = performance.now() + FIRST_REPLAN_AFTER_MS
  #replanAfterMs = FIRST_REPLAN_AFTER_MS

  constructor(config?: string | (pg.ClientConfig & PgClientOptions)) {
    super(config)
    this.#prepared = typeof config === 'object' ? config.preparedStatements : undefined
  }

  // `never` fits each of the overloads that pg declares for `query`, which all end up here.
  override query(query: unknown, values?: unknown, callback?: unknown): never {
    if (hasValues(query)) query.values = query.values.map(toParameter)
    if (!Array.isArray(values))
      return super.query(query as string, values as unknown[], callback as () => void) as never
    const parameters = values.map(toParameter)
    const name = typeof query === 'string' ? this.#prepared?.nameOf(query) : undefined
    if (name === undefined) return super.query(query as string, parameters, callback as () => void) as never
    this.#forgetFormerNames()
    this.#replanNowAndThen()
    return this.#queryPrepared(name, query as string, parameters, callback as Callback | undefined) as never
  }

  #queryPrepared(
    name: string,
    text: string,
    values: unknown[],
    callback?: Callback,
  ): Promise<pg.QueryResult> | undefined {
    const send = super.query.bind(this) as (...query: unknown[]) => Promise<pg.QueryResult>
    const named = this.#named
    // What comes so often is given as the driver's own object: it would copy any other property by property.
    const query = Object.assign(new pg.Query(text, values), { name })
    const sent = new Promise<pg.QueryResult>((resolve, reject) => {
      send(query, (error: Error | null, result: pg.QueryResult) => (error === null ? resolve(result) : reject(error)))
    })
    const answer = sent.then(
      result => {
        named.add(name)
        return result
      },
      error => {
        // The trace leads to whoever asked, not to the socket.
        Error.captureStackTrace(error)
        if (!isOutdatedStatement(error)) throw error
        this.#prepared?.outdated(text, name)
        if (this.getTransactionStatus() !== 'I') throw error
        return send(text, values)
      },
    )
    if (callback === undefined) return answer
    answer.then(
      result => callback(null, result),
      error => callback(error),
    )
    return undefined
  }

  /** Statements that somebody else has named stay. */
  #forgetFormerNames(): void {
    const generation = this.#prepared?.generation ?? 0
    if (generation === this.#generation) return
    this.#generation = generation
    if (this.#named.size > 0) this.#inPassing([...this.#named].map(name => `deallocate ${name}`).join('; '))
    this.#named = new Set()
  }

  #replanNowAndThen(): void {
    const now = performance.now()
    if (now < this.#replanAt) return
    this.#replanAfterMs *= 2
    this.#replanAt = now + this.#replanAfterMs
    this.#inPassing('discard plans')
  }

  /** In a transaction that has failed it fails too: the next time will do. */
  #inPassing(statement: string): void {
    super.query(statement).catch(() => {})
  }
}

function hasValues(query: unknown): query is { values: unknown[] } {
  return typeof query === 'object' && query !== null && 'values' in query && Array.isArray(query.values)
}

function toParameter(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Temporal.Instant || value instanceof Temporal.PlainDate) return value.toString()
  return Array.isArray(value) ? value.map(toParameter) : value
}
