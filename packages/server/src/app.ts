import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import {
  accountsDomain,
  adminRoutes,
  findKeyOwner,
  findOrganizationClock,
  type KeyOwner,
  keyUses,
  rememberKeyOwners,
} from './accounts/index.ts'
import { audit, auditSubscribers } from './audit/index.ts'
import { catalog } from './catalog/index.ts'
import { type ConsoleBuild, startConsole } from './console/index.ts'
import { creditEndedSubscription, creditNotes, voidCredits } from './credit-notes/index.ts'
import { credits } from './credits/index.ts'
import { customers } from './customers/index.ts'
import { documents } from './documents/index.ts'
import { emails } from './emails/index.ts'
import { events } from './events/index.ts'
import { dataExports } from './exports/index.ts'
import { invoicesDomain } from './invoices/index.ts'
import { monitoring } from './monitoring/index.ts'
import { payments, testPages } from './payments/index.ts'
import { frozenClock, systemClock } from './platform/clock/clock.ts'
import { type ClockTask, cronExpression } from './platform/clock/clock-tasks.ts'
import type { Ctx, ResolvedConfig } from './platform/context.ts'
import type { Database } from './platform/db/database.ts'
import type { EventSubscriber } from './platform/domain-events.ts'
import { fileRoutes } from './platform/files/routes.ts'
import { type Authenticators, callerOf, requireAuthentication } from './platform/http/authentication.ts'
import { replayIdempotentRequests } from './platform/http/idempotency.ts'
import { documentApi } from './platform/http/openapi.ts'
import { type Operations, operationRoutes } from './platform/http/operations.ts'
import { limitRates } from './platform/http/rate-limits.ts'
import { createHttpServer, type HttpServer } from './platform/http/server.ts'
import { type RunningLoops, startLoops } from './platform/jobs/loops.ts'
import { taskList } from './platform/jobs/tasks.ts'
import type { CronTick } from './platform/jobs/worker.ts'
import type { Domain } from './platform/module.ts'
import { testClockRoutes } from './sandbox/index.ts'
import { subscriptions } from './subscriptions/index.ts'
import { billingEntityTaxes, taxes } from './taxes/index.ts'
import { usage } from './usage/index.ts'
import { webhooksDomain } from './webhooks/index.ts'

export interface AppOptions {
  readonly config: ResolvedConfig
  readonly database: Database
  readonly log: Logger
  readonly operations: Operations
  /** The pages of the console; without them, its endpoints are there all the same. */
  readonly consoleBuild?: ConsoleBuild | undefined
}

export interface App {
  readonly http: HttpServer
  readonly tasks: TaskList
  readonly ticks: readonly CronTick[]
  /** Starts the background work that never ends, beside the worker. */
  startLoops(): RunningLoops
  /** Puts right what must be before anything is served; the database is migrated. */
  prepare(): Promise<void>
  /** The ctx of a system actor before its organization is known: for the CLI and for the first start. */
  readonly system: Omit<Ctx, 'org'>
}

/** The domains that own the objects of the business, lower ones first. */
const business: readonly Domain[] = [
  accountsDomain(billingEntityTaxes),
  taxes,
  customers,
  catalog,
  events,
  subscriptions,
  usage,
  credits,
  invoicesDomain(voidCredits, creditEndedSubscription),
  creditNotes,
  monitoring,
  payments,
  documents,
  emails,
  dataExports,
]

const webhooks = webhooksDomain(Object.assign({}, ...business.map(domain => domain.webhooks ?? {})))

const domains: readonly Domain[] = [...business, webhooks, audit]

const RUN_CLOCK_TASK = 'run_clock_task'
const MISSED_TICKS_MADE_UP_MS = 65 * 60 * 1000

