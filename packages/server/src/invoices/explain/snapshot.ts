import type { StoredReduction } from '@weir/engine'
import {
  type CreditLine,
  listCreditsOfInvoices,
  listPaidFromWallets,
  type PaidFromWallet,
} from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { presentFeeTaxes, presentInvoiceTaxes } from '../applied-taxes.ts'
import { type FeeRow, loadFeesOfInvoices } from '../fees-store.ts'
import type { Invoice } from '../store.ts'

export type FeeTaxes = Awaited<ReturnType<typeof presentFeeTaxes>>
type InvoiceTaxes = Awaited<ReturnType<typeof presentInvoiceTaxes>>

/** An invoice with everything that its amounts follow from. */
export interface Snapshot {
  readonly invoice: Invoice
  readonly fees: readonly FeeRow[]
  readonly feeTaxes: FeeTaxes
  readonly taxes: NonNullable<ReturnType<InvoiceTaxes['get']>>
  /** In the order they were taken off. */
  readonly reductions: readonly StoredReduction[]
}

/** Reads what was stored with invoices, in the invoices' order. */
export async function loadSnapshots(ctx: Ctx, invoices: readonly Invoice[]): Promise<Snapshot[]> {
  const ids = invoices.map(invoice => invoice.id)
  const fees = await loadFeesOfInvoices(ctx, ids)
  const feeTaxes = await presentFeeTaxes(
    ctx,
    [...fees.values()].flat().map(fee => fee.id),
  )
  const taxes = await presentInvoiceTaxes(ctx, ids)
  const credits = await listCreditsOfInvoices(ctx, ids)
  const prepaid = await listPaidFromWallets(ctx, ids)
  return invoices.map(invoice => ({
    invoice,
    fees: fees.get(invoice.id) ?? [],
    feeTaxes,
    taxes: taxes.get(invoice.id) ?? [],
    reductions: [...(credits.get(invoice.id) ?? []).map(ofLine), ...(prepaid.get(invoice.id) ?? []).map(ofWallet)],
  }))
}

function ofLine({ item_type: type, item_code: name, amount_cents: amountCents, rate_of_all: rate }: CreditLine) {
  const kind = type === 'invoice' ? 'progressive_billing' : type
  return { kind, name, amountCents, rate } satisfies StoredReduction
}

function ofWallet({ wallet_name: name, amount_cents: amountCents }: PaidFromWallet) {
  return { kind: 'prepaid_credit', name, amountCents, rate: null } satisfies StoredReduction
}
