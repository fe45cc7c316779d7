import { createMetric, createPlan } from '../catalog/support.ts'
import type { Tenant, TestApp } from '../support/app.ts'
import { startReceiver } from '../webhooks/receiver.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
export type Wire = any

/** An organization whose time stands still, and in which what a test needs is made with one call. */
export interface Watched extends Tenant {
  /** The body of a 200 answer. */
  read(path: string): Promise<Wire>
  /** Sends events to the subscription `sub`, at the present time unless told otherwise, and lets them have their effect. */
  use(code: string, events: readonly Readonly<Record<string, unknown>>[]): Promise<void>
  run(task: string): Promise<void>
}

let sent = 0

/** @param options.now where the organization's time stands */
export async function watch(app: TestApp, options: { now: string; sandbox?: boolean }): Promise<Watched> {
  const tenant = await app.newOrganization()
  await tenant.setClock(options.now)
  return {
    ...tenant,
    async read(path) {
      return succeed(tenant.api.get(path))
    },
    async use(code, events) {
      const { test_clock } = await succeed(tenant.api.get('/test_clock'))
      const present = Temporal.Instant.from(test_clock.now).epochMilliseconds / 1000
      const batch = events.map(({ at, ...properties }) => {
        sent += 1
        const timestamp = at === undefined ? present : Temporal.Instant.from(String(at)).epochMilliseconds / 1000
        return { transaction_id: `event-${sent}`, external_subscription_id: 'sub', code, timestamp, properties }
      })
      await succeed(tenant.api.post('/events/batch', { events: batch }))
      await tenant.settle()
    },
    async run(task) {
      const { test_clock } = await succeed(tenant.api.post('/test_clock/run', { test_clock: { tasks: [task] } }))
      if (test_clock.failed.length > 0) throw new Error(JSON.stringify(test_clock.failed))
    },
  }
}

interface Subscribed {
  readonly metric: Wire
  readonly plan: Wire
}

/** Subscribes the customer `acme` as `sub` to a plan on which each unit of a sum costs 1.00 EUR. */
export async function subscribe(
  tenant: Tenant,
  parts: { metric?: object; charge?: object; plan?: object; customer?: object; subscription?: object } = {},
): Promise<Subscribed> {
  const metric = await createMetric(tenant, { ...parts.metric })
  const charge = { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '1' } }
  const plan = await createPlan(tenant, { charges: [{ ...charge, ...parts.charge }], ...parts.plan })
  await succeed(
    tenant.api.post('/customers', { customer: { external_id: 'acme', currency: 'EUR', ...parts.customer } }),
  )
  await succeed(
    tenant.api.post('/subscriptions', {
      subscription: {
        external_customer_id: 'acme',
        external_id: 'sub',
        plan_code: plan.code,
        ...parts.subscription,
      },
    }),
  )
  await tenant.settle()
  return { metric, plan }
}

/** Collects the messages of some types that `work` and its background work cause. */
export async function webhooksOf(tenant: Tenant, types: readonly string[], work: () => Promise<unknown>) {
  const receiver = await startReceiver()
  const { webhook_endpoint } = await succeed(
    tenant.api.post('/webhook_endpoints', { webhook_endpoint: { webhook_url: receiver.url, event_types: types } }),
  )
  try {
    await work()
    await tenant.settle()
  } finally {
    await succeed(tenant.api.delete(`/webhook_endpoints/${webhook_endpoint.lago_id}`))
    await receiver.stop()
  }
  return receiver.received.map(({ body }): Wire => JSON.parse(body.toString()))
}

export async function succeed(answer: Promise<{ status: number; body: Wire }>): Promise<Wire> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}