/** Puts the domains together: the only place that knows all of them. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, database, log } = options
  const system: Omit<Ctx, 'org'> = {
    db: database.db,
    pool: database.pool,
    clock: systemClock,
    log,
    actor: { type: 'system' },
    config,
    subscribers: [...domains.map(reactionsOf), webhooks.subscriber, ...auditSubscribers(database.committed)],
  }
  const clockTasks = domains.flatMap(domain => domain.clockTasks ?? [])

  const contextOf = (organizationId: string) => systemContext(system, organizationId)

  const http = createHttpServer({ log, bodyLimit: config.bodyLimitBytes })
  const gauges = domains.flatMap(domain => domain.gauges ?? [])
  operationRoutes(
    http,
    options.operations,
    gauges.map(gauge => ({ ...gauge, read: () => gauge.read(database.pool) })),
  )
  await documentApi(http, { version: options.operations.version, publicUrl: config.publicUrl })
  fileRoutes(http, config, async id => (await contextOf(id)).clock.now())
  testPages(http, system, contextOf)
  await http.register(async admin => adminRoutes(admin, system, billingEntityTaxes), { prefix: '/admin' })
  const webConsole = await startConsole(http, system, { pool: database.libraryPool, build: options.consoleBuild })
  await http.register(async api => registerApi(api, system, clockTasks, webConsole.authenticate), { prefix: '/api/v1' })

  const tasks = taskList(
    domains.flatMap(domain => domain.tasks ?? []),
    contextOf,
  )
  return {
    http,
    system,
    async prepare() {
      for (const domain of domains) await domain.prepare?.(system)
    },
    startLoops: () =>
      startLoops(
        domains.flatMap(domain => domain.loops ?? []),
        system,
        contextOf,
      ),
    tasks: { ...tasks, [RUN_CLOCK_TASK]: payload => runClockTask(system, clockTasks, payload) },
    ticks: clockTasks.map(task => ({
      task: RUN_CLOCK_TASK,
      match: cronExpression(task.schedule),
      backfillMs: MISSED_TICKS_MADE_UP_MS,
      payload: { name: task.name },
    })),
  }
}

function registerApi(
  api: FastifyInstance,
  system: Omit<Ctx, 'org'>,
  clockTasks: readonly ClockTask[],
  bySession: NonNullable<Authenticators['bySession']>,
): void {
  const findOwner = rememberKeyOwners(key => findKeyOwner(system.db, key))
  requireAuthentication(api, { byKey: (key, request) => authenticate(system, findOwner, key, request), bySession })
  noteKeyUses(api)
  replayIdempotentRequests(api)
  for (const domain of domains) domain.routes?.(api)
  testClockRoutes(api, { clockTasks, counters: Object.assign({}, ...domains.map(domain => domain.counters ?? {})) })
  // After the log of requests, which keeps what is refused here.
  if (system.config.rateLimits) limitRates(api)
}

/** Sending events does not count as use: a key that does nothing else is told by its events. */
function noteKeyUses(api: FastifyInstance): void {
  const note = keyUses()
  api.addHook('onRequest', async ({ ctx, method, routeOptions: { url = '' } }) => {
    const sendsEvents = method === 'POST' && url.startsWith('/api/v1/events')
    if (ctx.actor.type === 'api_key' && !sendsEvents) await note(ctx, ctx.actor.id)
  })
}

async function authenticate(
  system: Omit<Ctx, 'org'>,
  findOwner: (key: string) => Promise<KeyOwner | undefined>,
  key: string,
  request: FastifyRequest,
) {
  const owner = await findOwner(key)
  if (owner === undefined) return undefined
  const ctx: Ctx = {
    ...system,
    org: owner.org,
    clock: owner.testClockNow === null ? systemClock : frozenClock(owner.testClockNow),
    log: request.log as Logger,
    actor: { type: 'api_key', id: owner.apiKeyId },
    caller: () => callerOf(request),
  }
  return { ctx, permissions: owner.permissions }
}

/** The ctx of background work: the organization's clock as it stands when the job starts. */
async function systemContext(system: Omit<Ctx, 'org'>, organizationId: string): Promise<Ctx> {
  const found = await findOrganizationClock(system.db, organizationId)
  if (found === undefined) throw new Error(`organization ${organizationId} does not exist`)
  return {
    ...system,
    org: found.org,
    clock: found.testClockNow === null ? systemClock : frozenClock(found.testClockNow),
  }
}

async function runClockTask(
  system: Omit<Ctx, 'org'>,
  clockTasks: readonly ClockTask[],
  payload: unknown,
): Promise<void> {
  const name = (payload as { name?: string }).name
  const task = clockTasks.find(candidate => candidate.name === name)
  await task?.run({
    db: system.db,
    now: system.clock.now(),
    organizationId: null,
    config: system.config,
    log: system.log,
  })
}

/** A domain as a subscriber: each of its reactions gets the events of its type. */
function reactionsOf(domain: Domain): EventSubscriber {
  return {
    async enqueue(ctx, events) {
      for (const [type, react] of Object.entries(domain.reactions ?? {})) {
        const concerned = events.filter(event => event.type === type)
        if (concerned.length > 0) await react(ctx, concerned)
      }
    },
  }
}
