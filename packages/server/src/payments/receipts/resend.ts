import type { FastifyInstance } from 'fastify'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { findCustomersByIds } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notFound } from '../../platform/errors.ts'
import { readObject } from '../../platform/http/input.ts'
import { checkedRecipients, EmailInput } from '../../platform/mail/recipients.ts'
import { findPayment } from '../store.ts'
import { findReceipt } from './read.ts'

export function resendReceiptRoute(api: FastifyInstance): void {
  api.post<{ Params: { id: string } }>(
    '/payment_receipts/:id/resend_email',
    {
      config: { resource: 'invoice' },
      schema: { tags: ['Payment receipts'], summary: 'Send a payment receipt by e-mail again' },
    },
    async (request, reply) => {
      await resendReceipt(request.ctx, request.params.id, readObject(EmailInput, request.body))
      return reply.status(200).send()
    },
  )
}

/**
 * Has a receipt sent again by e-mail, to the customer where nobody else is named.
 *
 * @throws 404 `invoice_not_found`, as reading it does; 405 `email_settings_disabled`; 422 with what is wrong with sender and
 * recipients
 */
async function resendReceipt(ctx: Ctx, id: string, input: EmailInput): Promise<void> {
  const receipt = await findReceipt(ctx, id)
  const payment = receipt && (await findPayment(ctx, receipt.payment_id))
  if (receipt === undefined || payment === undefined) throw notFound('invoice')
  const [customer] = await findCustomersByIds(ctx, [payment.customer_id])
  const entities = await findBillingEntitiesByIds(ctx, [receipt.billing_entity_id])
  const parties = { sender: entities.get(receipt.billing_entity_id), customerEmail: customer?.email }
  const recipients = checkedRecipients('payment_receipt.created', parties, input)
  await transaction(ctx, tx => emit(tx, 'payment_receipt.email_requested', receipt.id, { ...recipients }))
}
