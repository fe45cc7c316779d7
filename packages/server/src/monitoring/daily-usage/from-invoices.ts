import type { ChargeFee } from '@weir/engine'
import { localDate } from '@weir/engine'
import { type Selectable, sql } from 'kysely'
import { getPlans, type PlanSnapshot } from '../../catalog/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import type { Fees } from '../../platform/db/types.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { formatCents } from '../../platform/wire.ts'
import { type ChargeUsage, serializeCurrentUsage } from '../../usage/index.ts'
import { type NewDailyUsage, type SerializedUsage, storeDailyUsages } from './store.ts'

const KEEP = 'keep_daily_usages_of_invoices'

/** A period's last day is told by its invoice, as soon as there is one. */
export const onSubscriptionInvoice: Reaction = (tx, events) =>
  addJob(tx.db, {
    task: KEEP,
    payload: { organizationId: tx.org.id, invoiceIds: events.map(event => event.objectId) },
  })

export const keepDailyUsagesOfInvoices: TaskDefinition = {
  name: KEEP,
  run: (ctx, { invoiceIds }) => keepUsageOfInvoices(ctx, invoiceIds as string[]),
}

interface BilledPeriod {
  readonly invoice_id: string
  readonly issuing_date: Temporal.PlainDate
  readonly timezone: string
  readonly subscription_id: string
  readonly external_id: string
  readonly customer_id: string
  readonly plan_id: string
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
}

type FeeRow = Selectable<Fees>

/**
 * Keeps the usage that invoices bill as that of the last day of its period: for each of their subscriptions, the usage fees
 * of the invoice together with those that were charged in advance in the period.
 */
async function keepUsageOfInvoices(ctx: Ctx, invoiceIds: readonly string[]): Promise<void> {
  const periods = await loadPeriods(ctx, invoiceIds)
  const fees = await loadUsageFees(ctx, invoiceIds)
  const plans = await getPlans(ctx, [...new Set(periods.map(period => period.plan_id))])
  const feesOf = Map.groupBy(fees, fee => placeOf(fee.link_invoice_id, fee.subscription_id ?? ''))
  const dailies = periods.flatMap((period): NewDailyUsage[] => {
    const plan = plans.get(period.plan_id)
    const used = feesOf.get(placeOf(period.invoice_id, period.subscription_id)) ?? []
    const usage = plan && billedUsage(period, plan, used)
    if (usage === undefined) return []
    const { subscription_id: id, external_id, customer_id, from, to } = period
    return [{ subscription: { id, external_id, customer_id }, from, to, date: localDate(to, period.timezone), usage }]
  })
  await transaction(ctx, tx => storeDailyUsages(tx, dailies))
}

function placeOf(invoiceId: string, subscriptionId: string): string {
  return `${invoiceId}:${subscriptionId}`
}

async function loadPeriods(ctx: Ctx, invoiceIds: readonly string[]): Promise<BilledPeriod[]> {
  const { rows } = await sql<BilledPeriod>`
    select
      links.invoice_id,
      invoices.issuing_date,
      invoices.timezone,
      subscriptions.id as subscription_id,
      subscriptions.external_id,
      subscriptions.customer_id,
      subscriptions.plan_id,
      links.charges_from_datetime as "from",
      links.charges_to_datetime as "to"
    from invoice_subscriptions as links
    join invoices on invoices.id = links.invoice_id
    join subscriptions on subscriptions.id = links.subscription_id
    where links.organization_id = ${ctx.org.id}
      and links.invoice_id = any(${invoiceIds}::uuid[])
      and links.invoicing_reason in ('subscription_periodic', 'subscription_terminating')
      and links.charges_from_datetime <= links.charges_to_datetime
    order by links.id`.execute(ctx.db)
  return rows
}

/** The usage fees that are not zero, each with the invoice whose period it belongs to. */
async function loadUsageFees(
  ctx: Ctx,
  invoiceIds: readonly string[],
): Promise<(FeeRow & { readonly link_invoice_id: string })[]> {
  const { rows } = await sql<FeeRow & { readonly link_invoice_id: string }>`
    select fees.*, links.invoice_id as link_invoice_id
    from invoice_subscriptions as links
    join fees on fees.subscription_id = links.subscription_id
    where links.organization_id = ${ctx.org.id}
      and links.invoice_id = any(${invoiceIds}::uuid[])
      and fees.fee_type = 'charge'
      and fees.deleted_at is null
      and (fees.units > 0 or fees.amount_cents > 0 or fees.events_count > 0)
      and (
        fees.invoice_id = links.invoice_id
        or (
          fees.pay_in_advance_event_id is not null
          and fees.from_datetime = links.charges_from_datetime
          and fees.to_datetime = links.charges_to_datetime
        )
      )
    order by fees.id`.execute(ctx.db)
  return rows
}

function billedUsage(period: BilledPeriod, plan: PlanSnapshot, fees: readonly FeeRow[]): SerializedUsage | undefined {
  const byCharge = Map.groupBy(fees, fee => fee.charge_id)
  const charges = plan.charges.flatMap((charge): ChargeUsage[] => {
    const own = byCharge.get(charge.id)
    return own === undefined ? [] : [{ charge, fees: own.map(storedFee) }]
  })
  if (charges.length === 0) return undefined
  const usage = serializeCurrentUsage({ period, plan, charges })
  const taxes = charges
    .flatMap(({ charge }) => byCharge.get(charge.id) ?? [])
    .reduce((sum, fee) => sum + fee.taxes_amount_cents, 0n)
  return {
    ...usage,
    issuing_date: period.issuing_date.toString(),
    taxes_amount_cents: formatCents(taxes),
    total_amount_cents: usage.amount_cents + formatCents(taxes),
  }
}

function storedFee(row: FeeRow): ChargeFee {
  return {
    filterId: row.charge_filter_id,
    groupedBy: row.grouped_by as ChargeFee['groupedBy'],
    units: row.units,
    totalAggregatedUnits: row.total_aggregated_units ?? row.units,
    eventsCount: row.events_count ?? 0,
    amountCents: row.amount_cents,
    preciseAmountCents: row.precise_amount_cents,
    unitAmountCents: row.unit_amount_cents,
    preciseUnitAmount: row.precise_unit_amount,
    amountDetails: row.amount_details as ChargeFee['amountDetails'],
    pricingUnitUsage: null,
    presented: [],
  }
}
