import type { Tenant } from '../support/app.ts'

let counter = 0

/** A code that no other object of the test file has. */
export function fresh(prefix: string): string {
  counter += 1
  return `${prefix}-${counter}`
}

export type Fields = Record<string, unknown>

export interface Sent {
  /** ISO 8601. */
  readonly at: string
  readonly properties?: Fields
  /** Of the metric, where a subscription has several. */
  readonly code?: string
  readonly precise_total_amount_cents?: string
}

/** A customer with a subscription to a plan of its own. */
export interface Metered {
  readonly tenant: Tenant
  readonly customer: string
  readonly subscription: string
  /** Of the first metric. */
  readonly code: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
  readonly plan: any
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
type Wire = any

export async function succeed(answer: Promise<{ status: number; body: Wire }>): Promise<Wire> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}

/** A metric; a sum of the property `value` unless told otherwise. */
export async function createMetric(tenant: Tenant, fields: Fields = {}): Promise<Wire> {
  const isCount = fields.aggregation_type === 'count_agg'
  const metric = { name: 'Metric', code: fresh('metric'), aggregation_type: 'sum_agg', ...fields }
  const { billable_metric } = await succeed(
    tenant.api.post('/billable_metrics', { billable_metric: isCount ? metric : { field_name: 'value', ...metric } }),
  )
  return billable_metric
}

interface Setting {
  readonly metric?: Fields
  /** Each is of the metric, unless it names another; at 1 a unit, unless it says something else. */
  readonly charges?: readonly Fields[]
  readonly plan?: Fields
  readonly customer?: Fields
  readonly subscriptionAt?: string
}

/** Subscribes a customer, from the beginning of 2026 on unless told otherwise, and sends events. */
export async function meter(tenant: Tenant, setting: Setting = {}, events: readonly Sent[] = []): Promise<Metered> {
  const metric = await createMetric(tenant, setting.metric)
  const charges = (setting.charges ?? [{}]).map(charge => ({
    billable_metric_id: metric.lago_id,
    charge_model: 'standard',
    ...charge,
    ...(charge.charge_model === undefined && charge.properties === undefined && { properties: { amount: '1' } }),
  }))
  const { plan } = await succeed(
    tenant.api.post('/plans', {
      plan: {
        name: 'Plan',
        code: fresh('plan'),
        interval: 'monthly',
        amount_cents: 0,
        amount_currency: 'USD',
        pay_in_advance: false,
        charges,
        ...setting.plan,
      },
    }),
  )
  const customer = fresh('customer')
  const subscription = fresh('sub')
  await succeed(tenant.api.post('/customers', { customer: { external_id: customer, ...setting.customer } }))
  await succeed(
    tenant.api.post('/subscriptions', {
      subscription: {
        external_customer_id: customer,
        external_id: subscription,
        plan_code: plan.code,
        subscription_at: setting.subscriptionAt ?? '2026-01-01T00:00:00Z',
      },
    }),
  )
  const metered = { tenant, customer, subscription, code: metric.code, plan }
  await send(metered, events)
  return metered
}

/** Sends events in batches, in their order. */
export async function send({ tenant, subscription, code }: Metered, events: readonly Sent[]): Promise<void> {
  for (let first = 0; first < events.length; first += 100) {
    const batch = events.slice(first, first + 100).map(event => ({
      transaction_id: fresh('tx'),
      external_subscription_id: subscription,
      code: event.code ?? code,
      timestamp: Temporal.Instant.from(event.at).epochMilliseconds / 1000,
      properties: event.properties ?? {},
      ...(event.precise_total_amount_cents !== undefined && {
        precise_total_amount_cents: event.precise_total_amount_cents,
      }),
    }))
    await succeed(tenant.api.post('/events/batch', { events: batch }))
  }
}

/** The current usage, with further parameters as in a query string. */
export async function usageOf({ tenant, customer, subscription }: Metered, query = ''): Promise<Wire> {
  const path = `/customers/${customer}/current_usage?external_subscription_id=${subscription}${query}`
  return (await succeed(tenant.api.get(path))).customer_usage
}

/** The usage of the only charge. */
export async function chargeUsageOf(metered: Metered, query = ''): Promise<Wire> {
  const { charges_usage: charges } = await usageOf(metered, query)
  if (charges.length !== 1) throw new Error(`${charges.length} charges`)
  return charges[0]
}

export async function projectionOf({ tenant, customer, subscription }: Metered, query = ''): Promise<Wire> {
  const path = `/customers/${customer}/projected_usage?external_subscription_id=${subscription}${query}`
  return (await succeed(tenant.api.get(path))).customer_projected_usage
}

/** `06-11T15:00 5`: when in 2026, and the value; then the operation of unique counts. */
export function values(...texts: string[]): Sent[] {
  return texts.map(text => {
    const [at = '', value, operation] = text.split(' ')
    return {
      at: `2026-${at}${at.includes('T') ? ':00Z' : 'T00:00:00Z'}`,
      properties: {
        ...(value !== undefined && { value }),
        ...(operation !== undefined && { operation_type: operation }),
      },
    }
  })
}
