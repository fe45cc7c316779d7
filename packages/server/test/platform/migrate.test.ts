import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkServerVersion, MigrationError, migrate, pendingMigrations } from '../../src/platform/db/migrate.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: pg.Pool
let directory: string

beforeEach(async () => {
  database = await createEmptyDatabase()
  pool = new pg.Pool({ connectionString: database.url })
  directory = await mkdtemp(join(tmpdir(), 'migrations-'))
})

afterEach(async () => {
  await pool.end()
  await database.drop()
  await rm(directory, { recursive: true })
})

function write(name: string, sql: string): Promise<void> {
  return writeFile(join(directory, name), sql)
}

async function rows(query: string): Promise<unknown[]> {
  return (await pool.query(query)).rows
}

describe('migrate', () => {
  test('runs each file once, in the order of the names', async () => {
    await write('0002_second.sql', 'insert into steps values (2);')
    await write('0001_first.sql', 'create table steps (step integer); insert into steps values (1);')
    await write('notes.md', 'not a migration')

    expect(await migrate(pool, directory)).toEqual({ applied: ['0001_first.sql', '0002_second.sql'] })
    expect(await migrate(pool, directory)).toEqual({ applied: [] })
    expect(await rows('select step from steps')).toEqual([{ step: 1 }, { step: 2 }])
  })

  test('continues where it left off', async () => {
    await write('0001_first.sql', 'create table steps (step integer)')
    await migrate(pool, directory)
    await write('0002_second.sql', 'insert into steps values (2)')

    expect(await pendingMigrations(pool, directory)).toEqual(['0002_second.sql'])
    expect(await migrate(pool, directory)).toEqual({ applied: ['0002_second.sql'] })
    expect(await pendingMigrations(pool, directory)).toEqual([])
  })

  test('everything is pending in a database that was never migrated', async () => {
    await write('0001_first.sql', 'select 1')
    expect(await pendingMigrations(pool, directory)).toEqual(['0001_first.sql'])
  })

  test('keeps nothing of a file that fails, and everything before it', async () => {
    await write('0001_first.sql', 'create table steps (step integer)')
    await write('0002_second.sql', 'insert into steps values (2); insert into no_such_table values (1);')

    await expect(migrate(pool, directory)).rejects.toThrow(
      'Migration 0002_second.sql failed, and nothing of it was kept: relation "no_such_table" does not exist',
    )
    expect(await rows('select step from steps')).toEqual([])
    expect(await pendingMigrations(pool, directory)).toEqual(['0002_second.sql'])
  })

  test('processes that start at once apply each file exactly once between them', async () => {
    await write('0001_first.sql', 'create table steps (step integer); select pg_sleep(0.05);')
    await write('0002_second.sql', 'insert into steps values (2)')

    const results = await Promise.all([1, 2, 3, 4].map(() => migrate(pool, directory)))

    expect(results.flatMap(result => result.applied).toSorted()).toEqual(['0001_first.sql', '0002_second.sql'])
    expect(await rows('select step from steps')).toEqual([{ step: 2 }])
  })

  test('refuses a file that was changed after it had been applied', async () => {
    await write('0001_first.sql', 'select 1')
    await migrate(pool, directory)
    await write('0001_first.sql', 'select 2')

    await expect(migrate(pool, directory)).rejects.toThrow('0001_first.sql was changed after it had been applied')
  })

  test('does not take Windows line ends for a change', async () => {
    await write('0001_first.sql', 'select 1;\nselect 2;\n')
    await migrate(pool, directory)
    await write('0001_first.sql', 'select 1;\r\nselect 2;\r\n')

    expect(await migrate(pool, directory)).toEqual({ applied: [] })
  })

  test('refuses a database that a newer version migrated', async () => {
    await write('0001_first.sql', 'select 1')
    await write('0002_future.sql', 'select 2')
    await migrate(pool, directory)
    await rm(join(directory, '0002_future.sql'))

    await expect(migrate(pool, directory)).rejects.toThrow(
      'The database is newer than this version of Weir: it knows the migration 0002_future.sql',
    )
  })

  test('refuses a file that slips in before applied ones', async () => {
    await write('0002_second.sql', 'select 2')
    await migrate(pool, directory)
    await write('0001_late.sql', 'select 1')

    await expect(migrate(pool, directory)).rejects.toThrow('0001_late.sql comes before 0002_second.sql')
  })

  test.each([
    ['1_first.sql', 'is not named like'],
    ['0001-first.sql', 'is not named like'],
  ])('refuses the file name %s', async (name, message) => {
    await write(name, 'select 1')
    await expect(migrate(pool, directory)).rejects.toThrow(message)
  })

  test('refuses two files of one number', async () => {
    await write('0001_first.sql', 'select 1')
    await write('0001_other.sql', 'select 1')
    await expect(migrate(pool, directory)).rejects.toThrow('Two migrations have the number 0001')
  })
})

describe('checkServerVersion', () => {
  test.each([150_000, 150_012, 180_004])('accepts %i', version => {
    expect(() => checkServerVersion(version)).not.toThrow()
  })

  test.each([
    [140_020, 14],
    [90_624, 9],
  ])('refuses %i', (version, major) => {
    expect(() => checkServerVersion(version)).toThrow(MigrationError)
    expect(() => checkServerVersion(version)).toThrow(
      `The PostgreSQL server is too old: it is version ${major}, and Weir needs 15 or newer.`,
    )
  })
})

test('test databases have the migrations of this version, and do not see one another', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  const client = new pg.Client({ connectionString: one.url })
  await client.connect()
  const { rows: tables } = await client.query(`select to_regclass('organizations') is not null as migrated`)
  await client.end()
  await Promise.all([one.drop(), other.drop()])

  expect(tables).toEqual([{ migrated: true }])
  expect(one.url).not.toBe(other.url)
})
