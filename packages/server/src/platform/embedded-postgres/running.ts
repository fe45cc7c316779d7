import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { clusterIn, ROLE } from './cluster.ts'

/** PostgreSQL writes its port on this line of postmaster.pid, counted from 0. */
const PORT_LINE = 3

/**
 * Connection string of the database that a running Weir keeps on a data directory, so that a second process (the command
 * line) can use it; undefined when none is running.
 */
export async function runningDatabaseUrl(dataDir: string): Promise<string | undefined> {
  const url = await recordedUrl(dataDir)
  if (url === undefined) return undefined
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    return url
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}

async function recordedUrl(dataDir: string): Promise<string | undefined> {
  try {
    const pidFile = await readFile(join(clusterIn(dataDir), 'postmaster.pid'), 'utf8')
    const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim()
    const port = pidFile.split('\n')[PORT_LINE]?.trim()
    return port === undefined ? undefined : `postgres://${ROLE}:${password}@127.0.0.1:${port}/weir`
  } catch {
    return undefined
  }
}
