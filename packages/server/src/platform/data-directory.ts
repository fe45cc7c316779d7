import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { StartupError } from './startup-error.ts'

/** The data directory cannot be used. */
export class DataDirectoryError extends StartupError {}

const MARKER = 'weir.json'

/**
 * Makes sure that `directory` is Weir's own: creates it, or takes an empty one, and leaves the marker `weir.json` in it.
 * A directory that holds somebody else's files is refused rather than mixed with ours.
 *
 * Answers the directory's real path. Throws a {@link DataDirectoryError}.
 */
export async function openDataDirectory(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 })
    const entries = await readdir(directory)
    if (!entries.includes(MARKER)) {
      if (entries.some(isForeign)) throw foreignDirectory(directory)
      const marker = { format: 1, version: packageJson.version, createdAt: Temporal.Now.instant().toString() }
      await keepFile(join(directory, MARKER), `${JSON.stringify(marker, null, 2)}\n`, 0o644)
    }
    return await realpath(directory)
  } catch (error) {
    throw explain(error, directory)
  }
}

/**
 * A random secret that is made at the first call and kept in the data directory, in a file that only its owner may read.
 * Processes that ask at the same time get the same one.
 */
export async function keptSecret(directory: string, name: string): Promise<string> {
  const path = join(directory, name)
  try {
    const kept = await readIfThere(path)
    if (kept !== undefined) return kept
    await keepFile(path, `${randomBytes(32).toString('base64url')}\n`, 0o600)
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw explain(error, directory)
  }
}

/** Hidden files and what file systems put into their roots do not make a directory somebody else's. */
function isForeign(entry: string): boolean {
  return !entry.startsWith('.') && entry !== 'lost+found'
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a file whole or not at all, safe from a power cut. When another process was faster, its file stays. */
async function keepFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    const file = await open(draft, 'wx', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(draft, path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** The `code` of a system error, as in `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function foreignDirectory(directory: string): DataDirectoryError {
  return new DataDirectoryError(
    `The data directory ${directory} holds files that are not Weir's. Set WEIR_DATA_DIR to an empty or a new directory.`,
  )
}

function explain(error: unknown, directory: string): unknown {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new DataDirectoryError(
        `The data directory ${directory} cannot be written. Give this user the right to, or set WEIR_DATA_DIR to another one.`,
        { cause: error },
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return new DataDirectoryError(
        `The data directory ${directory} is not a directory. Set WEIR_DATA_DIR to another one.`,
        {
          cause: error,
        },
      )
    case 'ENOSPC':
      return new DataDirectoryError(`The disk that holds the data directory ${directory} is full. Free some space.`, {
        cause: error,
      })
    default:
      return error
  }
}
