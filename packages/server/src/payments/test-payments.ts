import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { findInvoice, loseDispute } from '../invoices/index.ts'
import { findConnectionsByIds, providerWord } from '../payment-providers/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { forbidden, notAllowed, notFound, validation } from '../platform/errors.ts'
import { Input, Nullable, readRoot } from '../platform/http/input.ts'
import { applyProviderStatus } from './charging/provider-event.ts'
import { loadRequestedInvoices } from './requests/store.ts'
import { presentPayment } from './serialize.ts'
import { findPayment, type Payment } from './store.ts'

const TestPaymentInput = Input({ status: Nullable(Type.String()), dispute_reason: Nullable(Type.String()) })

/** What the test provider of a sandbox says later, when its users want it to. */
export function testPaymentRoutes(api: FastifyInstance): void {
  api.put<{ Params: { id: string } }>(
    '/test_payments/:id',
    {
      config: { resource: 'payment' },
      schema: {
        tags: ['Sandbox'],
        summary: 'Settle a payment that is under way at the test provider',
        body: Type.Object({ test_payment: TestPaymentInput }),
      },
    },
    async request => {
      const { ctx } = request
      if (!ctx.org.sandbox) throw forbidden('feature_unavailable')
      const { status, dispute_reason: reason } = readRoot(request.body, 'test_payment', TestPaymentInput)
      if (status === 'disputed') {
        const disputed = await loseDisputeOf(ctx, request.params.id, reason ?? 'general')
        return { payment: await presentPayment(ctx, disputed) }
      }
      if (status !== 'succeeded' && status !== 'failed') throw validation({ status: ['value_is_invalid'] })
      return { payment: await presentPayment(ctx, await settleTestPayment(ctx, request.params.id, status)) }
    },
  )
}

/** The payer's bank took the money back: a dispute about each invoice that was paid is lost. @throws 404, 405 */
async function loseDisputeOf(ctx: Ctx, id: string, reason: string): Promise<Payment> {
  return transaction(ctx, async tx => {
    const payment = await findPayment(tx, id)
    if (payment?.payment_provider_id == null) throw notFound('payment')
    const requestId = payment.payment_request_id
    const asked = requestId === null ? [] : ((await loadRequestedInvoices(tx, [requestId])).get(requestId) ?? [])
    const ids = payment.invoice_id === null ? asked.map(invoice => invoice.id) : [payment.invoice_id]
    for (const invoiceId of ids) await loseDispute(tx, invoiceId, reason)
    return payment
  })
}

/** A payment that was withdrawn with its invoice can have been made all the same. */
async function cameTooLate(tx: Ctx, payment: Payment, status: 'succeeded' | 'failed'): Promise<boolean> {
  if (status !== 'succeeded' || payment.payable_payment_status !== 'failed' || payment.invoice_id === null) return false
  return (await findInvoice(tx, payment.invoice_id))?.status === 'closed'
}

/** @throws 404 `payment_not_found`; 405 `payment_already_settled` */
async function settleTestPayment(ctx: Ctx, id: string, status: 'succeeded' | 'failed'): Promise<Payment> {
  return transaction(ctx, async tx => {
    const payment = await findPayment(tx, id)
    const connectionId = payment?.payment_provider_id
    if (payment === undefined || connectionId == null) throw notFound('payment')
    const connection = (await findConnectionsByIds(tx, [connectionId])).get(connectionId)
    if (connection === undefined) throw notFound('payment')
    const isUnderWay = payment.payable_payment_status === 'processing' || payment.payable_payment_status === 'pending'
    if (!isUnderWay && !(await cameTooLate(tx, payment, status))) throw notAllowed('payment_already_settled')
    return applyProviderStatus(tx, payment, connection.type, providerWord(connection.type, status))
  })
}
