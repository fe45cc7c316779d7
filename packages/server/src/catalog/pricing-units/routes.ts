import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { readSearchTerm } from '../../platform/http/search-term.ts'
import { createPricingUnit, updatePricingUnit } from './pricing-units.ts'
import { PricingUnitInput } from './schema.ts'
import { serializePricingUnit } from './serialize.ts'
import { getPricingUnitByCode, listPricingUnits } from './store.ts'

const ROOT = 'pricing_unit'
// API keys know no permission of this name. Who may set prices may say what they are in.
const config = { resource: 'plan' }
const tags = ['Pricing units']
const body = Type.Object({ pricing_unit: PricingUnitInput })

/** Pricing units under `/pricing_units`. */
export function pricingUnitRoutes(api: FastifyInstance): void {
  api.post('/pricing_units', { config, schema: { tags, summary: 'Create a pricing unit', body } }, async request => {
    const unit = await createPricingUnit(request.ctx, readRoot(request.body, ROOT, PricingUnitInput))
    return { pricing_unit: serializePricingUnit(unit) }
  })

  api.get<{ Querystring: Record<string, unknown> }>(
    '/pricing_units',
    { config, schema: { tags, summary: 'List pricing units' } },
    async request => {
      const page = readPage(request.query)
      const { units, total } = await listPricingUnits(request.ctx, readSearchTerm(request.query), page)
      return { pricing_units: units.map(serializePricingUnit), meta: pageMeta(page, total) }
    },
  )

  routeByCode<{ Params: CodeParams }>(api, '/pricing_units', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a pricing unit' },
    handler: async request => ({
      pricing_unit: serializePricingUnit(await getPricingUnitByCode(request.ctx, codeOf(request.params))),
    }),
  })

  routeByCode<{ Params: CodeParams }>(api, '/pricing_units', {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update a pricing unit', body },
    handler: async request => {
      const input = readRoot(request.body, ROOT, PricingUnitInput)
      const unit = await updatePricingUnit(request.ctx, codeOf(request.params), input)
      return { pricing_unit: serializePricingUnit(unit) }
    },
  })
}
