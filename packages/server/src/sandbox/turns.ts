/** Lets so much work run at once; the rest waits for its turn, first come first served. */
export class Turns {
  #taken = 0
  readonly #waiting: (() => void)[] = []

  /** @param atOnce how much may run at the same time, this included; at least 1 */
  async take<T>(atOnce: number, work: () => Promise<T>): Promise<T> {
    if (this.#taken < atOnce) this.#taken += 1
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The next one takes over this place.
      const next = this.#waiting.shift()
      if (next === undefined) this.#taken -= 1
      else next()
    }
  }
}
