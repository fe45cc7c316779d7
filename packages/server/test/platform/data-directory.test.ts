import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DataDirectoryError, keptSecret, openDataDirectory } from '../../src/platform/data-directory.ts'

let directory: string

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'weir-data-')))
})

afterEach(() => rm(directory, { recursive: true }))

describe('the data directory', () => {
  test('is created with everything above it, and marked as ours', async () => {
    const path = join(directory, 'new', 'data')
    expect(await openDataDirectory(path)).toBe(path)
    expect(JSON.parse(await readFile(join(path, 'weir.json'), 'utf8'))).toMatchObject({ format: 1 })
  })

  test('keeps its marker when it is opened again, also beside other files', async () => {
    await openDataDirectory(directory)
    const marker = await readFile(join(directory, 'weir.json'), 'utf8')
    await writeFile(join(directory, 'invoice.pdf'), '')
    await openDataDirectory(directory)
    expect(await readFile(join(directory, 'weir.json'), 'utf8')).toBe(marker)
  })

  test('may be the root of a fresh volume', async () => {
    await mkdir(join(directory, 'lost+found'))
    await writeFile(join(directory, '.keep'), '')
    await expect(openDataDirectory(directory)).resolves.toBe(directory)
  })

  test('must not hold files of something else', async () => {
    await writeFile(join(directory, 'thesis.txt'), '')
    await expect(openDataDirectory(directory)).rejects.toThrow(DataDirectoryError)
    expect(await readdir(directory)).toEqual(['thesis.txt'])
  })
})

describe('a kept secret', () => {
  test('is made once, and is for its owner alone', async () => {
    const secret = await keptSecret(directory, 'secret')
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(await keptSecret(directory, 'secret')).toBe(secret)
    expect((await stat(join(directory, 'secret'))).mode & 0o777).toBe(0o600)
  })

  test('is the same for processes that ask at once', async () => {
    const secrets = await Promise.all(Array.from({ length: 8 }, () => keptSecret(directory, 'secret')))
    expect(new Set(secrets).size).toBe(1)
    expect(await readdir(directory)).toEqual(['secret'])
  })

  test('differs between names', async () => {
    expect(await keptSecret(directory, 'one')).not.toBe(await keptSecret(directory, 'other'))
  })
})
