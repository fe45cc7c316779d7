import { localDate, type Period } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { usageHead } from '../../usage/index.ts'
import { type FeeRow, loadAdvanceFeesOfInvoices, loadUsageFeesOfInvoices } from '../fees-store.ts'
import { serializeBilledCharges } from './past-usage.ts'
import { findBilledCharges } from './store.ts'

/** What was used in a period, as it was billed. */
export interface BilledUsage {
  readonly subscription: { readonly id: string; readonly external_id: string; readonly customer_id: string }
  readonly period: Period
  /** The last day of the period in the time zone of the invoice. */
  readonly lastDay: Temporal.PlainDate
  /** In the shape of current usage, with the amounts and taxes of its fees alone. */
  readonly usage: ReturnType<typeof usageHead> & { readonly charges_usage: ReturnType<typeof serializeBilledCharges> }
}

interface PeriodRow extends Period {
  readonly invoice_id: string
  readonly issuing_date: Temporal.PlainDate
  readonly currency: string
  readonly timezone: string
  readonly subscription_id: string
  readonly external_id: string
  readonly customer_id: string
}

/**
 * The usage of the periods that invoices bill periodically or at the end of a subscription: their usage fees that are not
 * zero, with those that were charged in advance meanwhile. Periods without any are left out. A constant number of queries.
 */
export async function loadBilledUsage(ctx: Ctx, invoiceIds: readonly string[]): Promise<BilledUsage[]> {
  const periods = await loadPeriods(ctx, invoiceIds)
  if (periods.length === 0) return []
  const invoiced = await loadUsageFeesOfInvoices(ctx, invoiceIds)
  const inAdvance = await loadAdvanceFeesOfInvoices(ctx, invoiceIds)
  const fees = [...new Map([...inAdvance, ...invoiced].map(fee => [fee.id, fee])).values()].filter(isUsed)
  const charges = await findBilledCharges(ctx, [...new Set(fees.flatMap(fee => fee.charge_id ?? []))])
  const ofSubscription = Map.groupBy(fees, fee => fee.subscription_id)
  return periods.flatMap(period => {
    const own = (ofSubscription.get(period.subscription_id) ?? []).filter(fee => isOfPeriod(fee, period))
    if (own.length === 0) return []
    const sum = (cents: (fee: FeeRow) => bigint) => own.reduce((total, fee) => total + cents(fee), 0n)
    const invoice = { id: period.invoice_id, issuingDate: period.issuing_date.toString() }
    const amount = sum(fee => fee.amount_cents)
    const taxes = sum(fee => fee.taxes_amount_cents)
    const { subscription_id: id, external_id, customer_id, from, to, currency } = period
    return [
      {
        subscription: { id, external_id, customer_id },
        period: { from, to },
        lastDay: localDate(to, period.timezone),
        usage: {
          ...usageHead({ from, to }, currency, amount, taxes, invoice),
          charges_usage: serializeBilledCharges(own, charges, currency),
        },
      },
    ]
  })
}

function isUsed({ units, amount_cents, events_count }: FeeRow): boolean {
  return Number(units) > 0 || amount_cents > 0n || (events_count ?? 0) > 0
}

function isOfPeriod(fee: FeeRow, { invoice_id, from, to }: PeriodRow): boolean {
  if (fee.invoice_id === invoice_id) return true
  return (
    fee.pay_in_advance_event_id !== null && fee.from_datetime?.equals(from) === true && !!fee.to_datetime?.equals(to)
  )
}

async function loadPeriods(ctx: Ctx, invoiceIds: readonly string[]): Promise<PeriodRow[]> {
  const { rows } = await sql<PeriodRow>`
    select
      links.invoice_id,
      invoices.issuing_date,
      invoices.currency,
      invoices.timezone,
      subscriptions.id as subscription_id,
      subscriptions.external_id,
      subscriptions.customer_id,
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
