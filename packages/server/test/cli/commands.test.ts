import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** `weir …` as a user runs it, on a database without organizations. */
function weir(words: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const all = { PATH: process.env.PATH, DATABASE_URL: database.url, ...env }
  return new Promise(resolve => {
    const child = execFile(process.execPath, [MAIN, ...words], { env: all }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

describe('commands on the database', () => {
  it('do their work and end with code 0', async () => {
    const created = await weir(['org', 'create', '--name', 'Acme Cloud', '--json'])
    expect(created).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(created.out)).toMatchObject({ name: 'Acme Cloud', sandbox: false, api_key: expect.any(String) })

    const key = await weir(['keys', 'create', '--org', 'acme-cloud', '--name', 'ci'])
    expect(key).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^API key, shown this once: \S+\n$/) })

    const keys = await weir(['keys', 'list'])
    expect(keys).toMatchObject({ code: 0, err: '' })
    expect(keys.out.trim().split('\n')).toHaveLength(2)
    expect(keys.out).toMatch(/created .*Z {2}ci\n/)

    expect(await weir(['users', 'list'])).toEqual({ code: 0, out: '', err: '' })
    expect(await weir(['migrate'])).toEqual({ code: 0, out: 'The database is up to date.\n', err: '' })
  })
})

describe('help', () => {
  it('lists the commands', async () => {
    const { code, out } = await weir(['help'])
    expect(code).toBe(0)
    expect(out).toMatch(/weir keys create +create an API key\n/)
  })

  it('tells more of one command', async () => {
    expect(await weir(['keys', 'create', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--org') })
  })
})
