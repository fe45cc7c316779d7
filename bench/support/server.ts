import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../packages/server/src/platform/embedded-postgres/index.ts'

const MAIN = join(import.meta.dirname, '../../packages/server/src/main.ts')
/** They end the benchmark, and with it what it started. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM'] as const
const API_KEY = 'the-key-of-the-benchmarks'

/** A Weir of its own, in its own process, on an embedded PostgreSQL in a temporary directory. */
export interface BenchServer {
  readonly url: string
  /** Of the live organization, whose time is the real one. */
  readonly apiKey: string
  readonly databaseUrl: string
  /** The resident memory of the server's process, without PostgreSQL's, in bytes. */
  memory(): Promise<number>
  stop(): Promise<void>
}

export interface ServerOptions {
  /** Where to write, when the server stops, a CPU profile of its process and what its SQL statements cost. */
  readonly profileDirectory?: string | undefined
  /** Environment variables of the server. */
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a server on an empty database. It keeps its promises: what it acknowledges is on disk. */
export async function startServer(options: ServerOptions = {}): Promise<BenchServer> {
  const { profileDirectory } = options
  await using starting = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  starting.defer(() => rm(dataDir, { recursive: true, force: true }))
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: pino({ level: 'warn' }),
    onFailure(error) {
      throw error
    },
    ...(profileDirectory !== undefined && { settings: { shared_preload_libraries: 'pg_stat_statements' } }),
  })
  starting.defer(() => postgres.stop())
  if (profileDirectory !== undefined) {
    await query(postgres.url, 'create extension pg_stat_statements')
    starting.defer(() => writeStatements(postgres.url, profileDirectory))
  }
  const child = spawnServer(postgres.url, dataDir, options)
  starting.defer(() => stopped(child))
  const url = await addressOf(child)

  const running = starting.move()
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= running.disposeAsync()
    return stopping
  }
  const stopAndExit = () => void stop().finally(() => process.exit(130))
  for (const signal of ENDING_SIGNALS) process.once(signal, stopAndExit)
  return {
    url,
    apiKey: API_KEY,
    databaseUrl: postgres.url,
    memory: () => residentMemory(url),
    async stop() {
      await stop()
      for (const signal of ENDING_SIGNALS) process.off(signal, stopAndExit)
    },
  }
}

function spawnServer(databaseUrl: string, dataDir: string, { profileDirectory, env }: ServerOptions): ChildProcess {
  const profiling = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`]
  return spawn(process.execPath, [...profiling, MAIN], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      WEIR_DATA_DIR: dataDir,
      WEIR_LIVE_API_KEY: API_KEY,
      PORT: '0',
      LOG_LEVEL: 'warn',
      WEIR_CONSOLE: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/**
 * The server says its address once it is up. What it says afterwards, which are warnings, is passed on: a server whose output
 * nobody reads waits, once the pipe is full, until somebody does.
 */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.once('error', reject)
    child.once('exit', () => reject(new Error('the server did not start')))
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (output === 'up') return process.stderr.write(text)
      output += text
      const address = /API\s+(http\S+)\/api\/v1/.exec(output)?.[1]
      if (address === undefined) return
      output = 'up'
      resolve(address)
    })
  })
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

async function residentMemory(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1])
}

/** Connections to the server's database. That they end with it, before their owner ends them, is no error. */
export function connect(server: Pick<BenchServer, 'databaseUrl'>, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: server.databaseUrl, max })
  pool.on('error', () => {})
  return pool
}

/** The statements by the time they took: how often each ran, milliseconds in all and on average, rows. */
async function writeStatements(databaseUrl: string, directory: string): Promise<void> {
  const rows = await query(
    databaseUrl,
    `select calls, total_exec_time, mean_exec_time, rows, query
     from pg_stat_statements
     order by total_exec_time desc`,
  )
  const file = join(directory, `statements-${Temporal.Now.instant().epochMilliseconds}.json`)
  await writeFile(file, JSON.stringify(rows, null, 2))
}

async function query(databaseUrl: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
