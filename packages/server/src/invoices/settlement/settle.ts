import { invoiceTotals, ZERO } from '@weir/engine'
import type { Updateable } from 'kysely'
import {
  applyCouponsToInvoice,
  applyPrepaidCredits,
  findCreditHolders,
  type HeldCredit,
  useCreditNotes,
} from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Invoices } from '../../platform/db/types.ts'
import { type Invoice, lockInvoice } from '../store.ts'
import { totalColumns } from '../total-columns.ts'
import { loadSettlementFees, type SettlementFee, taxDiscountedFees, writeCreditNoteShares } from './fees.ts'

/** One-off invoices, top-ups and invoices of fees that were paid before are paid in full. */
const REDUCIBLE = ['subscription', 'progressive_billing']

/** An invoice that is being finalized. */
export interface SettledInvoice {
  readonly id: string
  readonly customerId: string
  /** Which taxes it has is not known yet: it is discounted now and paid once it is taxed. */
  readonly awaitsTaxes?: boolean
}

/**
 * Lets what customers have to their credit reduce invoices that are being finalized: coupons before taxes, which are worked
 * out again on what is left, then credit notes, then prepaid credits. Whoever finalizes an invoice calls this once its row,
 * fees and taxes are written, with the customers' rows locked. Drafts are left as they are by not calling it.
 *
 * Invoices of customers who have nothing cost one query together.
 */
export async function settleInvoices(tx: Ctx, invoices: readonly SettledInvoice[]): Promise<void> {
  const holders = await findCreditHolders(
    tx,
    invoices.map(({ customerId }) => customerId),
  )
  for (const { id, customerId, awaitsTaxes } of invoices) {
    const held = holders.get(customerId)
    const invoice = held === undefined ? undefined : await lockInvoice(tx, id)
    if (held === undefined || invoice === undefined || !REDUCIBLE.includes(invoice.invoice_type)) continue
    await settle(tx, invoice, held, awaitsTaxes ?? false)
  }
}

async function settle(tx: Ctx, invoice: Invoice, held: HeldCredit, awaitsTaxes: boolean): Promise<void> {
  if (invoice.fees_amount_cents <= 0n) return
  const fees = await loadSettlementFees(tx, invoice.id)
  const discounted = held.coupons ? await discount(tx, invoice, fees) : { invoice, fees }
  if (!awaitsTaxes) await payInvoice(tx, discounted.invoice, discounted.fees)
}

interface Discounted {
  readonly invoice: Invoice
  readonly fees: readonly SettlementFee[]
}

async function discount(tx: Ctx, invoice: Invoice, fees: readonly SettlementFee[]): Promise<Discounted> {
  const progressiveCents = invoice.progressive_billing_credit_amount_cents
  const coupons = await applyCouponsToInvoice(tx, {
    ...payer(invoice),
    subTotalCents: invoice.fees_amount_cents - progressiveCents,
    fees,
  })
  if (coupons.credits.length === 0) return { invoice, fees }
  const discountsCents = progressiveCents + coupons.amountCents
  const shared = fees.map(fee => ({
    ...fee,
    preciseCouponsAmountCents: coupons.preciseCouponsAmountCents.get(fee.id) ?? fee.preciseCouponsAmountCents,
  }))
  const taxed = await taxDiscountedFees(tx, invoice.id, shared, invoice.fees_amount_cents - discountsCents)
  const totals = invoiceTotals(invoice.fees_amount_cents, taxed.taxes, { discountsCents, paidCents: 0n })
  return {
    fees: taxed.fees,
    invoice: await writeInvoice(tx, invoice.id, {
      coupons_amount_cents: coupons.amountCents,
      ...totalColumns(totals),
    }),
  }
}

/** Lets credit notes and prepaid credits pay for an invoice that is taxed. */
export async function payInvoice(tx: Ctx, invoice: Invoice, fees: readonly SettlementFee[]): Promise<void> {
  const total = invoice.total_amount_cents
  if (total <= 0n) return
  const notes = await useCreditNotes(tx, { ...payer(invoice), totalCents: total, fees })
  if (notes.amountCents > 0n) await writeCreditNoteShares(tx, notes.preciseCreditNotesAmountCents)
  const prepaid = await applyPrepaidCredits(tx, {
    ...payer(invoice),
    totalCents: total - notes.amountCents,
    fees: fees.map(fee => ({
      ...fee,
      preciseCreditNotesAmountCents: notes.preciseCreditNotesAmountCents.get(fee.id) ?? ZERO,
    })),
  })
  const paidCents = notes.amountCents + prepaid.amountCents
  if (paidCents === 0n) return
  await writeInvoice(tx, invoice.id, {
    credit_notes_amount_cents: notes.amountCents,
    prepaid_credit_amount_cents: prepaid.amountCents,
    prepaid_granted_credit_amount_cents: prepaid.grantedAmountCents,
    prepaid_purchased_credit_amount_cents: prepaid.purchasedAmountCents,
    total_amount_cents: total - paidCents,
    payment_status: total > paidCents ? 'pending' : 'succeeded',
  })
}

function payer(invoice: Invoice) {
  return { invoiceId: invoice.id, customerId: invoice.customer_id, currency: invoice.currency }
}

async function writeInvoice(tx: Ctx, id: string, changes: Updateable<Invoices>): Promise<Invoice> {
  return tx.db
    .updateTable('invoices')
    .set(changes)
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
