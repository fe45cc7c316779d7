import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PgClient, type PgClientOptions } from '../../src/platform/db/client.ts'
import { pgTypes } from '../../src/platform/db/pg-types.ts'
import { PreparedStatements } from '../../src/platform/db/prepared-statements.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let admin: pg.Pool
let pool: pg.Pool

beforeAll(async () => {
  database = await createEmptyDatabase()
  admin = new pg.Pool({ connectionString: database.url, max: 1 })
  await admin.query('create table prices (id int primary key, cents bigint not null)')
  await admin.query('insert into prices values (1, 250), (2, 900)')
})

beforeEach(async () => {
  await pool?.end()
  const options: pg.PoolConfig & PgClientOptions = {
    connectionString: database.url,
    max: 1,
    types: pgTypes,
    Client: PgClient,
    preparedStatements: new PreparedStatements(MOST),
  }
  pool = new pg.Pool(options)
})

afterAll(async () => {
  await pool.end()
  await admin.end()
  await database.drop()
})

const MOST = 20
const PRICE = 'select * from prices where id = $1'

async function prepared(): Promise<string[]> {
  const { rows } = await pool.query('select statement from pg_prepared_statements order by statement')
  return rows.map(({ statement }) => statement)
}

async function often(text: string, values: unknown[], times = 12): Promise<void> {
  for (let time = 0; time < times; time += 1) await pool.query(text, values)
}

test('what comes often is prepared, what comes seldom is not, and both answer the same', async () => {
  await pool.query('select cents from prices where id = $1', [1])
  await often(PRICE, [1])
  expect((await pool.query(PRICE, [2])).rows).toEqual([{ id: 2, cents: 900n }])
  expect(await prepared()).toEqual([PRICE])
})

test('once a migration has changed a table, the next answer has the new columns', async () => {
  await often(PRICE, [1])
  await admin.query('alter table prices add column note text')
  expect((await pool.query(PRICE, [1])).rows).toEqual([{ id: 1, cents: 250n, note: null }])
  await often(PRICE, [1])
  expect((await pool.query(PRICE, [1])).rows).toEqual([{ id: 1, cents: 250n, note: null }])
  await admin.query('alter table prices drop column note')
})

test('a transaction that a migration has overtaken fails, and succeeds when it is tried again', async () => {
  await often(PRICE, [1])
  const client = await pool.connect()
  await client.query('begin')
  await admin.query('alter table prices add column note text')
  await expect(client.query(PRICE, [1])).rejects.toThrow('cached plan must not change result type')
  await client.query('rollback')
  await client.query('begin')
  expect((await client.query(PRICE, [1])).rows).toEqual([{ id: 1, cents: 250n, note: null }])
  await client.query('commit')
  client.release()
  await admin.query('alter table prices drop column note')
})

test('a statement that is refused tells why, prepared or not', async () => {
  const insert = 'insert into prices (id, cents) values ($1, $2)'
  const client = await pool.connect()
  for (let time = 0; time < 8; time += 1) {
    await expect(client.query(insert, [1, 100])).rejects.toMatchObject({ code: '23505', constraint: 'prices_pkey' })
  }
  client.release()
  expect(await prepared()).toEqual([insert])
  await expect(pool.query(insert, [1, 100])).rejects.toMatchObject({ code: '23505', constraint: 'prices_pkey' })
})

test('what a connection keeps is bounded, and what comes often later is prepared all the same', async () => {
  const own = { name: 'price_of', text: PRICE, values: [1] }
  await pool.query(own)
  const texts = Array.from({ length: 50 }, (_, at) => `select id, ${at} as at from prices where id = $1`)
  for (const text of texts) await often(text, [1])
  const kept = await prepared()
  expect(kept.length).toBeLessThanOrEqual(MOST + 1)
  expect(kept).toContain(texts.at(-1))
  // What has a name of its own stays.
  expect((await pool.query(own)).rows).toEqual([{ id: 1, cents: 250n }])
})

test('a long statement is not prepared, nor one that comes once among many', async () => {
  const long = `select cents /*${' '.repeat(20_000)}*/ from prices where id = $1`
  await often(long, [1])
  const statements = new PreparedStatements()
  for (let round = 0; round < 10; round += 1) {
    for (let at = 0; at < 1_000; at += 1) expect(statements.nameOf(`select ${at}`)).toBeUndefined()
  }
  expect(await prepared()).toEqual([])
})
