import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** A period of a subscription that an invoice bills, with the totals of the whole invoice. */
export interface BilledPeriodRow {
  readonly invoice_id: string
  readonly subscription_id: string
  readonly charges_from_datetime: Temporal.Instant
  readonly charges_to_datetime: Temporal.Instant
  readonly issuing_date: Temporal.PlainDate
  readonly currency: string
  readonly fees_amount_cents: bigint
  /** Of all its fees. */
  readonly taxes_amount_cents: bigint
}

/** What the fees of a charge are about. Deleted charges and metrics still resolve. */
export interface BilledChargeRow {
  readonly id: string
  readonly code: string
  readonly charge_model: string
  readonly invoice_display_name: string | null
  /** Whether it has, or had, filters. */
  readonly has_filters: boolean
  readonly metric_id: string
  readonly metric_name: string
  readonly metric_code: string
  readonly aggregation_type: string
}

/**
 * The billed periods of all subscriptions of a customer that have or had an external id, latest first, whatever became of
 * their invoices; with the count of all. Of an invoice that was made again the new one counts.
 */
export async function listBilledPeriods(
  ctx: Ctx,
  who: { readonly externalCustomerId: string; readonly externalSubscriptionId: string },
  page: { readonly limit: number; readonly offset: number },
): Promise<{ periods: readonly BilledPeriodRow[]; total: number }> {
  const links = ctx.db
    .selectFrom('invoice_subscriptions as links')
    .innerJoin('subscriptions', 'subscriptions.id', 'links.subscription_id')
    .innerJoin('customers', 'customers.id', 'subscriptions.customer_id')
    .innerJoin('invoices', 'invoices.id', 'links.invoice_id')
    .where('links.organization_id', '=', ctx.org.id)
    .where('customers.external_id', '=', who.externalCustomerId)
    .where('customers.deleted_at', 'is', null)
    .where('subscriptions.external_id', '=', who.externalSubscriptionId)
    .where('links.charges_from_datetime', 'is not', null)
    .where('links.regenerated_invoice_id', 'is', null)
    .where('invoices.status', '<>', 'deleted')
  const { total } = await links.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const periods = await links
    .select([
      'links.invoice_id',
      'links.subscription_id',
      'links.charges_from_datetime',
      'links.charges_to_datetime',
      'invoices.issuing_date',
      'invoices.currency',
      'invoices.fees_amount_cents',
      sql<bigint>`(
        select coalesce(sum(fees.taxes_amount_cents), 0)::bigint
        from fees
        where fees.invoice_id = invoices.id and fees.deleted_at is null
      )`.as('taxes_amount_cents'),
    ])
    .orderBy('links.charges_from_datetime', 'desc')
    .orderBy('links.created_at', 'desc')
    .orderBy('links.id')
    .limit(page.limit)
    .offset(page.offset)
    .$castTo<BilledPeriodRow>()
    .execute()
  return { periods, total: Number(total) }
}

/** The charges with these ids. */
export async function findBilledCharges(ctx: Ctx, ids: readonly string[]): Promise<BilledChargeRow[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<BilledChargeRow>`
    select charges.id, charges.code, charges.charge_model, charges.invoice_display_name,
      exists (select from charge_filters where charge_filters.charge_id = charges.id) as has_filters,
      metrics.id as metric_id, metrics.name as metric_name, metrics.code as metric_code, metrics.aggregation_type
    from charges
    join billable_metrics as metrics on metrics.id = charges.billable_metric_id
    where charges.organization_id = ${ctx.org.id} and charges.id = any(${ids}::uuid[])
    order by lower(metrics.name), charges.id`.execute(ctx.db)
  return rows
}
