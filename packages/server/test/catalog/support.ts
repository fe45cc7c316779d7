import { copyCharge } from '../../src/catalog/cascades/child-charge.ts'
import { type Charge, type EntitledPlan, findPlanByCode, getEntitledPlans } from '../../src/catalog/index.ts'
import { saveCharges } from '../../src/catalog/store/save-charges.ts'
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

/** Makes a plan one that was sold: a subscription points to it, a terminated one unless told otherwise. */
export async function sell(tenant: Tenant, planId: string, status = 'terminated'): Promise<string> {
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
  const id = newId()
  await db
    .insertInto('subscriptions')
    .values({
      id,
      organization_id: tenant.organizationId,
      customer_id: customerId,
      plan_id: planId,
      external_id: freshCode('subscription'),
      status,
      subscription_at: at,
      started_at: status === 'pending' ? null : at,
      terminated_at: status === 'terminated' ? at : null,
      created_at: at,
      updated_at: at,
    })
    .execute()
  return id
}

/**
 * A private copy of a plan with copies of its charges, each changed by `change`, for a subscription with this status.
 *
 * @returns the id of the copy
 */
export async function copyPlan(
  tenant: Tenant,
  code: string,
  options: {
    readonly amountCents?: bigint
    readonly status?: string
    readonly change?: (charge: Charge) => Charge
  } = {},
): Promise<string> {
  const { ctx } = tenant
  const { id: _, ...row } = await ctx.db
    .selectFrom('plans')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('code', '=', code)
    .where('parent_id', 'is', null)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  const id = newId()
  const plan = await findPlanByCode(ctx, code)
  const metadata = row.metadata === null ? null : JSON.stringify(row.metadata)
  const amount = options.amountCents ?? row.amount_cents
  await ctx.db
    .insertInto('plans')
    .values({ ...row, id, metadata, parent_id: plan?.id ?? null, amount_cents: amount })
    .execute()
  const copies = (plan?.charges ?? []).map(charge => copyCharge(charge, id, ctx.clock.now()))
  await saveCharges(ctx, [], copies.map(options.change ?? (charge => charge)))
  await sell(tenant, id, options.status ?? 'active')
  return id
}

/** A plan or a private copy as it is now. */
export async function readPlan(tenant: Tenant, id: string): Promise<EntitledPlan> {
  const plan = (await getEntitledPlans(tenant.ctx, [id])).get(id)
  if (plan === undefined) throw new Error(`there is no plan ${id}`)
  return plan
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
