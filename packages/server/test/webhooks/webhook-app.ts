import { createOrganization, findKeyOwner, findOrganizationClock } from '../../src/accounts/index.ts'
import { frozenClock, systemClock } from '../../src/platform/clock/clock.ts'
import { readConfig } from '../../src/platform/config.ts'
import type { Ctx } from '../../src/platform/context.ts'
import { openDatabase } from '../../src/platform/db/database.ts'
import { emitAll } from '../../src/platform/domain-events.ts'
import { requireAuthentication } from '../../src/platform/http/authentication.ts'
import { createHttpServer } from '../../src/platform/http/server.ts'
import { taskList } from '../../src/platform/jobs/tasks.ts'
import { startWorker } from '../../src/platform/jobs/worker.ts'
import { createLogger } from '../../src/platform/logging.ts'
import type { WebhookObject } from '../../src/platform/module.ts'
import { testClockRoutes } from '../../src/sandbox/index.ts'
import { webhooksDomain } from '../../src/webhooks/index.ts'
import { type Api, createApi } from '../support/app.ts'
import { createTestDatabase } from '../support/database.ts'

export interface Tenant {
  readonly organizationId: string
  readonly api: Api
  /** The organization's ctx as background work gets it, with its present clock. */
  ctx(): Promise<Ctx>
  /** Says, in one transaction, that these things happened. */
  announce(...happenings: { type: string; objectId: string }[]): Promise<void>
  /** Adds an endpoint and answers with its id. */
  addEndpoint(url: string, settings?: Record<string, unknown>): Promise<string>
  /** What was sent to an endpoint, as its log tells it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
  log(endpointId: string): Promise<any[]>
  setClock(now: string | null): Promise<void>
  advanceTo(to: string): Promise<Record<string, unknown>>
  /** Waits for all background work, and gives its failures. */
  settle(): Promise<{ task: string; error: string }[]>
}

export interface WebhookApp extends Tenant {
  readonly databaseUrl: string
  /** The objects that webhooks tell of, by id. An object that is not here is gone. */
  readonly objects: Map<string, Record<string, unknown>>
  newOrganization(options?: { sandbox?: boolean }): Promise<Tenant>
  stop(): Promise<void>
}

/**
 * The webhooks of a server whose business has only objects that the tests make up.
 *
 * @param options.sharing another process's database and objects
 */
export async function startWebhookApp(
  env: Record<string, string> = {},
  options: { worker?: boolean; sharing?: WebhookApp } = {},
): Promise<WebhookApp> {
  await using starting = new AsyncDisposableStack()
  let databaseUrl = options.sharing?.databaseUrl
  if (databaseUrl === undefined) {
    const database = await createTestDatabase()
    starting.defer(() => database.drop())
    databaseUrl = database.url
  }
  const { secret = 'a secret that only tests know', ...settings } = readConfig({
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'silent',
    WEIR_PUBLIC_URL: 'https://billing.example.com',
    WEIR_WEBHOOK_PRIVATE_NETWORKS: 'allow',
    ...env,
  })
  const config = { ...settings, secret }
  const database = openDatabase({ url: databaseUrl, maxConnections: 12, onError() {} })
  starting.defer(() => database.close())
  const log = createLogger(config.logLevel)

  const objects = options.sharing?.objects ?? new Map<string, Record<string, unknown>>()
  const webhooks = webhooksDomain(printersOf(objects))

  const system: Omit<Ctx, 'org'> = {
    db: database.db,
    pool: database.pool,
    clock: systemClock,
    log,
    actor: { type: 'system' },
    config,
    subscribers: [webhooks.subscriber],
  }
  const contextOf = async (organizationId: string): Promise<Ctx> => {
    const found = await findOrganizationClock(system.db, organizationId)
    if (found === undefined) throw new Error(`organization ${organizationId} does not exist`)
    return { ...system, org: found.org, clock: clockAt(found.testClockNow) }
  }

  const http = createHttpServer({ log, bodyLimit: config.bodyLimitBytes })
  await http.register(
    async api => {
      requireAuthentication(api, {
        byKey: async key => {
          const owner = await findKeyOwner(system.db, key)
          if (owner === undefined) return undefined
          const ctx: Ctx = { ...system, org: owner.org, clock: clockAt(owner.testClockNow) }
          return { ctx, permissions: owner.permissions }
        },
      })
      webhooks.routes?.(api)
      testClockRoutes(api, { clockTasks: webhooks.clockTasks ?? [], counters: webhooks.counters ?? {} })
    },
    { prefix: '/api/v1' },
  )
  const url = await http.listen({ port: 0, host: '127.0.0.1' })
  starting.defer(() => http.close())
  if (options.worker !== false) {
    const tasks = taskList(webhooks.tasks ?? [], contextOf)
    const worker = await startWorker({
      pool: database.workerPool,
      log,
      tasks,
      ticks: [],
      concurrency: 4,
      alone: false,
    })
    starting.defer(() => worker.stop())
  }

  const newOrganization: WebhookApp['newOrganization'] = async (organization = {}) => {
    const created = await createOrganization(system, { name: 'Northwind', sandbox: organization.sandbox ?? true })
    return tenant(createApi(url, created.apiKey), created.ctx.org.id, contextOf)
  }
  const first = await newOrganization()
  const running = starting.move()
  return { ...first, databaseUrl, objects, newOrganization, stop: () => running.disposeAsync() }
}

/** How the made-up objects are printed: as they are. */
export function printersOf(objects: ReadonlyMap<string, Record<string, unknown>>): Record<string, WebhookObject> {
  const print = (objectType: string): WebhookObject => ({
    objectType,
    async serialize(_ctx, id) {
      const object = objects.get(id)
      if (object?.unprintable === true) throw new Error(`${id} cannot be printed`)
      return object
    },
  })
  return {
    'customer.created': print('customer'),
    'customer.updated': print('customer'),
    'credit_note.refund_failure': print('credit_note_payment_provider_refund_error'),
  }
}

function clockAt(testClockNow: Temporal.Instant | null) {
  return testClockNow === null ? systemClock : frozenClock(testClockNow)
}

function tenant(api: Api, organizationId: string, contextOf: (id: string) => Promise<Ctx>): Tenant {
  const ctx = () => contextOf(organizationId)
  return {
    organizationId,
    api,
    ctx,
    async announce(...happenings) {
      const base = await ctx()
      await base.db.transaction().execute(tx => emitAll({ ...base, db: tx }, happenings))
    },
    async addEndpoint(webhookUrl, settings = {}) {
      const body = { webhook_endpoint: { webhook_url: webhookUrl, ...settings } }
      return succeed(await api.post('/webhook_endpoints', body)).webhook_endpoint.lago_id
    },
    async log(endpointId) {
      return succeed(await api.get(`/webhook_endpoints/${endpointId}/webhooks`)).webhooks
    },
    async setClock(now) {
      succeed(now === null ? await api.delete('/test_clock') : await api.put('/test_clock', { test_clock: { now } }))
    },
    async advanceTo(to) {
      return succeed(await api.post('/test_clock/advance', { test_clock: { to } })).test_clock
    },
    async settle() {
      return succeed(await api.post('/test_clock/settle')).test_clock.failed
    },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
function succeed({ status, body }: { status: number; body: any }) {
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}
