import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { Fees } from '../platform/db/types.ts'
import { isUuid } from '../platform/ids.ts'

export const PAYMENT_STATUSES: readonly string[] = ['pending', 'succeeded', 'failed', 'refunded']

/** What a fee was computed from, as it was then: enough to compute it again to the same cents. */
export interface ComputedFrom {
  readonly charge_model?: string
  readonly properties?: Readonly<Record<string, unknown>>
  /** Those of the charge, as it had them. */
  readonly presentation_group_keys?: unknown
  readonly prorated?: boolean
  readonly filter?: {
    readonly values: Readonly<Record<string, readonly string[]>>
    readonly invoice_display_name: string | null
  }
  readonly aggregation_type?: string
  readonly rounding?: { readonly function: string; readonly precision: number | null }
  readonly plan_amount_cents?: number
  readonly commitment_amount_cents?: number
  /** Of true-ups and commitments: what was due at least, and what was billed of it, in cents or parts of the pricing unit. */
  readonly shortfall?: { readonly due_cents: string; readonly billed_cents: string }
  readonly period_days?: number
  /** What somebody made of the line; null: the price was applied to the units. */
  readonly adjusted?: { readonly units: string; readonly unit_precise_amount: string | null }
}

/** What a fee costs in its pricing unit, as it was then. */
export interface StoredPricingUnitUsage {
  readonly pricing_unit_id: string
  readonly pricing_unit_code: string
  readonly short_name: string
  readonly amount_cents: number
  readonly precise_amount_cents: string
  readonly unit_amount_cents: number
  readonly precise_unit_amount: string
  readonly conversion_rate: string
}

/** A part of the units of a fee. */
export interface PresentedPart {
  readonly presentation_by: Readonly<Record<string, string | null>>
  readonly units: string
}

/** A fee with what its wire form says of the objects around it. Deleted metrics, plans and charges still resolve. */
export interface FeeRow
  extends Omit<
    Selectable<Fees>,
    'computed_from' | 'grouped_by' | 'amount_details' | 'pricing_unit_usage' | 'presentation_breakdowns'
  > {
  readonly computed_from: ComputedFrom
  readonly grouped_by: Record<string, string | null>
  readonly amount_details: Record<string, unknown>
  readonly pricing_unit_usage: StoredPricingUnitUsage | null
  readonly presentation_breakdowns: readonly PresentedPart[]
  readonly true_up_fee_id: string | null
  readonly charge_pay_in_advance: boolean | null
  readonly charge_invoiceable: boolean | null
  readonly charge_invoice_display_name: string | null
  readonly metric_id: string | null
  readonly metric_code: string | null
  readonly metric_name: string | null
  readonly metric_description: string | null
  readonly fixed_charge_invoice_display_name: string | null
  readonly item_id: string | null
  readonly item_code: string | null
  readonly item_name: string | null
  readonly item_description: string | null
  readonly item_invoice_display_name: string | null
  readonly plan_code: string | null
  readonly plan_name: string | null
  readonly plan_description: string | null
  readonly plan_invoice_display_name: string | null
  readonly plan_pay_in_advance: boolean | null
  readonly subscription_name: string | null
  readonly external_subscription_id: string | null
  readonly customer_id: string | null
  readonly external_customer_id: string | null
  readonly self_billed: boolean | null
  readonly top_up_id: string | null
  readonly top_up_name: string | null
}

function feeQuery(ctx: Ctx) {
  return ctx.db
    .selectFrom('fees')
    .leftJoin('subscriptions', 'subscriptions.id', 'fees.subscription_id')
    .leftJoin('plans', 'plans.id', 'subscriptions.plan_id')
    .leftJoin('customers', 'customers.id', 'subscriptions.customer_id')
    .leftJoin('charges', 'charges.id', 'fees.charge_id')
    .leftJoin('billable_metrics', 'billable_metrics.id', 'charges.billable_metric_id')
    .leftJoin('fixed_charges', 'fixed_charges.id', 'fees.fixed_charge_id')
    .leftJoin('add_ons', join => join.on(sql<boolean>`add_ons.id = coalesce(fees.add_on_id, fixed_charges.add_on_id)`))
    .leftJoin('invoices', 'invoices.id', 'fees.invoice_id')
    .leftJoin('wallet_transactions as top_up', 'top_up.id', 'fees.wallet_transaction_id')
    .where('fees.organization_id', '=', ctx.org.id)
    .where('fees.deleted_at', 'is', null)
}

type FeeQuery = ReturnType<typeof feeQuery>

