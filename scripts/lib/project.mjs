import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The Node that the project runs on, installed with its dependencies. */
export const NODE = join(ROOT, 'node_modules', '.bin', 'node')

const OLDEST_NODE = 20

/** Ends the process with one line when the Node that started it is too old even to install the right one. */
export function requireNode() {
  const version = process.versions.node
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return
  console.error(
    `Weir needs Node ${OLDEST_NODE} or newer to start, and this is Node ${version}. See https://nodejs.org.`,
  )
  process.exit(1)
}
