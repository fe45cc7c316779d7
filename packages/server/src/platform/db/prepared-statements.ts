/**
 * Which statements are worth preparing: those whose text comes again and again. PostgreSQL then parses and plans them once a
 * connection instead of each time, which for short statements is most of their cost.
 *
 * One object is shared by the connections of a process, so that a text has the same name in each of them. What is kept is
 * bounded: every prepared statement costs each connection some tens of kilobytes in the database.
 */
export class PreparedStatements {
  readonly #names = new Map<string, string>()
  #seen = new Map<string, number>()
  #generation = 0

  /** The name under which to send a statement; undefined for one that is not prepared. */
  nameOf(text: string): string | undefined {
    const name = this.#names.get(text)
    if (name !== undefined || this.#names.size === MOST_NAMES || text.length > LONGEST_TEXT) return name
    const times = (this.#seen.get(text) ?? 0) + 1
    if (times < WORTH_IT_AFTER) {
      // Texts that came once long ago make way: counting starts anew.
      if (this.#seen.size >= MOST_SEEN) this.#seen = new Map()
      this.#seen.set(text, times)
      return undefined
    }
    this.#seen.delete(text)
    const given = `weir_${this.#generation}_${this.#names.size}`
    this.#names.set(text, given)
    return given
  }

  /**
   * Gives all statements new names, because one has failed under its name. The old ones stay unused until their connections
   * close. Many may fail at once, of many connections: only the first counts.
   */
  outdated(text: string, name: string): void {
    if (this.#names.get(text) !== name) return
    this.#names.clear()
    this.#generation += 1
  }
}

const WORTH_IT_AFTER = 4
const MOST_NAMES = 400
const MOST_SEEN = 2_000
/** Longer ones are made for a number of values, and seldom come a second time. */
const LONGEST_TEXT = 20_000

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
