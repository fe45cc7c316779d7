import type { FastifyInstance } from 'fastify'
import { lockCustomer } from '../../customers/index.ts'
import {
  findProviderCustomersByIds,
  recordPaymentMethod,
  type SavedMethod,
  TEST_TOKENS,
  testMethod,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { isUuid } from '../../platform/ids.ts'
import type { ContextFactory } from '../../platform/jobs/tasks.ts'
import { describePayable, payOnPage } from './pay.ts'
import type { PaymentPage } from './store.ts'

interface OnPage {
  Params: { id: string }
  Querystring: { token?: string }
}

type System = Pick<Ctx, 'db'>

/**
 * `/test_payment/…` and `/test_checkout/…`: the pages of the test provider, for whoever has the address. A button for each
 * method does what a customer would do with it.
 */
export function testPages(app: FastifyInstance, system: System, contextOf: ContextFactory): void {
  const schema = { hide: true }
  const html = 'text/html; charset=utf-8'

  app.get<OnPage>('/test_payment/:id', { schema }, async (request, reply) => {
    const { ctx, page } = await openPaymentPage(system, contextOf, request.params.id)
    const title = `${await describePayable(ctx, page)}: ${page.amount_cents} cents`
    return reply
      .type(html)
      .send(document(title, page.status === 'active' ? buttons('Pay with') : 'This page is closed.'))
  })

  app.post<OnPage>('/test_payment/:id', { schema }, async (request, reply) => {
    const { ctx, page } = await openPaymentPage(system, contextOf, request.params.id)
    const payment = await payOnPage(ctx, page, methodOf(request.query.token))
    return reply.type(html).send(document('Payment', `The payment is ${payment.payable_payment_status}.`))
  })

  app.get<OnPage>('/test_checkout/:id', { schema }, async (request, reply) => {
    await openCheckoutPage(system, contextOf, request.params.id)
    return reply.type(html).send(document('Save a payment method', buttons('Save')))
  })

  app.post<OnPage>('/test_checkout/:id', { schema }, async (request, reply) => {
    const { ctx, link } = await openCheckoutPage(system, contextOf, request.params.id)
    const method = methodOf(request.query.token)
    await transaction(ctx, async tx => {
      await lockCustomer(tx, link.customer_id)
      await recordPaymentMethod(tx, link, method)
    })
    return reply.type(html).send(document('Save a payment method', `${method.id} is saved.`))
  })
}

function methodOf(token: string | undefined): SavedMethod {
  const method = testMethod(token ?? '')
  if (method === undefined) throw notFound('payment_method')
  return method
}

/** @throws 404 for unknown pages, and outside of sandboxes */
async function openPaymentPage(
  { db }: System,
  contextOf: ContextFactory,
  id: string,
): Promise<{ ctx: Ctx; page: PaymentPage }> {
  const page = isUuid(id)
    ? await db.selectFrom('payment_pages').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined
  if (page === undefined) throw notFound('payment_page')
  return { ctx: await sandboxOf(contextOf, page.organization_id), page }
}

async function openCheckoutPage({ db }: System, contextOf: ContextFactory, id: string) {
  const row = isUuid(id)
    ? await db
        .selectFrom('payment_provider_customers')
        .select('organization_id')
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw notFound('payment_page')
  const ctx = await sandboxOf(contextOf, row.organization_id)
  const link = (await findProviderCustomersByIds(ctx, [id])).get(id)
  if (link === undefined) throw notFound('payment_page')
  return { ctx, link }
}

async function sandboxOf(contextOf: ContextFactory, organizationId: string): Promise<Ctx> {
  const ctx = await contextOf(organizationId)
  if (!ctx.org.sandbox) throw notFound('payment_page')
  return ctx
}

function buttons(verb: string): string {
  const forms = TEST_TOKENS.map(
    token => `<form method="post" action="?token=${token}"><button>${verb} ${token}</button></form>`,
  )
  return forms.join('\n')
}

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<style>body { font: 16px system-ui; max-width: 30rem; margin: 3rem auto } button { margin: 0.25rem 0; padding: 0.5rem 1rem }</style>
<h1>${title}</h1>
<p>This is the test provider of a sandbox: no money moves.</p>
${body}
</html>`
}
