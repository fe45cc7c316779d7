import type { Logger } from 'pino'
import { type App, createApp } from './app.ts'
import { type ConsoleBuild, consoleBuild } from './console/index.ts'
import { createFirstOrganizations, type FirstKeys } from './first-start.ts'
import type { Config } from './platform/config.ts'
import type { ResolvedConfig } from './platform/context.ts'
import { keptSecret, openDataDirectory } from './platform/data-directory.ts'
import { type Database, openDatabase } from './platform/db/database.ts'
import { prepareDatabase } from './platform/db/prepare.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './platform/embedded-postgres/index.ts'
import type { HeartbeatRhythm } from './platform/jobs/heartbeat.ts'
import type { RunningLoops } from './platform/jobs/loops.ts'
import { startWorker, type Worker } from './platform/jobs/worker.ts'
import { StartupError } from './platform/startup-error.ts'

export interface ServerOptions {
  readonly config: Config
  readonly version: string
  readonly log: Logger
  /** Called once when the embedded database is lost for good: nothing works without it. */
  onFailure(error: Error): void
  /** How soon the jobs of another process that was killed are taken over. */
  readonly heartbeat?: HeartbeatRhythm
}

export interface RunningServer {
  readonly url: string
  readonly app: App
  readonly database: Database
  /** The keys of the organizations that this start created on an empty database; they cannot be shown again. */
  readonly firstKeys: FirstKeys | undefined
  /** The pages of the console, where this process serves them. */
  readonly consoleBuild: ConsoleBuild | undefined
  /** Finishes the requests and jobs under way, then stops everything that this process started. */
  stop(): Promise<void>
  /** Stops the embedded database at once and nothing else: what was under way is repeated by the next start. */
  stopAtOnce(): Promise<void>
}

/**
 * Starts everything that the role asks for: database, migrations, first organizations, HTTP, background worker.
 *
 * @throws StartupError with one line that says what to do; nothing is left running then
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log } = options
  const config = await withSecret(options.config)
  await using starting = new AsyncDisposableStack()
  let ready = false

  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: config.dataDir, log, onFailure: options.onFailure })
      : undefined
  if (embedded !== undefined) starting.defer(() => embedded.stop())
  const database = openDatabase({
    url: embedded?.url ?? config.databaseUrl ?? '',
    maxConnections: config.databaseConnections,
    prepareStatements: config.preparedStatements,
    // The error of the driver carries the whole connection with it.
    onError: ({ message }) =>
      log.warn({ reason: message }, 'a database connection was lost; it is replaced when it is needed'),
  })
  starting.defer(() => database.close())
  await prepareDatabase(database, config.databaseUrl)

  const pages = servesConsole(config) ? consoleBuild(log) : undefined
  starting.defer(() => pages?.stop())
  const app = await createApp({
    config,
    database,
    log,
    consoleBuild: pages,
    operations: {
      version: options.version,
      isReady: () => ready,
      pingDatabase: async () => void (await database.pool.query('select 1')),
    },
  })
  await app.prepare()
  let worker: Worker | undefined
  starting.defer(async () => worker?.stop())
  let loops: RunningLoops | undefined
  starting.defer(async () => loops?.stop())
  // Requests end before the worker does: one that is under way may be waiting for background work.
  starting.defer(() => closeHttp(app))
  const url = await listen(app, config)
  const firstKeys = await createFirstOrganizations(app.system)
  if (config.role !== 'api') {
    if (config.smtpUrl === undefined) {
      log.warn('SMTP_URL is not set: live organizations send no e-mails; sandboxes keep theirs in the outbox')
    }
    worker = await startWorker({
      pool: database.workerPool,
      log,
      tasks: app.tasks,
      ticks: app.ticks,
      concurrency: config.workerConcurrency,
      alone: embedded !== undefined,
      heartbeat: options.heartbeat,
    })
    loops = app.startLoops()
  }
  ready = true
  void pages?.run()

  const running = starting.move()
  return {
    url,
    app,
    database,
    firstKeys,
    consoleBuild: pages,
    async stop() {
      ready = false
      await running.disposeAsync()
    },
    stopAtOnce: () => stopEmbedded(embedded),
  }
}

function servesConsole(config: Config): boolean {
  return config.console && config.role !== 'worker'
}

/** The secret of the environment, else the one that the data directory keeps, made at the first start. */
async function withSecret(config: Config): Promise<ResolvedConfig> {
  const secret = config.secret ?? (await keptSecret(await openDataDirectory(config.dataDir), 'secret'))
  return { ...config, secret }
}

async function stopEmbedded(embedded: EmbeddedPostgres | undefined): Promise<void> {
  await embedded?.stop({ immediate: true })
}

const CLOSE_IDLE_EVERY_MS = 50

/**
 * Answers the requests under way, then closes. Their clients would keep the connections open for more than a minute, so
 * each is closed once its answer is sent.
 */
async function closeHttp({ http }: App): Promise<void> {
  const closing = http.close()
  const timer = setInterval(() => http.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  try {
    await closing
  } finally {
    clearInterval(timer)
  }
}

/** The worker role listens too, for /health, /ready and /metrics. */
async function listen(app: App, config: Config): Promise<string> {
  try {
    return await app.http.listen({ port: config.port, host: config.host })
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === 'EADDRINUSE') {
      throw new StartupError(
        `PORT: ${config.port} is in use by another program; stop it, or start Weir with another PORT`,
      )
    }
    if (code === 'EACCES')
      throw new StartupError(`PORT: ${config.port} needs more rights than this user has; use a port above 1023`)
    if (code === 'EADDRNOTAVAIL') throw new StartupError(`HOST: ${config.host} is not an address of this machine`)
    throw error
  }
}
