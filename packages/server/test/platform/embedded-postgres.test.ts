import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBinaries } from '../../src/platform/embedded-postgres/binaries.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.ts'
import { stopOrphan } from '../../src/platform/embedded-postgres/postmaster.ts'

const log = pino({ level: 'silent' })
const asRoot = process.getuid?.() === 0

let directory: string
let dataDir: string

beforeAll(async () => {
  // Nobody but its owner may enter: the server runs as another user when this is root, and must work all the same.
  // The next run removes what is called like this when this one is interrupted.
  directory = await mkdtemp(join(tmpdir(), `weir-test-${process.pid}-with space `))
  dataDir = join(directory, 'data')
})

afterAll(async () => {
  await stopOrphan(join(dataDir, 'postgres'), log)
  await rm(directory, { recursive: true, force: true })
})

function start(directory = dataDir): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: directory,
    log,
    onFailure(error) {
      throw error
    },
  })
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** Asks until the server answers. */
async function queryWhenBack(url: string, statement: string): Promise<Record<string, unknown>[]> {
  for (;;) {
    try {
      return await query(url, statement)
    } catch {
      // Not back yet. A server that never comes back ends the test by its time limit.
    }
  }
}

async function serverPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

/** Another process that has the data directory's database running. */
async function startElsewhere(directory = dataDir): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../support/embedded-weir.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { child, url: String(line).trim() }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('an embedded PostgreSQL', () => {
  test('is created at the first start and keeps its data', async () => {
    const first = await start()
    await query(first.url, 'create table kept (value integer); insert into kept values (1)')
    await first.stop()
    await expect(query(first.url, 'select 1')).rejects.toThrow('ECONNREFUSED')

    const second = await start()
    expect(await query(second.url, 'select value from kept')).toEqual([{ value: 1 }])
    await second.stop()
    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.password', 'weir.json'])
  })

  test('writes what it acknowledges to disk, sorts the same everywhere, and speaks UTC', async () => {
    const postgres = await start()
    const settings = await query(
      postgres.url,
      `select name, setting from pg_settings
       where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'TimeZone', 'server_encoding', 'listen_addresses')
       order by name collate "C"`,
    )
    const sorting = await query(
      postgres.url,
      'select datlocprovider, datlocale from pg_database where datname = current_database()',
    )
    await postgres.stop()

    expect(settings.map(row => [row.name, row.setting])).toEqual([
      ['TimeZone', 'UTC'],
      ['fsync', 'on'],
      ['full_page_writes', 'on'],
      ['listen_addresses', '127.0.0.1'],
      ['server_encoding', 'UTF8'],
      ['synchronous_commit', 'on'],
    ])
    expect(sorting).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }])
  })

  test('is protected by a password that only its owner can read', async () => {
    const postgres = await start()
    const stranger = new URL(postgres.url)
    stranger.password = 'guessed'
    await expect(query(stranger.href, 'select 1')).rejects.toThrow('password authentication failed')
    await postgres.stop()

    expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700)
  })

  test('can be stopped at once and loses nothing that was committed', async () => {
    const first = await start()
    await query(first.url, 'create table at_once (value integer); insert into at_once values (7)')
    await first.stop({ immediate: true })

    const second = await start()
    expect(await query(second.url, 'select value from at_once')).toEqual([{ value: 7 }])
    await second.stop()
  })

  test('is started again at the same address when it is killed', async () => {
    const postgres = await start()
    await query(postgres.url, 'create table killed (value integer); insert into killed values (3)')
    const before = await serverPid()
    process.kill(before, 'SIGKILL')

    expect(await queryWhenBack(postgres.url, 'select value from killed')).toEqual([{ value: 3 }])
    expect(await serverPid()).not.toBe(before)
    await postgres.stop()
  })

  test('that a killed Weir left running is taken over, with everything that was committed', async () => {
    const { child, url } = await startElsewhere()
    await query(url, 'create table orphaned (value integer); insert into orphaned values (5)')
    await kill(child)
    expect(await query(url, 'select value from orphaned')).toEqual([{ value: 5 }])

    const postgres = await start()
    expect(await query(postgres.url, 'select value from orphaned')).toEqual([{ value: 5 }])
    await expect(query(url, 'select 1')).rejects.toThrow('ECONNREFUSED')
    await postgres.stop()
  })

  test('starts after a crash whose process number belongs to another program by now', async () => {
    const { child, url } = await startElsewhere()
    await query(url, 'create table crashed (value integer); insert into crashed values (9)')
    const pid = await serverPid()
    await kill(child)
    process.kill(pid, 'SIGKILL')
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(String(pid), String(process.pid)))

    const postgres = await start()
    expect(await query(postgres.url, 'select value from crashed')).toEqual([{ value: 9 }])
    await postgres.stop()
  })

  test('is never shared by two processes: the second one says so and ends', async () => {
    const { child, url } = await startElsewhere()
    const second = spawn(process.execPath, [join(import.meta.dirname, '../support/embedded-weir.ts'), dataDir])
    const [complaint, [code]] = await Promise.all([text(second.stderr), once(second, 'exit')])

    expect(code).toBe(1)
    expect(complaint).toBe(
      `Another Weir is running on the data directory ${dataDir}. Stop it, or set WEIR_DATA_DIR to another directory.\n`,
    )
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    await kill(child)
  })

  test('of two processes that start at once on what a killed one left, exactly one gets it', async () => {
    const results = await Promise.allSettled([start(), start()])
    const winners = results.filter(result => result.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    for (const { value } of winners) {
      expect(await query(value.url, 'select 1 as one')).toEqual([{ one: 1 }])
      await value.stop()
    }
  })

  test('begins anew when its creation was interrupted, also below a path longer than a socket address', async () => {
    const long = join(directory, 'a'.repeat(120), 'data')
    await mkdir(join(long, 'postgres.new', 'data'), { recursive: true })
    await writeFile(join(long, 'postgres.new', 'data', 'PG_VERSION'), '18')
    await writeFile(join(long, 'weir.json'), '{}')

    const postgres = await start(long)
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await postgres.stop()
    expect(await readdir(long)).not.toContain('postgres.new')
  })
})

