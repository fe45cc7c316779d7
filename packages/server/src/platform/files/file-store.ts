import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../data-directory.ts'

/** Where files are kept that outlive the job which made them. A key is `<organization>/<id>/<name>`. */
export interface FileStore {
  /** Keeps the file whole or not at all. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Undefined when nothing is kept under the key. */
  get(key: string): Promise<Buffer | undefined>
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
    async get(key) {
      try {
        return await readFile(pathOf(key))
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined
        throw error
      }
    },
  }
}
