import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

describe('choosing an organization', () => {
  it('says which there are', async () => {
    const empty = await createTestDatabase()
    const at = { DATABASE_URL: empty.url }
    expect(await weir(['keys', 'list', '--org', 'acme'], at)).toMatchObject({
      code: 1,
      err: 'weir: there is no organization yet; weir org create --name NAME makes one\n',
    })
    await weir(['org', 'create', '--name', 'First'], at)
    await weir(['org', 'create', '--name', 'Second', '--sandbox'], at)
    expect(await weir(['keys', 'list', '--org', 'acme'], at)).toMatchObject({
      code: 1,
      err: 'weir: there is no organization "acme"; there are first, second\n',
    })
    expect(await weir(['keys', 'list'], at)).toMatchObject({
      code: 1,
      err: 'weir: say which organization: --org first | second\n',
    })
    await empty.drop()
  })
})

describe('a command that cannot be done', () => {
  it('makes no second database where there is no Weir', async () => {
    const directory = join(await mkdtemp(join(tmpdir(), 'weir-nowhere-')), 'data')
    const { code, err } = await weir(['keys', 'list'], { DATABASE_URL: '', WEIR_DATA_DIR: directory })
    expect(code).toBe(1)
    expect(err).toBe(
      `weir: there is no Weir in ${directory}; give the data directory of the running one with WEIR_DATA_DIR=…, or its DATABASE_URL\n`,
    )
    expect(existsSync(directory)).toBe(false)
    await rm(dirname(directory), { recursive: true })
  })

  it.each([
    ['org create --nam x', "Unknown option '--nam'; weir org create --help tells more"],
    [
      'org create --name A B',
      "Unexpected argument 'B' (a text with spaces needs quotes around it); weir org create --help tells more",
    ],
    ['org create', '--name is missing: weir org create --name "Acme Cloud"'],
    ['keys list everything', /^weir: Unexpected argument 'everything'/],
    ['keys create --name', "Option '--name <value>' argument missing; weir keys create --help tells more"],
    ['keys revoke', 'which key? weir keys revoke KEY_ID'],
    ['users reset-password', 'whose? weir users reset-password EMAIL'],
    ['demo load --fast', "Unknown option '--fast'; weir demo load --help tells more"],
    ['keys lose', 'there is no command "keys lose". There are keys create, keys list, keys revoke.'],
    ['frobnicate', 'there is no command "frobnicate". weir help lists them.'],
    ['help frobnicate', 'there is no command "frobnicate". weir help lists them.'],
  ])('says in one line why: %s', async (words, message) => {
    const { code, out, err } = await weir(words.split(' '))
    expect({ code, out }).toEqual({ code: 1, out: '' })
    if (typeof message === 'string') expect(err).toBe(`weir: ${message}\n`)
    else expect(err).toMatch(message)
  })

  it('names a command that can be typed', async () => {
    expect((await weir(['org', 'create', '--name', '  '], { npm_lifecycle_event: 'weir' })).err).toBe(
      'weir: --name is missing: npm run weir -- org create --name "Acme Cloud"\n',
    )
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

  it.each(['keys --help', 'help keys', 'keys help'])('shows the commands of a group: %s', async words => {
    const { code, out } = await weir(words.split(' '))
    expect(code).toBe(0)
    expect(out.match(/^ {2}weir \S+ \S+/gm)).toEqual(['  weir keys create', '  weir keys list', '  weir keys revoke'])
  })

  it('is about one command after `help`', async () => {
    const { code, out } = await weir(['help', 'org', 'create'])
    expect(code).toBe(0)
    expect(out).toMatch(/^weir org create --name NAME/)
  })
})
