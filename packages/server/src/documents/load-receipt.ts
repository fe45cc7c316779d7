import { sql } from 'kysely'
import { findInvoice, loadLeftOnInvoice } from '../invoices/index.ts'
import { findPaymentMethod } from '../payment-providers/index.ts'
import { findPayment, type Payment, type PaymentReceipt } from '../payments/index.ts'
import type { Ctx } from '../platform/context.ts'
import { type InvoiceForPrint, loadInvoiceForPrint } from './load-invoice.ts'

/** An invoice that a payment pays. */
export interface PaidInvoice {
  readonly print: InvoiceForPrint
  /** What is left to pay of it, in cents. */
  readonly dueCents: bigint
}

/** Everything that stands on the receipt of a payment. */
export interface ReceiptForPrint {
  readonly receipt: PaymentReceipt
  readonly payment: Payment
  /** `Visa **** 4242`; null where all that is known is who collected. */
  readonly method: string | null
  /** The oldest first; several where a payment request was paid. */
  readonly invoices: readonly [PaidInvoice, ...PaidInvoice[]]
}

export async function loadReceiptForPrint(ctx: Ctx, receipt: PaymentReceipt): Promise<ReceiptForPrint> {
  const payment = await findPayment(ctx, receipt.payment_id)
  if (payment === undefined) throw new Error(`receipt ${receipt.id} is of no payment`)
  const paid: PaidInvoice[] = []
  for (const id of await paidInvoiceIds(ctx, payment)) {
    const invoice = await findInvoice(ctx, id)
    if (invoice === undefined) continue
    const { dueCents } = await loadLeftOnInvoice(ctx, invoice)
    paid.push({ print: await loadInvoiceForPrint(ctx, invoice, { breakdowns: false }), dueCents })
  }
  const [first, ...others] = paid
  if (first === undefined) throw new Error(`payment ${payment.id} pays no invoice`)
  return { receipt, payment, method: await methodOf(ctx, payment), invoices: [first, ...others] }
}

async function paidInvoiceIds(ctx: Ctx, { invoice_id: id, payment_request_id: requestId }: Payment): Promise<string[]> {
  if (id !== null) return [id]
  const { rows } = await sql<{ id: string }>`
    select invoices.id
    from payment_request_invoices as asked
    join invoices on invoices.id = asked.invoice_id
    where invoices.organization_id = ${ctx.org.id} and asked.payment_request_id = ${requestId}
    order by invoices.created_at, invoices.id`.execute(ctx.db)
  return rows.map(row => row.id)
}

async function methodOf(ctx: Ctx, { payment_method_id: id }: Payment): Promise<string | null> {
  const method = id === null ? undefined : await findPaymentMethod(ctx, id)
  const { brand, last4 } = (method?.details ?? {}) as { brand?: string; last4?: string }
  if (last4 === undefined) return null
  const name = brand ?? method?.provider_method_type ?? ''
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} **** ${last4}`
}
