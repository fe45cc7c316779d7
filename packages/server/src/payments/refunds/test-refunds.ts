import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { lockCustomer } from '../../customers/index.ts'
import { findConnectionsByIds, refundWord } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { forbidden, notAllowed, notFound, validation } from '../../platform/errors.ts'
import { Input, Nullable, readRoot } from '../../platform/http/input.ts'
import { formatCents } from '../../platform/wire.ts'
import { findPayment } from '../store.ts'
import { settleRefund } from './refund-credit-note.ts'
import { findRefund, updateRefund } from './store.ts'

const TestRefundInput = Input({ status: Nullable(Type.String()) })

/** What the test provider of a sandbox says later about a refund, when its users want it to. */
export function testRefundRoutes(api: FastifyInstance): void {
  api.put<{ Params: { credit_note_id: string } }>(
    '/test_refunds/:credit_note_id',
    {
      config: { resource: 'payment' },
      schema: {
        tags: ['Sandbox'],
        summary: 'Settle the refund of a credit note at the test provider',
        body: Type.Object({ test_refund: TestRefundInput }),
      },
    },
    async ({ ctx, body, params }) => {
      if (!ctx.org.sandbox) throw forbidden('feature_unavailable')
      const { status } = readRoot(body, 'test_refund', TestRefundInput)
      if (status !== 'succeeded' && status !== 'failed') throw validation({ status: ['value_is_invalid'] })
      return { test_refund: await settleTestRefund(ctx, params.credit_note_id, status) }
    },
  )
}

/** @throws 404 `refund_not_found`; 405 `refund_already_settled` */
async function settleTestRefund(ctx: Ctx, creditNoteId: string, status: 'succeeded' | 'failed') {
  return transaction(ctx, async tx => {
    const refund = await findRefund(tx, creditNoteId)
    const payment = refund && (await findPayment(tx, refund.payment_id))
    const connectionId = payment?.payment_provider_id
    if (refund === undefined || payment === undefined || connectionId == null) throw notFound('refund')
    await lockCustomer(tx, payment.customer_id)
    const type = (await findConnectionsByIds(tx, [connectionId])).get(connectionId)?.type ?? 'stripe'
    const current = await findRefund(tx, creditNoteId)
    if (current?.status !== refundWord(type, 'pending')) throw notAllowed('refund_already_settled')
    const word = refundWord(type, status)
    const failure = status === 'failed' ? { error_message: 'Payment refund failed' } : {}
    await updateRefund(tx, refund.id, { status: word, ...failure })
    await settleRefund(tx, creditNoteId, status)
    return { lago_credit_note_id: creditNoteId, status: word, amount_cents: formatCents(refund.amount_cents) }
  })
}
