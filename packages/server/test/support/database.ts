import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** The database that has all migrations and no rows. */
export const TEMPLATE_DATABASE = 'weir_template'

export interface TestDatabase {
  readonly url: string
  /** Disconnects whoever is left, and removes the database. */
  drop(): Promise<void>
}

/**
 * A fresh, migrated database: one a test file, so that files can run side by side.
 *
 * @example
 * const database = await createTestDatabase()
 * afterAll(() => database.drop())
 */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(TEMPLATE_DATABASE)
}

/** A database without any table. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template1')
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  const name = `weir_${randomBytes(8).toString('hex')}`
  await execute(server, `create database ${name} template ${template} strategy file_copy`)
  return {
    url: server.replace(/[^/]+$/, name),
    drop: () => dropDatabase(server, name),
  }
}

/** Connections that are just closing get the moment they need; only those that stay are cut. */
async function dropDatabase(server: string, name: string): Promise<void> {
  try {
    await execute(server, `drop database ${name}`)
  } catch {
    await execute(server, `drop database if exists ${name} with (force)`)
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
