import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { getCustomerByExternalId } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { requestPaymentUrl } from '../pages/payment-url.ts'
import { createPaymentRequest, PaymentRequestInput } from './create.ts'
import { presentPaymentRequest, presentPaymentRequests } from './serialize.ts'
import { findPaymentRequest, listPaymentRequests } from './store.ts'

type Query = Record<string, unknown>

export function paymentRequestRoutes(api: FastifyInstance): void {
  const config = { resource: 'payment_request' }
  const tags = ['Payment requests']

  api.post(
    '/payment_requests',
    {
      config,
      schema: {
        tags,
        summary: 'Ask for overdue invoices at once',
        body: Type.Object({ payment_request: PaymentRequestInput }),
      },
    },
    async request => {
      const input = readRoot(request.body, 'payment_request', PaymentRequestInput)
      const made = await createPaymentRequest(request.ctx, input)
      return { payment_request: await presentPaymentRequest(request.ctx, made) }
    },
  )

  api.get<{ Querystring: Query }>(
    '/payment_requests',
    { config, schema: { tags, summary: 'List payment requests' } },
    request => list(request.ctx, request.query),
  )

  api.get<{ Querystring: Query; Params: { external_customer_id: string } }>(
    '/customers/:external_customer_id/payment_requests',
    { config, schema: { tags, summary: 'List the payment requests of a customer' } },
    async request => {
      const customer = await getCustomerByExternalId(request.ctx, request.params.external_customer_id)
      return list(request.ctx, { ...request.query, external_customer_id: customer.external_id })
    },
  )

  api.post<{ Params: { id: string } }>(
    '/payment_requests/:id/payment_url',
    { config, schema: { tags, summary: 'Where a customer can pay overdue invoices at once' } },
    async request => ({
      payment_request_payment_details: await requestPaymentUrl(request.ctx, request.params.id),
    }),
  )

  api.get<{ Params: { id: string } }>(
    '/payment_requests/:id',
    { config, schema: { tags, summary: 'Read a payment request' } },
    async request => {
      const found = await findPaymentRequest(request.ctx, request.params.id)
      if (found === undefined) throw notFound('payment_request')
      return { payment_request: await presentPaymentRequest(request.ctx, found) }
    },
  )
}

async function list(ctx: Ctx, query: Query) {
  const page = readPage(query)
  const { requests, totalCount } = await listPaymentRequests(ctx, query, page)
  return { payment_requests: await presentPaymentRequests(ctx, requests), meta: pageMeta(page, totalCount) }
}
