import { decimal, invoiceTotals } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import type { BilledSubscription } from '../billing/compute.ts'
import { loadSettlementFees, taxDiscountedFees } from '../settlement/fees.ts'
import { lockInvoice, updateInvoiceRow } from '../store.ts'
import { totalColumns } from '../total-columns.ts'
import { findProgressiveInvoices, type ProgressiveInvoice } from './find.ts'
import { creditOverBilling } from './over-billing.ts'

/** Those that bill the usage of a period. */
const REASONS = new Set(['subscription_periodic', 'subscription_terminating', 'progressive_billing'])

interface BilledInvoice {
  readonly id: string
  readonly billed: readonly BilledSubscription[]
}

interface Credited {
  readonly subscriptionId: string
  readonly progressive: ProgressiveInvoice
}

interface UsageFee {
  readonly id: string
  readonly invoice_id: string
  readonly subscription_id: string
  readonly charge_id: string
  /** The charge with the filter and the group. */
  readonly line: string
  readonly amount_cents: bigint
}

/**
 * Takes off invoices what was billed of the same usage already, because thresholds were passed: of each subscription its
 * latest progressive invoice of the period. Writes the lines, the fees' shares, and taxes and totals of what is left; where
 * less usage is billed now than then, a credit note gives the difference back. Rows, fees and taxes of the invoices are
 * written, their customers are locked. One query where there is nothing to take off.
 *
 * @throws 405 `creditable_amount_is_less_than_requested` when not all of the difference can be given back
 */
export async function creditProgressiveInvoices(tx: Ctx, invoices: readonly BilledInvoice[]): Promise<void> {
  const instants = invoices.flatMap(({ id, billed }) =>
    billed.flatMap(({ subscription, reason, boundaries: { charges } }) =>
      charges !== null && REASONS.has(reason)
        ? [{ subscriptionId: subscription.id, at: charges.from, exceptInvoiceId: id }]
        : [],
    ),
  )
  const found = await findProgressiveInvoices(tx, instants)
  const credited = instants.flatMap(({ subscriptionId, exceptInvoiceId: invoiceId }, place) => {
    const progressive = found[place]
    return progressive === undefined || progressive.toCreditCents === 0n
      ? []
      : [{ invoiceId, subscriptionId, progressive }]
  })
  for (const [invoiceId, own] of Map.groupBy(credited, one => one.invoiceId)) await creditOn(tx, invoiceId, own)
}

async function creditOn(tx: Ctx, invoiceId: string, credited: readonly Credited[]): Promise<void> {
  const invoice = await lockInvoice(tx, invoiceId)
  if (invoice === undefined) return
  const fees = await loadUsageFees(tx, [invoiceId, ...credited.map(({ progressive }) => progressive.id)])
  const ofInvoice = Map.groupBy(fees, fee => fee.invoice_id)
  const shares = new Map<string, bigint>()
  let total = 0n
  for (const { subscriptionId, progressive } of credited) {
    const own = (ofInvoice.get(invoiceId) ?? []).filter(fee => fee.subscription_id === subscriptionId)
    const before = ofInvoice.get(progressive.id) ?? []
    const charges = new Set(before.map(fee => fee.charge_id))
    const billedCents = own
      .filter(fee => charges.has(fee.charge_id))
      .reduce((sum, { amount_cents }) => sum + amount_cents, 0n)
    const excess = progressive.toCreditCents - billedCents
    if (excess > 0n) await creditOverBilling(tx, progressive.id, excess)
    const cents = excess > 0n ? billedCents : progressive.toCreditCents
    if (cents <= 0n) continue
    await tx.db
      .insertInto('credits')
      .values({
        id: newId(),
        organization_id: tx.org.id,
        invoice_id: invoiceId,
        progressive_billing_invoice_id: progressive.id,
        amount_cents: cents,
        amount_currency: invoice.currency,
        before_taxes: true,
        created_at: tx.clock.now(),
      })
      .execute()
    share(shares, own, before)
    total += cents
  }
  if (total === 0n) return
  const settled = await loadSettlementFees(tx, invoiceId)
  const shared = settled.map(fee => ({ ...fee, preciseCouponsAmountCents: decimal(shares.get(fee.id) ?? 0n) }))
  const { taxes } = await taxDiscountedFees(tx, invoiceId, shared, invoice.fees_amount_cents - total)
  const totals = invoiceTotals(invoice.fees_amount_cents, taxes, { discountsCents: total, paidCents: 0n })
  await updateInvoiceRow(tx, invoiceId, { progressive_billing_credit_amount_cents: total, ...totalColumns(totals) })
}

/** What was billed of a line before is taken off that line, up to what it costs now. */
function share(shares: Map<string, bigint>, own: readonly UsageFee[], before: readonly UsageFee[]): void {
  for (const { line, amount_cents } of before) {
    const fee = own.find(one => one.line === line)
    if (fee === undefined) continue
    const sum = (shares.get(fee.id) ?? 0n) + amount_cents
    shares.set(fee.id, sum < fee.amount_cents ? sum : fee.amount_cents)
  }
}

/** In the order they were computed. */
async function loadUsageFees(tx: Ctx, invoiceIds: readonly string[]): Promise<UsageFee[]> {
  const { rows } = await sql<UsageFee>`
    select id, invoice_id, subscription_id, charge_id, amount_cents,
      concat_ws(' ', charge_id, coalesce(charge_filter_id::text, '-'), grouped_by) as line
    from fees
    where organization_id = ${tx.org.id}
      and invoice_id = any(${invoiceIds}::uuid[])
      and fee_type = 'charge'
      and deleted_at is null
    order by id`.execute(tx.db)
  return rows
}
