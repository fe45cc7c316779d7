import type { Tenant, TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'

let counter = 0

/** A code that no other object of the test file has. */
export function fresh(prefix: string): string {
  counter += 1
  return `${prefix}-${counter}`
}

/** An organization of its own name; the code of its billing entity is `main`. */
export async function newTenant(app: TestApp): Promise<Tenant> {
  const tenant = await app.newOrganization({ name: fresh('Northwind') })
  await tenant.ctx.db
    .updateTable('billing_entities')
    .set({ code: 'main' })
    .where('organization_id', '=', tenant.organizationId)
    .execute()
  return tenant
}

/** Creates a plan of 49 EUR a month in arrears, unless told otherwise, and answers with its code. */
export async function createPlan(tenant: Tenant, fields: Record<string, unknown> = {}): Promise<string> {
  const code = fresh('plan')
  const plan = {
    name: 'Startup',
    code,
    interval: 'monthly',
    amount_cents: 4900,
    amount_currency: 'EUR',
    pay_in_advance: false,
    ...fields,
  }
  await succeed(tenant.api.post('/plans', { plan }))
  return code
}

/** Creates a customer and answers with its external id. */
export async function createCustomer(tenant: Tenant, fields: Record<string, unknown> = {}): Promise<string> {
  const externalId = fresh('customer')
  await succeed(tenant.api.post('/customers', { customer: { external_id: externalId, ...fields } }))
  return externalId
}

/** The answer to a subscription of a new customer to a new plan, unless told otherwise. */
export async function post(tenant: Tenant, fields: Record<string, unknown> = {}) {
  const subscription = {
    external_customer_id: fields.external_customer_id ?? fresh('customer'),
    plan_code: fields.plan_code ?? (await createPlan(tenant)),
    external_id: fresh('sub'),
    ...fields,
  }
  return tenant.api.post('/subscriptions', { subscription })
}

/** As {@link post}, when it must succeed. */
export async function subscribe(tenant: Tenant, fields: Record<string, unknown> = {}) {
  return (await succeed(post(tenant, fields))).subscription
}

export async function read(tenant: Tenant, externalId: string, status = 'active') {
  return (await succeed(tenant.api.get(`/subscriptions/${externalId}?status=${status}`))).subscription
}

/** Runs a clock task at the organization's present time and waits for what it causes. */
export async function runTask(tenant: Tenant, task: string): Promise<void> {
  const { test_clock } = await succeed(tenant.api.post('/test_clock/run', { test_clock: { tasks: [task] } }))
  if (test_clock.failed.length > 0) throw new Error(JSON.stringify(test_clock.failed))
}

/** When the clock will bill the subscription; null: never. It is not on the wire. */
export async function nextBilling(tenant: Tenant, externalId: string): Promise<string | null> {
  const row = await tenant.ctx.db
    .selectFrom('subscriptions')
    .select('next_billing_at')
    .where('organization_id', '=', tenant.organizationId)
    .where('external_id', '=', externalId)
    .orderBy('created_at', 'desc')
    .executeTakeFirstOrThrow()
  return row.next_billing_at?.toString() ?? null
}

/** Collects the webhooks about subscriptions that `work` and its background work cause. */
export async function webhooksOf(tenant: Tenant, work: () => Promise<unknown>) {
  const messages = await receivedWebhooks(tenant, work)
  return messages.filter(message => message.object_type === 'subscription')
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
export async function succeed(answer: Promise<{ status: number; body: any }>) {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}

/** The body of a 422 with these codes by field. */
export function invalid(details: Record<string, string[]>) {
  return {
    status: 422,
    body: { status: 422, error: 'Unprocessable Entity', code: 'validation_errors', error_details: details },
  }
}

export function notFound(resource: string) {
  return { status: 404, body: { status: 404, error: 'Not Found', code: `${resource}_not_found` } }
}
