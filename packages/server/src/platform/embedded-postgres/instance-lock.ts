import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../data-directory.ts'
import { EmbeddedPostgresError } from './errors.ts'

export interface InstanceLock {
  release(): Promise<void>
}

const SOCKET = 'weir.sock'
const PATIENCE_MS = 3_000

/**
 * Makes this process the only Weir on a data directory, for as long as it lives.
 *
 * The lock is a listening unix socket: the kernel stops listening when the process ends, however it ends, so that a file
 * left behind by a killed process is told apart from a living one by connecting to it. A process that is just shutting
 * down is waited for, for a moment.
 *
 * Throws an {@link EmbeddedPostgresError} when another process holds the lock.
 */
export async function lockDataDirectory(directory: string): Promise<InstanceLock> {
  const place = await openPlace(directory)
  try {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const server = await tryLock(place.path)
      if (server !== undefined) return lockHeldBy(server, directory)
      if (performance.now() > deadline) throw inUse(directory)
      await delay(50)
    }
  } finally {
    await place.close()
  }
}

function lockHeldBy(server: Server, directory: string): InstanceLock {
  return {
    async release() {
      await rm(join(directory, SOCKET), { force: true })
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/**
 * Socket addresses are limited to about 100 bytes, paths are not: on Linux the directory is reached by the number of an
 * open file instead of its name.
 */
async function openPlace(directory: string): Promise<{ path: string; close(): Promise<void> }> {
  if (process.platform !== 'linux') return { path: directory, close: async () => {} }
  const handle = await open(directory)
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() }
}

/**
 * One attempt, undefined when a living process holds the lock. The socket is made under a name of its own and then
 * linked to the lock's name, which succeeds for exactly one of several processes that try at once.
 */
async function tryLock(directory: string): Promise<Server | undefined> {
  const lock = join(directory, SOCKET)
  const own = join(directory, `.${randomBytes(6).toString('hex')}.sock`)
  const server = await listen(own)
  try {
    await link(own, lock)
    return server
  } catch (error) {
    server.close()
    if (errorCode(error) !== 'EEXIST') throw error
    if (!(await answers(lock))) await clearStale(directory, lock)
    return undefined
  } finally {
    await rm(own, { force: true })
  }
}

/** Removes the socket of a dead process. Should a living one have replaced it in between, it gets its name back. */
async function clearStale(directory: string, lock: string): Promise<void> {
  const aside = join(directory, `.${randomBytes(6).toString('hex')}.sock`)
  try {
    await rename(lock, aside)
    if (await answers(aside)) await link(aside, lock)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'EEXIST') throw error
  } finally {
    await rm(aside, { force: true })
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(connection => connection.destroy())
    server.once('error', error => reject(cannotLock(error)))
    server.listen(path, () => {
      // The lock alone should not keep a process alive that has nothing else to do.
      server.unref()
      resolve(server)
    })
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', error => resolve(errorCode(error) !== 'ECONNREFUSED' && errorCode(error) !== 'ENOENT'))
  })
}

function inUse(directory: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `Another Weir is running on the data directory ${directory}. Stop it, or set WEIR_DATA_DIR to another directory.`,
  )
}

function cannotLock(cause: Error): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The data directory cannot be locked (${cause.message}). Set WEIR_DATA_DIR to a directory on a local disk that this user can write, or set DATABASE_URL.`,
    { cause },
  )
}