describe('a data directory is refused', () => {
  test('when it holds the files of something else, which stay as they are', async () => {
    const foreign = join(directory, 'foreign')
    await mkdir(foreign)
    await writeFile(join(foreign, 'thesis.txt'), 'mine')

    await expect(start(foreign)).rejects.toThrow(`The data directory ${foreign} holds files that are not Weir's.`)
    expect(await readdir(foreign)).toEqual(['thesis.txt'])
  })

  test('when it is a file', async () => {
    const file = join(directory, 'file')
    await writeFile(file, '')
    await expect(start(file)).rejects.toThrow(`The data directory ${file} is not a directory.`)
    await expect(start(join(file, 'data'))).rejects.toThrow('is not a directory.')
  })

  test.skipIf(asRoot)('when it cannot be written', async () => {
    const locked = join(directory, 'locked')
    await mkdir(locked, { mode: 0o500 })
    await expect(start(locked)).rejects.toThrow(`The data directory ${locked} cannot be written.`)
    await chmod(locked, 0o700)
  })

  test('when another version of PostgreSQL made its database', async () => {
    const old = join(directory, 'old')
    await mkdir(join(old, 'postgres'), { recursive: true })
    await writeFile(join(old, 'weir.json'), '{}')
    await writeFile(join(old, 'postgres', 'PG_VERSION'), '14\n')

    await expect(start(old)).rejects.toThrow('holds data of PostgreSQL 14, and this Weir brings PostgreSQL 18.')
  })

  test('when the password of its database was replaced', async () => {
    const path = join(dataDir, 'postgres.password')
    const password = await readFile(path, 'utf8')
    await writeFile(path, 'another one\n')
    await expect(start()).rejects.toThrow('The password in the file postgres.password of the data directory is not')
    await writeFile(path, password)
  })
})

test('a platform without binaries is told to bring its own server', () => {
  expect(() => findBinaries('sunos', 'x64')).toThrow(
    'There is no embedded PostgreSQL for sunos-x64 here. Set DATABASE_URL to a PostgreSQL server (15 or newer).',
  )
})
