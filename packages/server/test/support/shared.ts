import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A file of the folder `shared` that may lie beside the checkout (reference data and the wire contract); undefined where
 * there is none.
 */
export function sharedFile(path: string): string | undefined {
  for (let directory = import.meta.dirname; ; directory = dirname(directory)) {
    const candidate = join(directory, 'shared', path)
    if (existsSync(candidate)) return candidate
    if (dirname(directory) === directory) return undefined
  }
}
