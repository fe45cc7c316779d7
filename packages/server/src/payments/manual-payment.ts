import { Type } from 'typebox'
import type { Invoice } from '../invoices/index.ts'
import { loadLeftOnInvoice, lockInvoiceWithCustomer, receivePayment, setPaymentStatus } from '../invoices/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { forbidden, notFound, Problems, validation } from '../platform/errors.ts'
import { Input, isBlank, Nullable } from '../platform/http/input.ts'
import { parseInstant } from '../platform/http/instants.ts'
import { characterCount, withoutNul } from '../platform/validation/text.ts'
import { requestReceipt } from './receipts/issue.ts'
import { insertPayment, type Payment } from './store.ts'

const LONGEST_REFERENCE = 40

const Text = Nullable(Type.String())

/** The amount is taken as it stands: text is no amount. */
export const PaymentInput = Input({ invoice_id: Text, amount_cents: Type.Unknown(), reference: Text, paid_at: Text })
export type PaymentInput = Type.Static<typeof PaymentInput>

/**
 * Notes money that came some other way than through a payment provider. With nothing left to pay, the invoice is paid.
 *
 * @throws 404 `invoice_not_found`; 403 `feature_unavailable` for an invoice that takes no payments; 422 what is wrong
 */
export async function createManualPayment(ctx: Ctx, input: PaymentInput): Promise<Payment> {
  if (isBlank(input.invoice_id)) throw validation({ invoice_id: ['value_is_mandatory'] })
  const amountCents = readCents(input.amount_cents)
  if (amountCents === undefined || amountCents <= 0n) throw validation({ amount_cents: ['invalid_value'] })
  return transaction(ctx, async tx => {
    const locked = await lockInvoiceWithCustomer(tx, input.invoice_id ?? '')
    if (locked === undefined) throw notFound('invoice')
    const { invoice } = locked
    const isPayable = invoice.status === 'finalized' || invoice.status === 'open'
    if (invoice.invoice_type !== 'advance_charges' && !isPayable) throw forbidden('feature_unavailable')
    const paidAt = readPaidAt(input.paid_at)
    const reference = await check(tx, invoice, amountCents, input)
    const payment = await insertPayment(
      tx,
      {
        customer_id: invoice.customer_id,
        invoice_id: invoice.id,
        payment_type: 'manual',
        reference,
        amount_cents: amountCents,
        amount_currency: invoice.currency,
        status: 'succeeded',
        payable_payment_status: 'succeeded',
      },
      paidAt,
    )
    const { invoice: paid, dueCents } = await receivePayment(tx, invoice, { id: payment.id, amountCents })
    if (dueCents <= 0n) await setPaymentStatus(tx, paid, 'succeeded')
    await requestReceipt(tx, payment)
    await emit(tx, 'payment.recorded', payment.id)
    return payment
  })
}

/** A JSON integer, however long; undefined for anything else. */
function readCents(value: unknown): bigint | undefined {
  if (JSON.isRawJSON(value)) return /^-?\d+$/.test(value.rawJSON) ? BigInt(value.rawJSON) : undefined
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}

function readPaidAt(text: string | null | undefined): Temporal.Instant | undefined {
  if (isBlank(text)) return undefined
  const instant = parseInstant(text ?? '')?.round('microsecond')
  if (instant === undefined) throw validation({ paid_at: ['invalid_date'] })
  return instant
}

/** @returns the reference @throws 422 with everything that is wrong */
async function check(tx: Ctx, invoice: Invoice, amountCents: bigint, input: PaymentInput): Promise<string> {
  const reference = withoutNul(input.reference ?? '')
  const problems = new Problems()
  if (isBlank(reference)) problems.add('reference', 'value_is_mandatory')
  else if (characterCount(reference) > LONGEST_REFERENCE) problems.add('reference', 'value_is_too_long')
  if (invoice.invoice_type === 'credit' && amountCents !== invoice.total_amount_cents) {
    problems.add('amount_cents', 'invalid_amount')
  }
  const { dueCents } = await loadLeftOnInvoice(tx, invoice)
  if (amountCents > dueCents) problems.add('amount_cents', 'value_is_out_of_range')
  if (await wasRequestedAndPaid(tx, invoice.id)) problems.add('base', 'payment_request_is_already_succeeded')
  problems.throwIfAny()
  return reference
}

async function wasRequestedAndPaid(tx: Ctx, invoiceId: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom('payment_request_invoices')
    .innerJoin('payment_requests', 'payment_requests.id', 'payment_request_invoices.payment_request_id')
    .select('payment_requests.id')
    .where('payment_request_invoices.organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .where('payment_requests.payment_status', '=', 'succeeded')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