function selectFee(query: FeeQuery) {
  return query
    .selectAll('fees')
    .select([
      sql<string | null>`(select child.id from fees as child where child.true_up_parent_fee_id = fees.id limit 1)`.as(
        'true_up_fee_id',
      ),
      'charges.invoiceable as charge_invoiceable',
      'charges.pay_in_advance as charge_pay_in_advance',
      'charges.invoice_display_name as charge_invoice_display_name',
      'billable_metrics.id as metric_id',
      'billable_metrics.code as metric_code',
      'billable_metrics.name as metric_name',
      'billable_metrics.description as metric_description',
      'fixed_charges.invoice_display_name as fixed_charge_invoice_display_name',
      'add_ons.id as item_id',
      'add_ons.code as item_code',
      'add_ons.name as item_name',
      'add_ons.description as item_description',
      'add_ons.invoice_display_name as item_invoice_display_name',
      'plans.code as plan_code',
      'plans.name as plan_name',
      'plans.description as plan_description',
      'plans.invoice_display_name as plan_invoice_display_name',
      'plans.pay_in_advance as plan_pay_in_advance',
      'subscriptions.name as subscription_name',
      'subscriptions.external_id as external_subscription_id',
      'customers.id as customer_id',
      'customers.external_id as external_customer_id',
      'invoices.self_billed',
      'top_up.id as top_up_id',
      'top_up.name as top_up_name',
    ])
    .$castTo<FeeRow>()
}

/** The fees of an invoice, in the order they were computed. */
export async function loadInvoiceFees(ctx: Ctx, invoiceId: string): Promise<FeeRow[]> {
  return selectFee(feeQuery(ctx)).where('fees.invoice_id', '=', invoiceId).orderBy('fees.id').execute()
}

/** How many fees invoices have, by invoice; those without any are left out. */
export async function countFees(ctx: Ctx, invoiceIds: readonly string[]): Promise<Map<string, number>> {
  if (invoiceIds.length === 0) return new Map()
  const { rows } = await sql<{ invoice_id: string; count: bigint }>`
    select invoice_id, count(*) as count
    from fees
    where organization_id = ${ctx.org.id} and deleted_at is null and invoice_id = any(${invoiceIds}::uuid[])
    group by invoice_id`.execute(ctx.db)
  return new Map(rows.map(row => [row.invoice_id, Number(row.count)]))
}

/** The ids of the fees of invoices, by invoice, in the order they were computed. */
export async function listFeeIds(ctx: Ctx, invoiceIds: readonly string[]): Promise<Map<string, string[]>> {
  if (invoiceIds.length === 0) return new Map()
  const { rows } = await sql<{ invoice_id: string; ids: string[] }>`
    select invoice_id, array_agg(id order by id) as ids
    from fees
    where organization_id = ${ctx.org.id} and deleted_at is null and invoice_id = any(${invoiceIds}::uuid[])
    group by invoice_id`.execute(ctx.db)
  return new Map(rows.map(row => [row.invoice_id, row.ids]))
}

/** As {@link loadInvoiceFees}, of many, by invoice. */
export async function loadFeesOfInvoices(ctx: Ctx, invoiceIds: readonly string[]): Promise<Map<string, FeeRow[]>> {
  if (invoiceIds.length === 0) return new Map()
  const fees = await selectFee(feeQuery(ctx))
    .where(sql<boolean>`fees.invoice_id = any(${invoiceIds}::uuid[])`)
    .orderBy('fees.id')
    .execute()
  return Map.groupBy(fees, fee => fee.invoice_id ?? '')
}

/** The usage fees that invoices have of subscriptions with an external id, in the order they were computed. */
export async function loadUsageFees(
  ctx: Ctx,
  invoiceIds: readonly string[],
  externalSubscriptionId: string,
): Promise<FeeRow[]> {
  if (invoiceIds.length === 0) return []
  return selectFee(feeQuery(ctx))
    .where(sql<boolean>`fees.invoice_id = any(${invoiceIds}::uuid[])`)
    .where('fees.fee_type', '=', 'charge')
    .where('subscriptions.external_id', '=', externalSubscriptionId)
    .orderBy('fees.id')
    .execute()
}

/** The usage fees of invoices, in the order they were computed. */
export async function loadUsageFeesOfInvoices(ctx: Ctx, invoiceIds: readonly string[]): Promise<FeeRow[]> {
  return selectFee(feeQuery(ctx))
    .where(sql<boolean>`fees.invoice_id = any(${invoiceIds}::uuid[])`)
    .where('fees.fee_type', '=', 'charge')
    .orderBy('fees.id')
    .execute()
}

