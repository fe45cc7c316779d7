import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { MIGRATIONS_DIRECTORY, migrate } from '../packages/server/src/platform/db/migrate.ts'
import { startEmbeddedPostgres } from '../packages/server/src/platform/embedded-postgres/index.ts'
import { StartupError } from '../packages/server/src/platform/startup-error.ts'
import { NODE, ROOT } from './lib/project.mjs'

/*
 * Compares the generated table types with a database that has all migrations, and fails when they differ:
 *
 *   npm run check
 *   node scripts/check-types.mjs --write   generates them anew
 */
const TYPES = join(ROOT, 'packages/server/src/platform/db/types.ts')

/** The values that the database client reads and takes; see packages/server/src/platform/db/pg-types.ts. */
const COLUMN_TYPES = {
  timestamptz: ['Timestamp', 'Temporal.Instant', 'Temporal.Instant | string'],
  date: ['CalendarDate', 'Temporal.PlainDate', 'Temporal.PlainDate | string'],
  int8: ['Int8', 'bigint', 'bigint | number | string'],
  numeric: ['Numeric', 'string', 'number | string'],
  // Written as JSON text: the client would take an array for an array of the database.
  json: ['Json', 'JsonValue', 'string'],
  jsonb: ['Json', 'JsonValue', 'string'],
}

const directory = mkdtempSync(join(tmpdir(), 'weir-types-'))
try {
  const generated = await generate()
  if (process.argv.includes('--write')) {
    writeFileSync(TYPES, generated)
  } else if (generated !== readCurrent()) {
    console.error('The table types are stale. Run: npx node scripts/check-types.mjs --write')
    process.exitCode = 1
  }
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function generate() {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(directory, 'data'),
    log: pino({ level: 'warn' }),
    settings: { fsync: 'off' },
    onFailure(error) {
      throw error
    },
  })
  try {
    const pool = new pg.Pool({ connectionString: postgres.url })
    await migrate(pool, MIGRATIONS_DIRECTORY)
    await pool.end()
    return withColumnTypes(runCodegen(postgres.url))
  } finally {
    await postgres.stop({ immediate: true })
  }
}

function runCodegen(url) {
  const file = join(directory, 'types.ts')
  const mapping = Object.fromEntries(Object.entries(COLUMN_TYPES).map(([column, [name]]) => [column, name]))
  const codegen = join(ROOT, 'node_modules/.bin/kysely-codegen')
  execFileSync(NODE, [
    codegen,
    ...['--url', url],
    ...['--dialect', 'postgres'],
    ...['--default-schema', 'public'],
    ...['--exclude-pattern', 'schema_migrations'],
    ...['--type-mapping', JSON.stringify(mapping)],
    ...['--log-level', 'error'],
    ...['--out-file', file],
  ])
  return readFileSync(file, 'utf8')
}

/** Puts the definitions of the mapped types before the first table. */
function withColumnTypes(text) {
  const definitions = new Map(
    Object.values(COLUMN_TYPES).map(([name, selected, written]) => [
      name,
      `export type ${name} = ColumnType<${selected}, ${written}, ${written}>;\n\n`,
    ]),
  )
  const json = `export type JsonValue = JsonValue[] | { [key: string]: JsonValue } | boolean | number | string | null;\n\n`
  return text.replace('export interface ', `${[...definitions.values()].join('')}${json}export interface `)
}

function readCurrent() {
  try {
    return readFileSync(TYPES, 'utf8')
  } catch {
    return ''
  }
}
