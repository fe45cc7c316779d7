import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/platform/db/database.ts'
import { prepareDatabase } from '../../src/platform/db/prepare.ts'
import { StartupError } from '../../src/platform/startup-error.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'

const ROLE = `stranger_${process.pid}`

let database: TestDatabase

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

beforeAll(async () => {
  database = await createEmptyDatabase()
  await asOwner(`create role ${ROLE} login password 'right'`)
})
afterAll(async () => {
  await asOwner(`drop owned by ${ROLE}`)
  await asOwner(`drop role ${ROLE}`)
  await database.drop()
})

/** Why a database of the test's server cannot be used. */
async function refusal(change: (url: URL) => void): Promise<unknown> {
  const url = new URL(database.url)
  change(url)
  const opened = openDatabase({ url: url.href, maxConnections: 4, prepareStatements: true, onError() {} })
  try {
    return await prepareDatabase(opened, url.href)
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError)
    return (error as Error).message
  } finally {
    await opened.close()
  }
}

describe('a database that cannot be used', () => {
  it('is told when the user has no rights', async () => {
    const name = new URL(database.url).pathname.slice(1)
    const as = (url: URL) => Object.assign(url, { username: ROLE, password: 'right' })
    expect(await refusal(as)).toBe(
      `DATABASE_URL: permission denied for schema public; let its user own the database: alter database "${name}" owner to "${ROLE}"`,
    )
    await asOwner(`alter database "${name}" owner to ${ROLE}`)
    expect(await refusal(as)).toMatchObject({ applied: expect.arrayContaining(['0001_accounts.sql']) })
    await asOwner(`alter database "${name}" owner to current_user`)
  })

  it('is told when the password is wrong', async () => {
    expect(await refusal(url => Object.assign(url, { username: ROLE, password: 'wrong' }))).toBe(
      `DATABASE_URL: password authentication failed for user "${ROLE}"; check the user and the password in it`,
    )
  })

  it('is told when it does not exist', async () => {
    expect(await refusal(url => Object.assign(url, { pathname: '/nowhere' }))).toMatch(
      /^DATABASE_URL: database "nowhere" does not exist; make it: create database "nowhere" owner "/,
    )
  })

  it('is told when nobody answers', async () => {
    expect(await refusal(url => Object.assign(url, { port: '1' }))).toMatch(
      /^DATABASE_URL: cannot connect to the database \(.*ECONNREFUSED.*\); check the address/,
    )
  })
})
