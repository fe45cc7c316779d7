import type { Tenant } from '../support/app.ts'
import { createPlan, succeed } from './support.ts'

/** What a plan may be made of. */
export interface PriceBook {
  readonly metric: { readonly lago_id: string }
  readonly addOn: { readonly lago_id: string }
}

/** A metric with filters, an add-on, and the taxes `vat` and `city`. */
export async function createPriceBook(tenant: Tenant): Promise<PriceBook> {
  const billable_metric = {
    name: 'Calls',
    code: 'calls',
    aggregation_type: 'count_agg',
    filters: [{ key: 'region', values: ['eu', 'us'] }],
  }
  const { billable_metric: metric } = await succeed(tenant.api.post('/billable_metrics', { billable_metric }))
  const add_on = { name: 'Seats', code: 'seats', amount_cents: 500, amount_currency: 'EUR' }
  const { add_on: addOn } = await succeed(tenant.api.post('/add_ons', { add_on }))
  for (const code of ['vat', 'city']) await succeed(tenant.api.post('/taxes', { tax: { name: code, code, rate: 10 } }))
  return { metric, addOn }
}

export function filter(region: string, amount: string) {
  return { values: { region: [region] }, properties: { amount }, invoice_display_name: region.toUpperCase() }
}

/** A plan of everything that can be overridden. */
export async function createWholePlan(
  tenant: Tenant,
  { metric, addOn }: PriceBook,
  fields: Record<string, unknown> = {},
) {
  const code = await createPlan(tenant, {
    name: 'Startup',
    description: 'For the first year',
    trial_period: 3,
    tax_codes: ['vat'],
    minimum_commitment: { amount_cents: 1000 },
    usage_thresholds: [{ amount_cents: 5000 }],
    charges: [
      {
        billable_metric_id: metric.lago_id,
        code: 'calls',
        charge_model: 'standard',
        properties: { amount: '1' },
        tax_codes: ['vat'],
        filters: [filter('eu', '2'), filter('us', '3')],
      },
      { billable_metric_id: metric.lago_id, code: 'more', charge_model: 'standard', properties: { amount: '4' } },
    ],
    fixed_charges: [
      {
        add_on_id: addOn.lago_id,
        code: 'seats',
        charge_model: 'standard',
        properties: { amount: '5' },
        units: 6,
        tax_codes: ['vat'],
      },
    ],
    ...fields,
  })
  return (await succeed(tenant.api.get(`/plans/${code}`))).plan
}

/** How many plans there are, private copies included. */
export async function plansInTotal(tenant: Tenant): Promise<number> {
  const { count } = await tenant.ctx.db
    .selectFrom('plans')
    .where('organization_id', '=', tenant.organizationId)
    .select(eb => eb.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

export const codesOf = (list: readonly object[]) => list.map(one => ('code' in one ? one.code : undefined))
