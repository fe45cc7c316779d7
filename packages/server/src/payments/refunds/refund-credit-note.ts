import { sql } from 'kysely'
import { type CreditNoteRow, findCreditNote, updateCreditNote } from '../../credits/index.ts'
import { lockCustomer } from '../../customers/index.ts'
import { findInvoice, type Invoice } from '../../invoices/index.ts'
import {
  type Connection,
  findConnectionsByIds,
  findPaymentMethodsByIds,
  type ProviderAnswer,
  providerBehind,
  refundStatus,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { findPaymentToRefund, type Payment } from '../store.ts'
import { findRefund, insertRefund, type Refund, updateRefund } from './store.ts'

const REFUND = 'refund_credit_note'

/** Refunds of the others are made by hand. */
export const REFUNDS_BY_ITSELF: readonly string[] = ['stripe', 'gocardless', 'adyen']

interface RefundOrder {
  readonly refund: Refund
  readonly note: CreditNoteRow
  readonly payment: Payment & { readonly provider_payment_id: string }
  readonly connection: Connection
}

/** What credit notes give back of money goes back the way it came, after commit. */
export const onCreditNoteCreated: Reaction = async (tx, events) => {
  const ids = events.map(event => event.objectId)
  const { rows } = await sql<{ id: string; customer_id: string }>`
    select id, customer_id from credit_notes
    where organization_id = ${tx.org.id} and id = any(${ids}::uuid[]) and refund_amount_cents > 0`.execute(tx.db)
  await addJobs(
    tx.db,
    rows.map(({ id, customer_id: queue }) => ({
      task: REFUND,
      payload: { organizationId: tx.org.id, creditNoteId: id },
      queue,
    })),
  )
}

export const refundCreditNote: TaskDefinition = {
  name: REFUND,
  async run(ctx, { creditNoteId }) {
    const order = await transaction(ctx, tx => prepare(tx, String(creditNoteId)))
    if (order === undefined) return
    const answer = await askProvider(ctx, order)
    await transaction(ctx, tx => recordAnswer(tx, order, answer))
  },
}

/** Undefined where nothing is to be sent back, or not through a provider. */
async function prepare(tx: Ctx, creditNoteId: string): Promise<RefundOrder | undefined> {
  const found = await findCreditNote(tx, creditNoteId)
  if (found === undefined) return undefined
  await lockCustomer(tx, found.customer_id)
  const note = (await findCreditNote(tx, creditNoteId)) ?? found
  const invoice = await findInvoice(tx, note.invoice_id)
  if (invoice === undefined || !isRefundable(note, invoice)) return undefined
  const payment = await findPaymentToRefund(tx, invoice.id)
  const { payment_provider_id: connectionId = null, provider_payment_id: paidAs = null } = payment ?? {}
  if (payment === undefined || connectionId === null || paidAs === null) return undefined
  const connection = (await findConnectionsByIds(tx, [connectionId])).get(connectionId)
  if (connection === undefined || !REFUNDS_BY_ITSELF.includes(connection.type)) return undefined
  const known = await findRefund(tx, note.id)
  if (known !== undefined && (known.provider_refund_id !== null || known.error_message !== null)) return undefined
  const refund = known ?? (await insertRefund(tx, payment, note))
  return { refund, note, payment: { ...payment, provider_payment_id: paidAs }, connection }
}

function isRefundable(note: CreditNoteRow, invoice: Invoice): boolean {
  return (
    note.refund_amount_cents > 0n &&
    note.refund_status !== 'succeeded' &&
    invoice.payment_status === 'succeeded' &&
    invoice.payment_dispute_lost_at === null
  )
}

async function askProvider(ctx: Ctx, { refund, note, payment, connection }: RefundOrder): Promise<ProviderAnswer> {
  const methodIds = payment.payment_method_id === null ? [] : [payment.payment_method_id]
  const [method] = await findPaymentMethodsByIds(ctx, methodIds)
  return providerBehind(ctx).refund(connection.type, {
    idempotencyKey: note.id,
    providerPaymentId: payment.provider_payment_id,
    methodId: method?.provider_method_id ?? null,
    amountCents: refund.amount_cents,
    currency: refund.amount_currency,
    reason: note.reason,
    metadata: { lago_customer_id: note.customer_id, lago_credit_note_id: note.id, lago_invoice_id: note.invoice_id },
  })
}

async function recordAnswer(tx: Ctx, { refund, note, connection }: RefundOrder, answer: ProviderAnswer): Promise<void> {
  await lockCustomer(tx, note.customer_id)
  if (answer.outcome === 'accepted') {
    await updateRefund(tx, refund.id, { provider_refund_id: answer.id, status: answer.status })
    await settleRefund(tx, note.id, refundStatus(connection.type, answer.status))
    return
  }
  const { status, code, message } = answer
  await updateRefund(tx, refund.id, { status, error_code: code, error_message: message })
  await settleRefund(tx, note.id, 'failed')
}

/** What became of a refund, on its credit note. One that succeeded stays so. The customer is locked. */
export async function settleRefund(
  tx: Ctx,
  creditNoteId: string,
  status: 'pending' | 'succeeded' | 'failed',
): Promise<void> {
  const note = await findCreditNote(tx, creditNoteId)
  if (note === undefined || note.refund_status === 'succeeded') return
  await updateCreditNote(tx, note.id, {
    refund_status: status,
    ...(status === 'succeeded' && { refunded_at: tx.clock.now() }),
  })
  if (status === 'failed') await emit(tx, 'credit_note.refund_failure', note.id)
}
