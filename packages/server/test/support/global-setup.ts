import { existsSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMigrations as migrateJobs } from 'graphile-worker'
import pg from 'pg'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { MIGRATIONS_DIRECTORY, migrate } from '../../src/platform/db/migrate.ts'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.ts'
import { stopOrphan } from '../../src/platform/embedded-postgres/postmaster.ts'
import { TEMPLATE_DATABASE } from './database.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the run's PostgreSQL server, where test databases are created. */
    postgresUrl: string
  }
}

/** Directories with this prefix, and then the number of their process, are removed when the process is gone. */
const PREFIX = 'weir-test-'
const log = pino({ level: 'fatal' })

// Nobody needs the data of a test run after a power cut. Where the system can, it copies the template's files itself.
const FAST_AND_LOOSE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  ...(process.platform !== 'win32' && { file_copy_method: 'clone' }),
}

/**
 * One PostgreSQL server for the whole run, the embedded one or that of `WEIR_TEST_DATABASE_URL`, with a migrated template
 * database from which each test file gets its own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.WEIR_TEST_DATABASE_URL
  if (external) {
    await createTemplate(external)
    project.provide('postgresUrl', external)
    return async () => {}
  }
  await removeLeftovers()
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const dataDir = join(directory, 'data')
  await mkdir(dataDir)
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log,
    settings: FAST_AND_LOOSE,
    onFailure(error) {
      throw error
    },
  })
  removeAtExit(directory)
  await createTemplate(postgres.url)
  project.provide('postgresUrl', postgres.url)
  return async () => {
    await postgres.stop({ immediate: true })
    await rm(directory, { recursive: true, force: true })
  }
}

async function createTemplate(url: string): Promise<void> {
  const admin = new pg.Pool({ connectionString: url, max: 1 })
  await admin.query(`drop database if exists ${TEMPLATE_DATABASE}`)
  await admin.query(`create database ${TEMPLATE_DATABASE}`)
  await admin.end()
  const pool = new pg.Pool({ connectionString: url.replace(/[^/]+$/, TEMPLATE_DATABASE), max: 1 })
  pool.on('error', () => {})
  pool.on('connect', client => void client.on('error', () => {}))
  await migrate(pool, MIGRATIONS_DIRECTORY)
  await migrateJobs({ pgPool: pool })
  await pool.end()
}

/** Ctrl-C ends vitest without its teardown. The server's own exit handler has just asked it to stop. */
function removeAtExit(directory: string): void {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  process.once('exit', () => {
    const running = join(directory, 'data', 'postgres', 'postmaster.pid')
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let tries = 0; existsSync(running) && tries < 250; tries += 1) Atomics.wait(pause, 0, 0, 20)
    rmSync(directory, { recursive: true, force: true })
  })
}

/** Stops and removes what runs that were killed left behind. */
async function removeLeftovers(): Promise<void> {
  const entries = await readdir(tmpdir())
  for (const entry of entries.filter(name => name.startsWith(PREFIX))) {
    const pid = Number.parseInt(entry.slice(PREFIX.length), 10)
    if (isAlive(pid)) continue
    const directory = join(tmpdir(), entry)
    await stopOrphan(join(directory, 'data', 'postgres'), log)
    await rm(directory, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
