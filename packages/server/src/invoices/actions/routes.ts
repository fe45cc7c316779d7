import type { FastifyInstance } from 'fastify'
import { type Ctx, rehearse } from '../../platform/context.ts'
import { badParameter, notFound } from '../../platform/errors.ts'
import { isRecord, readObject, readRoot } from '../../platform/http/input.ts'
import { EmailInput } from '../../platform/mail/recipients.ts'
import { createOneOff } from '../one-off/create-one-off.ts'
import { OneOffInput } from '../one-off/schema.ts'
import { presentInvoice } from '../present.ts'
import { type CreditEnded, previewInvoice } from '../preview/preview.ts'
import { PreviewInput } from '../preview/schema.ts'
import { withoutIds } from '../without-ids.ts'
import { deleteDraft } from './delete-draft.ts'
import { getVisibleInvoice } from './lock.ts'
import { loseDispute } from './lose-dispute.ts'
import { resendEmail, retryFailed } from './retry.ts'
import { InvoiceChanges, VoidInput } from './schema.ts'
import { updateInvoice } from './update-invoice.ts'
import { type VoidCredits, voidInvoice } from './void-invoice.ts'

interface ById {
  Params: { id: string }
}

/** What is done to invoices. */
export function actionRoutes(
  api: FastifyInstance,
  voidCredits: VoidCredits | null,
  creditEnded: CreditEnded | null,
): void {
  const config = { resource: 'invoice' }
  const route = (summary: string) => ({ config, schema: { tags: ['Invoices'], summary } })

  api.post('/invoices', route('Bill add-ons at once'), async request => {
    const invoice = await createOneOff(request.ctx, readRoot(request.body, 'invoice', OneOffInput))
    // One that was closed is seen here and nowhere else.
    return { invoice: await presentInvoice(request.ctx, invoice) }
  })

  api.post('/invoices/one_off/preview', route('See what a one-off invoice would be'), async ({ ctx, body }) => {
    const input = readRoot(body, 'invoice', OneOffInput)
    const invoice = await rehearse(ctx, async tx => presentInvoice(tx, await createOneOff(tx, input)))
    return { invoice: withoutIds(invoice) }
  })

  api.post('/invoices/preview', route('See an invoice before it is made'), async request => {
    const body = isRecord(request.body) ? request.body : {}
    if (body.coupons !== undefined && !Array.isArray(body.coupons)) throw badParameter('coupons_must_be_an_array')
    if (body.subscriptions !== undefined && !isRecord(body.subscriptions)) {
      throw badParameter('subscriptions_must_be_an_object')
    }
    return previewInvoice(request.ctx, readObject(PreviewInput, body), creditEnded)
  })

  api.put<ById>('/invoices/:id', route('Tell what was paid; replace metadata'), async request => {
    const input = readRoot(request.body, 'invoice', InvoiceChanges)
    return { invoice: await presentInvoice(request.ctx, await updateInvoice(request.ctx, request.params.id, input)) }
  })

  api.delete<ById>('/invoices/:id', route('Delete a draft'), async request => ({
    invoice: await presentInvoice(request.ctx, await deleteDraft(request.ctx, request.params.id)),
  }))

  api.post<ById>('/invoices/:id/void', route('Cancel an invoice that was issued'), async request => {
    await voidInvoice(request.ctx, request.params.id, readObject(VoidInput, request.body), voidCredits)
    return answer(request.ctx, request.params.id)
  })

  api.post<ById>('/invoices/:id/lose_dispute', route('Note a dispute that was lost'), async request => {
    await loseDispute(request.ctx, request.params.id)
    return answer(request.ctx, request.params.id)
  })

  api.post<ById>('/invoices/:id/retry', route('Ask again for the taxes of a failed invoice'), async request => {
    await retryFailed(request.ctx, request.params.id)
    return answer(request.ctx, request.params.id)
  })

  api.put<ById>('/invoices/:id/sync_salesforce_id', route('Link an invoice to its record in a CRM'), async request => {
    await getVisibleInvoice(request.ctx, request.params.id)
    // No CRM can be connected, so none is known by any code.
    throw notFound('integration')
  })

  api.post<ById>('/invoices/:id/resend_email', route('Send an invoice by e-mail again'), async (request, reply) => {
    await resendEmail(request.ctx, request.params.id, readObject(EmailInput, request.body))
    return reply.status(200).send()
  })
}

async function answer(ctx: Ctx, id: string) {
  return { invoice: await presentInvoice(ctx, await getVisibleInvoice(ctx, id)) }
}
