import { newId } from '../../src/platform/ids.ts'
import type { Tenant } from '../support/app.ts'

let counter = 0

/** A code that no other object of the test file has. */
export function freshCode(prefix: string): string {
  counter += 1
  return `${prefix}_${counter}`
}

/** Creates a billable metric; a sum of the property `amount` unless told otherwise. */
export async function createMetric(tenant: Tenant, fields: Record<string, unknown> = {}) {
  const { status, body } = await tenant.api.post('/billable_metrics', {
    billable_metric: {
      name: 'Calls',
      code: freshCode('calls'),
      aggregation_type: 'sum_agg',
      field_name: 'amount',
      ...fields,
    },
  })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.billable_metric
}

export function planInput(fields: Record<string, unknown> = {}) {
  return {
    name: 'Startup',
    code: freshCode('startup'),
    interval: 'monthly',
    amount_cents: 4900,
    amount_currency: 'EUR',
    pay_in_advance: false,
    ...fields,
  }
}

export async function createPlan(tenant: Tenant, fields: Record<string, unknown> = {}) {
  const { status, body } = await tenant.api.post('/plans', { plan: planInput(fields) })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.plan
}

export function standardCharge(metric: { lago_id: string }, fields: Record<string, unknown> = {}) {
  return { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '1' }, ...fields }
}

/** Makes a plan one that was sold: a terminated subscription points to it. */
export async function sell(tenant: Tenant, planId: string): Promise<void> {
  const { db } = tenant.ctx
  const at = Temporal.Instant.from('2026-01-01T00:00:00Z')
  const customerId = newId()
  const sequence = BigInt(Math.trunc(performance.now() * 1000))
  await db
    .insertInto('customers')
    .values({
      id: customerId,
      organization_id: tenant.organizationId,
      billing_entity_id: tenant.organizationId,
      external_id: freshCode('customer'),
      sequential_id: sequence,
      slug: `NOR-${sequence}`,
      created_at: at,
      updated_at: at,
    })
    .execute()
  await db
    .insertInto('subscriptions')
    .values({
      id: newId(),
      organization_id: tenant.organizationId,
      customer_id: customerId,
      plan_id: planId,
      external_id: freshCode('subscription'),
      status: 'terminated',
      subscription_at: at,
      started_at: at,
      terminated_at: at,
      created_at: at,
      updated_at: at,
    })
    .execute()
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

export const unavailable = { status: 403, body: { status: 403, error: 'Forbidden', code: 'feature_unavailable' } }
