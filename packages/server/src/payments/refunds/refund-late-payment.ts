import { lockCustomer } from '../../customers/index.ts'
import {
  type Connection,
  findConnectionsByIds,
  findPaymentMethodsByIds,
  type ProviderAnswer,
  providerBehind,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { findPayment, type Payment } from '../store.ts'
import { REFUNDS_BY_ITSELF } from './refund-credit-note.ts'
import { findLateRefund, insertRefund, type Refund, updateRefund } from './store.ts'

const REFUND = 'refund_late_payment'

interface LateRefund {
  readonly refund: Refund
  readonly payment: Payment & { readonly provider_payment_id: string }
  readonly connection: Connection
}

/** Has the money of a payment sent back, after commit: it came for an activation that was given up. */
export async function requestRefund(tx: Ctx, { id, customer_id: customerId }: Payment): Promise<void> {
  await addJob(tx.db, { task: REFUND, payload: { organizationId: tx.org.id, paymentId: id }, queue: customerId })
}

export const refundLatePayment: TaskDefinition = {
  name: REFUND,
  async run(ctx, { paymentId }) {
    const order = await transaction(ctx, tx => prepare(tx, String(paymentId)))
    if (order === undefined) return
    const answer = await askProvider(ctx, order)
    await transaction(ctx, tx => recordAnswer(tx, order, answer))
  },
}

/** Undefined where the money went back already, or nobody can send it back but by hand. */
async function prepare(tx: Ctx, paymentId: string): Promise<LateRefund | undefined> {
  const found = await findPayment(tx, paymentId)
  if (found === undefined) return undefined
  await lockCustomer(tx, found.customer_id)
  const { payment_provider_id: connectionId, provider_payment_id: paidAs } = found
  const connection =
    connectionId === null ? undefined : (await findConnectionsByIds(tx, [connectionId])).get(connectionId)
  if (paidAs === null || connection === undefined || !REFUNDS_BY_ITSELF.includes(connection.type)) {
    tx.log.warn({ paymentId }, 'money came for an activation that was given up, and has to be sent back by hand')
    return undefined
  }
  const known = await findLateRefund(tx, paymentId)
  if (known !== undefined && (known.provider_refund_id !== null || known.error_message !== null)) return undefined
  const refund = known ?? (await insertRefund(tx, found, undefined))
  return { refund, payment: { ...found, provider_payment_id: paidAs }, connection }
}

async function askProvider(ctx: Ctx, { refund, payment, connection }: LateRefund): Promise<ProviderAnswer> {
  const methodIds = payment.payment_method_id === null ? [] : [payment.payment_method_id]
  const [method] = await findPaymentMethodsByIds(ctx, methodIds)
  return providerBehind(ctx).refund(connection.type, {
    idempotencyKey: refund.id,
    providerPaymentId: payment.provider_payment_id,
    methodId: method?.provider_method_id ?? null,
    amountCents: refund.amount_cents,
    currency: refund.amount_currency,
    reason: refund.reason,
    metadata: { lago_customer_id: payment.customer_id, lago_invoice_id: payment.invoice_id ?? '' },
  })
}

async function recordAnswer(tx: Ctx, { refund }: LateRefund, answer: ProviderAnswer): Promise<void> {
  if (answer.outcome === 'accepted') {
    await updateRefund(tx, refund.id, { provider_refund_id: answer.id, status: answer.status })
    return
  }
  const { status, code, message } = answer
  await updateRefund(tx, refund.id, { status, error_code: code, error_message: message })
  tx.log.error(
    { refundId: refund.id, code },
    'money that came for an activation that was given up could not be sent back',
  )
}
