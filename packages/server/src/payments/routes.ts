import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { getCustomerByExternalId } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { readObject, readRoot } from '../platform/http/input.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { RetryPaymentInput, retryPayment } from './charging/retry.ts'
import { retryPayments } from './charging/retry-all.ts'
import { createManualPayment, PaymentInput } from './manual-payment.ts'
import { invoicePaymentUrl, topUpPaymentUrl } from './pages/payment-url.ts'
import { presentPayment, presentPayments } from './serialize.ts'
import { findPayment, listPayments, type PaymentFilters, readPaymentFilters } from './store.ts'

type Query = Record<string, unknown>

export function paymentRoutes(api: FastifyInstance): void {
  const config = { resource: 'payment' }
  const route = (summary: string) => ({ config, schema: { tags: ['Payments'], summary } })

  api.post(
    '/payments',
    {
      config,
      schema: {
        tags: ['Payments'],
        summary: 'Note a payment that came by hand',
        body: Type.Object({ payment: PaymentInput }),
      },
    },
    async request => {
      const payment = await createManualPayment(request.ctx, readRoot(request.body, 'payment', PaymentInput))
      return { payment: await presentPayment(request.ctx, payment) }
    },
  )

  api.get<{ Querystring: Query }>('/payments', route('List payments'), async request =>
    list(request.ctx, readPaymentFilters(request.query), request.query),
  )

  api.get<{ Querystring: Query; Params: { external_customer_id: string } }>(
    '/customers/:external_customer_id/payments',
    route('List the payments of a customer'),
    async request => {
      const { external_id: externalCustomerId } = await getCustomerByExternalId(
        request.ctx,
        request.params.external_customer_id,
      )
      const filters = readPaymentFilters(request.query)
      return list(request.ctx, { ...filters, externalCustomerId }, request.query)
    },
  )

  api.get<{ Params: { id: string } }>('/payments/:id', route('Read a payment'), async request => {
    const payment = await findPayment(request.ctx, request.params.id)
    if (payment === undefined) throw notFound('payment')
    return { payment: await presentPayment(request.ctx, payment) }
  })

  collectingRoutes(api)
}

interface ById {
  Params: { id: string }
}

/** What has an invoice, or the invoice of a purchase of credits, paid. */
function collectingRoutes(api: FastifyInstance): void {
  const route = (resource: string, tag: string, summary: string) => ({
    config: { resource },
    schema: { tags: [tag], summary },
  })

  api.post<ById>(
    '/invoices/:id/retry_payment',
    route('invoice', 'Invoices', 'Try again to collect a payment'),
    async (request, reply) => {
      await retryPayment(request.ctx, request.params.id, readObject(RetryPaymentInput, request.body))
      return reply.status(200).send()
    },
  )

  api.post<{ Querystring: Query }>(
    '/invoices/retry_payments',
    {
      config: { resource: 'invoice' },
      schema: {
        tags: ['Invoices'],
        summary: 'Try again to collect everything that is outstanding',
        description:
          "In the background, with the filters of the list of invoices; invoices that are not outstanding are left out. Weir's own: other servers do not have it.",
      },
    },
    async ({ ctx, query }) => ({ retried_payments: { invoices_count: await retryPayments(ctx, query) } }),
  )

  api.post<ById>(
    '/invoices/:id/payment_url',
    route('invoice', 'Invoices', 'Where a customer can pay'),
    async request => ({ invoice_payment_details: await invoicePaymentUrl(request.ctx, request.params.id) }),
  )

  api.post<ById>(
    '/wallet_transactions/:id/payment_url',
    route('wallet_transaction', 'Wallets', 'Where a customer can pay for credits'),
    async request => ({ wallet_transaction_payment_details: await topUpPaymentUrl(request.ctx, request.params.id) }),
  )
}

async function list(ctx: Ctx, filters: PaymentFilters, query: Query) {
  const page = readPage(query)
  const { payments, totalCount } = await listPayments(ctx, filters, page)
  return { payments: await presentPayments(ctx, payments), meta: pageMeta(page, totalCount) }
}
