import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { errorCode } from '../data-directory.ts'

/** Where files are kept that outlive the job which made them. A key is `<organization>/<id>/<name>`. */
export interface FileStore {
  /** Keeps the file whole or not at all. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Undefined when nothing is kept under the key. */
  get(key: string): Promise<Buffer | undefined>
  /** As `get`, little by little: for files that may be large. */
  open(key: string): Promise<OpenFile | undefined>
  /**
   * Writes a file on from an offset, in bytes; whatever stood there is dropped. It is on the disk when this resolves with the
   * file's length. The file is seen while it is written: only whoever knows that it is whole may hand out its address.
   *
   * @throws RangeError when the file is shorter than that
   */
  writeOn(key: string, offset: number, texts: AsyncIterable<string>): Promise<number>
  /** Nothing happens when nothing is kept under the key. */
  delete(key: string): Promise<void>
}

export interface OpenFile {
  /** Bytes. */
  readonly size: number
  readonly stream: Readable
}

const KEY = /^[0-9a-f-]{36}\/[0-9a-f-]{36}\/[^/]+$/

/** The key of a file; whatever would not do in a name of a file becomes a dash. */
export function fileKey(organizationId: string, id: string, name: string): string {
  return `${organizationId}/${id}/${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}`
}

/** Files in the folder `files` of the data directory. The name is for those who download: the id tells files apart. */
export function localFiles(dataDir: string): FileStore {
  const pathOf = (key: string) => {
    if (!KEY.test(key)) throw new RangeError(`${key} is not the key of a file`)
    return join(dataDir, 'files', ...key.split('/').slice(0, 2))
  }
  return {
    async put(key, bytes) {
      const path = pathOf(key)
      const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
      await mkdir(dirname(path), { recursive: true })
      await writeFile(draft, bytes)
      await rename(draft, path)
    },
    get: key => unlessMissing(readFile(pathOf(key))),
    async open(key) {
      const file = await unlessMissing(open(pathOf(key)))
      if (file === undefined) return undefined
      const { size } = await file.stat()
      return { size, stream: file.createReadStream() }
    },
    async writeOn(key, offset, texts) {
      const path = pathOf(key)
      await mkdir(dirname(path), { recursive: true })
      const file = (await unlessMissing(open(path, 'r+'))) ?? (await open(path, 'w'))
      try {
        return await writeFrom(file, offset, texts)
      } finally {
        await file.close()
      }
    },
    delete: key => rm(pathOf(key), { force: true }),
  }
}

async function writeFrom(file: FileHandle, offset: number, texts: AsyncIterable<string>): Promise<number> {
  const { size } = await file.stat()
  if (size < offset) throw new RangeError(`the file has ${size} bytes, of which ${offset} were written`)
  await file.truncate(offset)
  let length = offset
  for await (const text of texts) {
    const bytes = Buffer.from(text)
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, length)
      written += bytesWritten
      length += bytesWritten
    }
  }
  await file.sync()
  return length
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
