import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { loadLeftOnInvoice } from '../crediting/creditable.ts'
import { type Invoice, updateInvoiceRow, VISIBLE_STATUSES } from '../store.ts'

export const PAYMENT_STATUSES = ['pending', 'succeeded', 'failed'] as const
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

/** Told, with its id, of an invoice that has to be paid before it is issued: it is open, which nobody sees. */
export const PAYMENT_WANTED = 'invoice.payment_wanted'

/** Told, with the id of the invoice and an {@link PaymentOutcome}, when the payment of an invoice came or failed. */
export const PAYMENT_SETTLED = 'invoice.payment_settled'

export interface PaymentOutcome {
  readonly invoiceId: string
  readonly outcome: 'succeeded' | 'failed'
  /** It was overdue until then. */
  readonly wasOverdue: boolean
  /** It bills credits that were bought. */
  readonly isPurchase: boolean
  /** A subscription waits for it. */
  readonly isAwaited: boolean
}

export interface PaymentStatusOptions {
  /** Whether the invoice may be charged (again); as it was when absent. A voided one never may. */
  readonly ready?: boolean
  /** Whether the webhook tells of it; it does when absent. Of an invoice that nobody sees it never does. */
  readonly announces?: boolean
}

/**
 * Gives a locked invoice a payment status, whoever found it out: the API, a payment by hand or through a provider, a credit
 * note. Its fees take the same status; when they were paid is not theirs to say. A paid invoice is not overdue. A new status
 * is told: `invoice.payment_settled` for what follows inside (top-ups, subscriptions that wait for it, dunning), and the
 * webhook `invoice.payment_status_updated`. What was paid is not changed.
 */
export async function setPaymentStatus(
  tx: Ctx,
  invoice: Invoice,
  status: PaymentStatus,
  { ready, announces = true }: PaymentStatusOptions = {},
): Promise<void> {
  await tx.db
    .updateTable('fees')
    .set({ payment_status: status, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoice.id)
    .where('payment_status', '<>', status)
    .execute()
  await updateInvoiceRow(tx, invoice.id, {
    payment_status: status,
    ...(ready !== undefined && { ready_for_payment_processing: ready && invoice.status !== 'voided' }),
    ...(status === 'succeeded' && { payment_overdue: false }),
  })
  if (invoice.payment_status === status) return
  const told = announces && isVisible(invoice) ? [{ type: 'invoice.payment_status_updated', objectId: invoice.id }] : []
  if (status === 'pending') return emitAll(tx, told)
  const data: PaymentOutcome = {
    invoiceId: invoice.id,
    outcome: status,
    wasOverdue: invoice.payment_overdue,
    isPurchase: invoice.invoice_type === 'credit',
    isAwaited: isActivationInvoice(invoice),
  }
  await emitAll(tx, [{ type: PAYMENT_SETTLED, objectId: invoice.id, data: { ...data } }, ...told])
}

/** Whether the invoice waits for its payment, and a subscription with it. Nobody sees such an invoice. */
export function isActivationInvoice({ status, invoice_type: type }: Pick<Invoice, 'status' | 'invoice_type'>): boolean {
  return status === 'open' && type === 'subscription'
}

function isVisible({ status }: Invoice): boolean {
  const visible: readonly string[] = VISIBLE_STATUSES
  return visible.includes(status)
}

/**
 * Notes money that was received for a locked invoice.
 *
 * @param payment the payment and what of it is for this invoice, in the invoice's currency
 * @returns the invoice as it is then, and what is still due, in cents
 */
export async function receivePayment(
  tx: Ctx,
  invoice: Invoice,
  payment: { readonly id: string; readonly amountCents: bigint },
): Promise<{ invoice: Invoice; dueCents: bigint }> {
  await tx.db
    .insertInto('invoice_settlements')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      invoice_id: invoice.id,
      settlement_type: 'payment',
      payment_id: payment.id,
      amount_cents: payment.amountCents,
      amount_currency: invoice.currency,
      created_at: tx.clock.now(),
    })
    .execute()
  const paid = await updateInvoiceRow(tx, invoice.id, {
    total_paid_amount_cents: invoice.total_paid_amount_cents + payment.amountCents,
  })
  return { invoice: paid, dueCents: (await loadLeftOnInvoice(tx, paid)).dueCents }
}

/** Notes on a locked invoice how often it was charged, or when it is to be. */
export async function noteAttempt(
  tx: Ctx,
  invoice: Invoice,
  { attempts, chargeDueAt }: { readonly attempts?: number; readonly chargeDueAt?: Temporal.Instant | null },
): Promise<void> {
  await updateInvoiceRow(tx, invoice.id, {
    ...(attempts !== undefined && { payment_attempts: attempts }),
    ...(chargeDueAt !== undefined && { charge_due_at: chargeDueAt }),
  })
}
