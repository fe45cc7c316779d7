import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { lockCustomer } from '../../customers/index.ts'
import type { Invoice } from '../../invoices/index.ts'
import {
  chargesByItself,
  findDefaultPaymentMethod,
  findPaymentMethod,
  isProviderType,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit, emitAll } from '../../platform/domain-events.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import {
  type Attempt,
  chargeProvider,
  countUnconfirmed,
  findPayer,
  findUnderWay,
  openPayment,
  recordAnswer,
} from '../charging/provider-payment.ts'
import { findPayment, type Payment } from '../store.ts'
import { REQUEST_EMAIL_WANTED, settleRequestPayment } from './settle.ts'
import { findPaymentRequest, loadRequestedInvoices, type PaymentRequest, updatePaymentRequest } from './store.ts'

const CHARGE = 'charge_payment_request'

/** Has a request charged, after commit. */
export async function requestChargeOf(tx: Ctx, { id, customer_id: customerId }: PaymentRequest): Promise<void> {
  await addJob(tx.db, {
    task: CHARGE,
    key: `${CHARGE}:${id}`,
    payload: { organizationId: tx.org.id, requestId: id },
    queue: customerId,
  })
}

export const chargePaymentRequest: TaskDefinition = {
  name: CHARGE,
  async run(ctx, { requestId }) {
    const attempt = await transaction(ctx, tx => prepare(tx, String(requestId)))
    if (attempt === undefined) return
    const answer = await chargeProvider(ctx, attempt)
    await transaction(ctx, async tx => {
      await lockCustomer(tx, attempt.payer.customer.id)
      const payment = await findPayment(tx, attempt.payment.id)
      if (payment?.payable_payment_status !== 'pending') return
      const answered = await recordAnswer(tx, payment, attempt.payer, answer)
      if (answer.outcome === 'accepted') await settleRequestPayment(tx, answered)
      else await failRequestPayment(tx, answered)
    })
  },
}

async function prepare(tx: Ctx, requestId: string): Promise<Attempt | undefined> {
  const found = await findPaymentRequest(tx, requestId)
  if (found === undefined) return undefined
  const customer = await lockCustomer(tx, found.customer_id)
  const request = (await findPaymentRequest(tx, requestId)) ?? found
  const invoices = (await loadRequestedInvoices(tx, [request.id])).get(request.id) ?? []
  if (request.payment_status === 'succeeded') return undefined
  // Who only pays on pages gets the link by e-mail.
  const payer = await findPayer(tx, customer)
  const { payment_provider: provider } = customer
  if (payer === undefined && isProviderType(provider) && !chargesByItself(provider)) {
    await emit(tx, REQUEST_EMAIL_WANTED, request.id)
  }
  if (payer === undefined || !invoices.every(invoice => invoice.ready_for_payment_processing)) return undefined
  const payable = { payment_request_id: request.id }
  const underWay = await findUnderWay(tx, payable)
  if (underWay?.payable_payment_status === 'processing') return undefined
  await updatePaymentRequest(tx, request.id, { payment_attempts: request.payment_attempts + 1 })
  const method = await methodOf(tx, request)
  const terms = { payer, method, amountCents: request.amount_cents, currency: request.amount_currency }
  return {
    payment: await openPayment(tx, payable, underWay, terms),
    payer,
    method,
    reference: await referenceOf(tx, invoices),
    mayAsk: (await countUnconfirmed(tx, payable)) > 0,
    metadata: { lago_customer_id: customer.id, lago_payable_id: request.id, lago_payable_type: 'PaymentRequest' },
  }
}

async function methodOf(tx: Ctx, request: PaymentRequest) {
  if (request.payment_method_id === null) return findDefaultPaymentMethod(tx, request.customer_id)
  const method = await findPaymentMethod(tx, request.payment_method_id)
  return method?.customer_id === request.customer_id ? method : undefined
}

async function referenceOf(tx: Ctx, invoices: readonly Invoice[]): Promise<string> {
  const [first] = invoices
  const entityId = first?.billing_entity_id ?? ''
  const name = (await findBillingEntitiesByIds(tx, [entityId])).get(entityId)?.name ?? ''
  return `${name} - Overdue invoices${invoices.length === 1 ? `: ${first?.number}` : ''}`
}

/** The provider refused: the invoices stay as they are, and the customer is asked by e-mail. */
async function failRequestPayment(tx: Ctx, payment: Payment): Promise<void> {
  const requestId = payment.payment_request_id ?? ''
  const isFailed = payment.payable_payment_status === 'failed'
  await updatePaymentRequest(tx, requestId, {
    payment_status: isFailed ? 'failed' : 'pending',
    ready_for_payment_processing: true,
  })
  if (!isFailed) return
  await emitAll(tx, [
    { type: 'payment_request.payment_failure', objectId: requestId },
    { type: REQUEST_EMAIL_WANTED, objectId: requestId },
  ])
}
