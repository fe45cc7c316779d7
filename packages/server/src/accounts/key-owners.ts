import type { KeyOwner } from './api-keys.ts'

type Find = (key: string) => Promise<KeyOwner | undefined>

interface Remembered {
  readonly owner: KeyOwner
  /** Milliseconds of the process's own clock. */
  readonly until: number
}

const REMEMBERED_MS = 1000
const MOST_KEYS = 10_000

/**
 * Finds the owners of API keys, and remembers those of live organizations for a second, so that a stream of requests does
 * not look up its key each time. A key that is revoked is refused at most a second later. Sandboxes are looked up for every
 * request: their time may have been moved by the request before.
 *
 * @param milliseconds a clock that only goes forward
 */
export function rememberKeyOwners(find: Find, milliseconds: () => number = () => performance.now()): Find {
  const remembered = new Map<string, Remembered>()
  const lookups = new Map<string, Promise<KeyOwner | undefined>>()

  async function lookUp(key: string): Promise<KeyOwner | undefined> {
    const owner = await find(key)
    remembered.delete(key)
    if (owner === undefined || owner.org.sandbox) return owner
    // Entries are in the order of their age: the first one is the oldest.
    const [oldest] = remembered.size < MOST_KEYS ? [] : remembered.keys()
    if (oldest !== undefined) remembered.delete(oldest)
    remembered.set(key, { owner, until: milliseconds() + REMEMBERED_MS })
    return owner
  }

  return async key => {
    const known = remembered.get(key)
    if (known === undefined) return lookUp(key)
    if (known.until > milliseconds()) return known.owner
    // Requests that find the memory expired share one lookup.
    const underWay = lookups.get(key)
    if (underWay !== undefined) return underWay
    const lookup = lookUp(key).finally(() => lookups.delete(key))
    lookups.set(key, lookup)
    return lookup
  }
}
