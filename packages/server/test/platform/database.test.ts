import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/platform/db/database.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'

let own: TestDatabase
let database: Database

beforeAll(async () => {
  own = await createEmptyDatabase()
  // The servers of tests wait for no disk: this one is as one's own database is.
  const url = `${own.url}${own.url.includes('?') ? '&' : '?'}options=${encodeURIComponent('-c synchronous_commit=on')}`
  database = openDatabase({
    url,
    maxConnections: 4,
    onError(error) {
      throw error
    },
  })
})
afterAll(async () => {
  await database?.close()
  await own?.drop()
})

/** What several connections at once say. */
async function waitsForDisk(pool: pg.Pool): Promise<string[]> {
  const clients = await Promise.all(Array.from({ length: 3 }, () => pool.connect()))
  try {
    const answers = await Promise.all(clients.map(client => client.query('show synchronous_commit')))
    return answers.map(({ rows }) => rows[0].synchronous_commit)
  } finally {
    for (const client of clients) client.release()
  }
}

test('whatever is committed is on disk, but for which job was taken or is done', async () => {
  expect(await waitsForDisk(database.pool)).toEqual(['on', 'on', 'on'])
  expect(await waitsForDisk(database.libraryPool)).toEqual(['on', 'on', 'on'])
  expect(await waitsForDisk(database.workerPool)).toEqual(['off', 'off', 'off'])
})
