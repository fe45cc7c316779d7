import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PgClient } from '../../src/platform/db/client.ts'
import { pgTypes, useUtc } from '../../src/platform/db/pg-types.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let pool: pg.Pool
let db: Kysely<unknown>

beforeAll(async () => {
  database = await createEmptyDatabase()
  const admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  await admin.query(`do $$ begin
    execute format('alter database %I set timezone to ''Asia/Kolkata''', current_database());
    execute format('alter database %I set datestyle to ''German''', current_database());
  end $$`)
  await admin.end()
  pool = new pg.Pool({ connectionString: database.url, types: pgTypes, Client: PgClient, onConnect: useUtc, max: 2 })
  db = new Kysely({ dialect: new PostgresDialect({ pool }) })
})

afterAll(async () => {
  await db.destroy()
  await database.drop()
})

async function value(text: string, parameters: unknown[] = []): Promise<unknown> {
  const { rows } = await pool.query(`select ${text} as value`, parameters)
  return rows[0].value
}

const instant = (text: string) => Temporal.Instant.from(text)
const date = (text: string) => Temporal.PlainDate.from(text)

// Temporal values have no own properties to compare: their text says everything.
function described(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(described)
  return result instanceof Temporal.Instant || result instanceof Temporal.PlainDate ? `${result}` : result
}

describe('what comes out of the database', () => {
  test.each([
    [`'2024-03-07 09:15:02.125123+00'::timestamptz`, '2024-03-07T09:15:02.125123Z'],
    [`'2024-03-07 09:15:02+00'::timestamptz`, '2024-03-07T09:15:02Z'],
    [`'1880-01-01 00:00:00 America/New_York'::timestamptz`, '1880-01-01T04:56:02Z'],
  ])('%s is an instant', async (expression, expected) => {
    const result = await value(expression)
    expect(result).toBeInstanceOf(Temporal.Instant)
    expect(`${result}`).toBe(expected)
  })

  test('a date is a plain date', async () => {
    const result = await value(`'2024-02-29'::date`)
    expect(result).toBeInstanceOf(Temporal.PlainDate)
    expect(`${result}`).toBe('2024-02-29')
  })

  test.each([
    ['9223372036854775807::bigint', 9_223_372_036_854_775_807n],
    ['count(*)', 1n],
    ['12345678901234567890.123456789000::numeric', '12345678901234567890.123456789000'],
    ['1::integer', 1],
    ['0.5::double precision', 0.5],
    [`'{"a": [1, null]}'::jsonb`, { a: [1, null] }],
    ['null::timestamptz', null],
    ['null::bigint', null],
    ['array[1, null, 2]::bigint[]', [1n, null, 2n]],
    ['array[[1], [2]]::bigint[]', [[1n], [2n]]],
    ['array[0.10, 2]::numeric[]', ['0.10', '2']],
    ['array[]::numeric[]', []],
    [`array['x,y', '"']::text[]`, ['x,y', '"']],
  ])('%s', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected)
  })

  test('arrays of instants and dates', async () => {
    expect(described(await value(`array['2024-03-07 09:15:02.5+00', null]::timestamptz[]`))).toEqual([
      '2024-03-07T09:15:02.5Z',
      null,
    ])
    expect(described(await value(`array['2024-02-29']::date[]`))).toEqual(['2024-02-29'])
  })

  test('times are cut and cast in UTC, whatever the database is set to', async () => {
    const result = await value(`date_trunc('day', $1::timestamptz)`, [instant('2024-03-07T23:15:02Z')])
    expect(`${result}`).toBe('2024-03-07T00:00:00Z')
  })
})

describe('what goes into the database comes back the same', () => {
  test.each([
    ['timestamptz', instant('2024-03-07T09:15:02.125123Z')],
    ['date', date('2024-02-29')],
    ['bigint', -9_223_372_036_854_775_808n],
    ['numeric', '0.000000000000000000000000000001'],
    ['timestamptz[]', [instant('2024-03-07T09:15:02.125123Z'), null, instant('1969-12-31T23:59:59Z')]],
    ['date[]', [date('2024-02-29'), null]],
    ['bigint[]', [1n, null, -1n]],
    ['numeric[]', ['0.10', null]],
    ['jsonb', { nested: { list: [1, 'two', null] } }],
    ['bytea', Buffer.from([0, 1, 255])],
    ['text', null],
  ])('%s', async (type, sent) => {
    expect(described(await value(`$1::${type}`, [sent]))).toEqual(described(sent))
  })

  test('in a prepared statement', async () => {
    const sent = instant('2024-03-07T09:15:02.125123Z')
    const { rows } = await pool.query({ name: 'echo', text: 'select $1::timestamptz as value', values: [sent] })
    expect(`${rows[0].value}`).toBe(`${sent}`)
  })

  test('through the query builder', async () => {
    const sent = instant('2024-03-07T09:15:02.125123Z')
    const { rows } = await sql<{ at: unknown; days: unknown; cents: unknown }>`
      select ${sent}::timestamptz as at, ${[date('2024-02-29')]}::date[] as days, ${7n}::bigint as cents`.execute(db)
    expect(rows.map(row => [`${row.at}`, described(row.days), row.cents])).toEqual([[`${sent}`, ['2024-02-29'], 7n]])
  })
})

test('pools that do not ask for it are left alone', async () => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query('select 1::bigint as value')
  await client.end()
  expect(rows).toEqual([{ value: '1' }])
})
