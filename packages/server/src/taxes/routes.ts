import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type CodeParams, codeOf, routeByCode } from '../platform/http/codes.ts'
import { readRoot } from '../platform/http/input.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { presentTax, presentTaxes } from './present.ts'
import { TaxInput } from './schema.ts'
import { getTaxByCode, listTaxes } from './store.ts'
import { createTax, deleteTax, updateTax } from './taxes.ts'

const config = { resource: 'tax' }
const tags = ['Taxes']
const body = Type.Object({ tax: TaxInput })

export function taxRoutes(api: FastifyInstance): void {
  api.post('/taxes', { config, schema: { tags, summary: 'Create a tax', body } }, async request => {
    const tax = await createTax(request.ctx, readRoot(request.body, 'tax', TaxInput))
    return { tax: await presentTax(request.ctx, tax) }
  })

  api.get<{ Querystring: Record<string, unknown> }>(
    '/taxes',
    { config, schema: { tags, summary: 'List taxes' } },
    async request => {
      const page = readPage(request.query)
      const { taxes, total } = await listTaxes(request.ctx, page)
      return { taxes: await presentTaxes(request.ctx, taxes), meta: pageMeta(page, total) }
    },
  )

  routeByCode<{ Params: CodeParams }>(api, '/taxes', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a tax' },
    handler: async request => ({
      tax: await presentTax(request.ctx, await getTaxByCode(request.ctx, codeOf(request.params))),
    }),
  })

  routeByCode<{ Params: CodeParams }>(api, '/taxes', {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update a tax', body },
    handler: async request => {
      const input = readRoot(request.body, 'tax', TaxInput)
      return { tax: await presentTax(request.ctx, await updateTax(request.ctx, codeOf(request.params), input)) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, '/taxes', {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete a tax' },
    handler: async request => ({
      tax: await presentTax(request.ctx, await deleteTax(request.ctx, codeOf(request.params))),
    }),
  })
}
