/**
 * As many a connection keeps prepared, each some tens of kilobytes in the database: more than all that Weir says over and over,
 * so that it is seldom reached.
 */
const MOST_STATEMENTS = 1_000
/** Of so many statements, one has to come so often to be prepared. */
const LOOKED_AT = 2_000
const WORTH_IT_AFTER = 4
/** Longer ones are made for a number of values, and seldom come a second time. */
const LONGEST_TEXT = 20_000

/**
 * Which statements are worth preparing: those whose text comes again and again. PostgreSQL then parses and plans them once a
 * connection instead of each time, which for short statements is most of their cost.
 *
 * One object is shared by the connections of a process, so that a text has the same name in each of them. What is kept is
 * bounded: when there are too many, all begin anew.
 */
export class PreparedStatements {
  readonly #names = new Map<string, string>()
  readonly #most: number
  #seen = new Map<string, number>()
  #looked = 0
  #generation = 0

  constructor(most = MOST_STATEMENTS) {
    this.#most = most
  }

  /** Changes when the names given before are given up: connections may forget what they have prepared. */
  get generation(): number {
    return this.#generation
  }

  /** The name under which to send a statement; undefined for one that is not prepared. */
  nameOf(text: string): string | undefined {
    return this.#names.get(text) ?? (this.#isWorthIt(text) ? this.#give(text) : undefined)
  }

  /**
   * Gives up all names, because one has failed. Many may fail at once, of many connections: only the first counts.
   */
  outdated(text: string, name: string): void {
    if (this.#names.get(text) === name) this.#beginAnew()
  }

  #isWorthIt(text: string): boolean {
    if (text.length > LONGEST_TEXT) return false
    this.#looked += 1
    if (this.#looked > LOOKED_AT) {
      this.#looked = 1
      this.#seen = new Map()
    }
    const times = (this.#seen.get(text) ?? 0) + 1
    this.#seen.set(text, times)
    return times >= WORTH_IT_AFTER
  }

  #give(text: string): string {
    this.#seen.delete(text)
    if (this.#names.size >= this.#most) this.#beginAnew()
    const name = `weir_${this.#generation}_${this.#names.size}`
    this.#names.set(text, name)
    return name
  }

  #beginAnew(): void {
    this.#names.clear()
    this.#generation += 1
  }
}

const FEATURE_NOT_SUPPORTED = '0A000'

/**
 * Whether a prepared statement failed because a migration has changed a table since: PostgreSQL refuses to answer with other
 * columns than before.
 */
export function isOutdatedStatement(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === FEATURE_NOT_SUPPORTED &&
    error.message.includes('cached plan must not change result type')
  )
}