/**
 * The usage fees that were charged in advance, event by event, in the usage periods that invoices bill; of an invoice that was
 * made again those of the new one.
 */
export async function loadAdvanceFeesOfInvoices(ctx: Ctx, invoiceIds: readonly string[]): Promise<FeeRow[]> {
  // First which they are, from the periods: with all that a fee is shown with, the planner would begin at every fee there is.
  const { rows } = await sql<{ id: string }>`
    select fees.id
    from invoice_subscriptions as period
    join fees on fees.subscription_id = period.subscription_id
    where period.organization_id = ${ctx.org.id}
      and period.invoice_id = any(${invoiceIds}::uuid[])
      and fees.organization_id = period.organization_id
      and fees.from_datetime = period.charges_from_datetime
      and fees.to_datetime = period.charges_to_datetime
      and fees.fee_type = 'charge'
      and fees.pay_in_advance_event_id is not null
      and fees.pay_in_advance_event_transaction_id is not null
      and fees.deleted_at is null
      and not exists (select from invoices as again where again.voided_invoice_id = fees.invoice_id)`.execute(ctx.db)
  const fees = await loadFeesByIds(ctx, [...new Set(rows.map(row => row.id))])
  return [...fees.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
}

export async function findFee(ctx: Ctx, id: string): Promise<FeeRow | undefined> {
  if (!isUuid(id)) return undefined
  return selectFee(feeQuery(ctx)).where('fees.id', '=', id).executeTakeFirst()
}

/** Fees by their ids, by id. */
export async function loadFeesByIds(ctx: Ctx, ids: readonly string[]): Promise<Map<string, FeeRow>> {
  if (ids.length === 0) return new Map()
  const fees = await selectFee(feeQuery(ctx)).where(sql<boolean>`fees.id = any(${ids}::uuid[])`).execute()
  return new Map(fees.map(fee => [fee.id, fee]))
}

export interface FeeFilters {
  readonly feeType?: string
  readonly paymentStatus?: string
  readonly externalSubscriptionId?: string
  readonly externalCustomerId?: string
  readonly billableMetricCode?: string
  readonly currency?: string
  readonly eventTransactionId?: string
  /** Inclusive bounds by column. */
  readonly instants: ReadonlyArray<{
    readonly column: FeeInstant
    readonly bound: '>=' | '<='
    readonly at: Temporal.Instant
  }>
}

export type FeeInstant = 'created_at' | 'succeeded_at' | 'failed_at' | 'refunded_at'

/** A page of fees, oldest first, with the total count. */
export async function listFees(
  ctx: Ctx,
  filters: FeeFilters,
  page: { perPage: number; offset: number },
): Promise<{ fees: FeeRow[]; total: number }> {
  const filtered = applyFilters(feeQuery(ctx), filters)
  const [rows, count] = await Promise.all([
    selectFee(filtered).orderBy('fees.created_at').orderBy('fees.id').limit(page.perPage).offset(page.offset).execute(),
    filtered.select(sql<bigint>`count(*)`.as('count')).executeTakeFirstOrThrow(),
  ])
  return { fees: rows, total: Number(count.count) }
}

function applyFilters(query: FeeQuery, filters: FeeFilters): FeeQuery {
  let filtered = query
  if (filters.feeType !== undefined) filtered = filtered.where('fees.fee_type', '=', filters.feeType)
  if (filters.paymentStatus !== undefined) filtered = filtered.where('fees.payment_status', '=', filters.paymentStatus)
  if (filters.externalSubscriptionId !== undefined) {
    filtered = filtered.where('subscriptions.external_id', '=', filters.externalSubscriptionId)
  }
  if (filters.externalCustomerId !== undefined) {
    // Fees without a subscription (one-off, credit) belong to the customer of their invoice.
    filtered = filtered.where(
      sql<boolean>`coalesce(customers.external_id, (select payer.external_id from customers as payer where payer.id = invoices.customer_id)) = ${filters.externalCustomerId}`,
    )
  }
  if (filters.billableMetricCode !== undefined)
    filtered = filtered.where('billable_metrics.code', '=', filters.billableMetricCode)
  if (filters.currency !== undefined)
    filtered = filtered.where('fees.amount_currency', '=', filters.currency.toUpperCase())
  if (filters.eventTransactionId !== undefined) {
    filtered = filtered.where('fees.pay_in_advance_event_transaction_id', '=', filters.eventTransactionId)
  }
  for (const { column, bound, at } of filters.instants) filtered = filtered.where(`fees.${column}`, bound, at)
  return filtered
}
