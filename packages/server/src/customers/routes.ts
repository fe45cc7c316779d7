import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { missingParameter } from '../platform/errors.ts'
import { readRoot } from '../platform/http/input.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { deleteCustomer } from './delete-customer.ts'
import { listCustomers, readCustomerFilters } from './list-customers.ts'
import { customerPaymentRoutes } from './payment-provider/routes.ts'
import { CustomerInput } from './schema.ts'
import { presentCustomerDetail, serializeCustomerInList } from './serialize.ts'
import { getCustomerByExternalId, loadCustomerRecord, loadCustomerRecords } from './store.ts'
import { upsertCustomer } from './upsert-customer.ts'

interface ByExternalId {
  Params: { external_customer_id: string }
}

export function customerRoutes(api: FastifyInstance): void {
  const config = { resource: 'customer' }
  const tags = ['Customers']

  api.post(
    '/customers',
    {
      config,
      schema: {
        tags,
        summary: 'Create or update a customer',
        body: Type.Object({ customer: CustomerInput }),
      },
    },
    async request => {
      const input = readRoot(request.body, 'customer', CustomerInput)
      // Nothing but unknown keys is as good as nothing.
      if (Object.keys(input).length === 0) throw missingParameter('customer')
      return { customer: await presentCustomerDetail(request.ctx, await upsertCustomer(request.ctx, input)) }
    },
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/customers',
    { config, schema: { tags, summary: 'List customers' } },
    async request => {
      const page = readPage(request.query)
      const filters = readCustomerFilters(request.query)
      const { customers, totalCount } = await listCustomers(request.ctx, filters, page)
      const records = await loadCustomerRecords(request.ctx, customers)
      return { customers: records.map(serializeCustomerInList), meta: pageMeta(page, totalCount) }
    },
  )

  api.get<ByExternalId>(
    '/customers/:external_customer_id',
    { config, schema: { tags, summary: 'Read a customer' } },
    async request => {
      const customer = await getCustomerByExternalId(request.ctx, request.params.external_customer_id)
      return { customer: await presentCustomerDetail(request.ctx, await loadCustomerRecord(request.ctx, customer)) }
    },
  )

  api.delete<ByExternalId>(
    '/customers/:external_customer_id',
    { config, schema: { tags, summary: 'Delete a customer' } },
    async request => {
      const record = await deleteCustomer(request.ctx, request.params.external_customer_id)
      return { customer: await presentCustomerDetail(request.ctx, record) }
    },
  )

  customerPaymentRoutes(api)
}
