import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { readRootBelow } from '../../platform/http/codes.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import {
  addFilter,
  type ChargePath,
  editFilter,
  type FilterOfCharge,
  findFilter,
  removeFilter,
} from '../charge-filters.ts'
import { SingleChargeFilterInput } from '../schema.ts'
import { serializeChargeFilter } from '../serialize.ts'
import { readCascade } from './cascade-option.ts'
import { getCharge } from './charges.ts'

const config = { resource: 'plan' }
const tags = ['Plan charges']
const body = Type.Object({ filter: SingleChargeFilterInput })
const collection = '/plans/:code/charges/:chargeCode/filters'

interface OfCharge {
  Params: { code: string; chargeCode: string }
  Querystring: Record<string, unknown>
}

interface OneFilter {
  Params: OfCharge['Params'] & { id: string }
}

/** The filters of a charge of a plan, one by one. */
export function chargeFilterRoutes(api: FastifyInstance): void {
  api.get<OfCharge>(
    collection,
    { config, schema: { tags, summary: 'List the filters of a charge' } },
    async request => {
      const page = readPage(request.query)
      const charge = await getCharge(request.ctx, request.params)
      const shown = charge.filters.slice(page.offset, page.offset + page.perPage)
      return {
        filters: shown.map(filter => serializeChargeFilter(charge, filter)),
        meta: pageMeta(page, charge.filters.length),
      }
    },
  )

  api.post<OfCharge>(
    collection,
    { config, schema: { tags, summary: 'Add a filter to a charge', body } },
    async request => {
      const requireCharge = () => getCharge(request.ctx, request.params)
      const input = await readRootBelow(request.body, 'filter', SingleChargeFilterInput, requireCharge)
      return present(await addFilter(request.ctx, pathOf(request.params), input))
    },
  )

  api.get<OneFilter>(
    `${collection}/:id`,
    { config, schema: { tags, summary: 'Read a filter of a charge' } },
    async request => {
      const charge = await getCharge(request.ctx, request.params)
      return present({ charge, filter: findFilter(charge, request.params.id) })
    },
  )

  api.route<OneFilter>({
    method: ['PUT', 'PATCH'],
    url: `${collection}/:id`,
    config,
    schema: { tags, summary: 'Update a filter of a charge', body },
    handler: async request => {
      const { params } = request
      const requireFilter = async () => findFilter(await getCharge(request.ctx, params), params.id)
      const input = await readRootBelow(request.body, 'filter', SingleChargeFilterInput, requireFilter)
      return present(await editFilter(request.ctx, pathOf(params), params.id, input))
    },
  })

  api.delete<OneFilter>(
    `${collection}/:id`,
    { config, schema: { tags, summary: 'Delete a filter of a charge' } },
    async request => {
      const cascade = readCascade(request, 'filter')
      return present(await removeFilter(request.ctx, pathOf(request.params), request.params.id, cascade))
    },
  )
}

function pathOf(params: OfCharge['Params']): ChargePath {
  return { plan: params.code, charge: params.chargeCode }
}

function present({ charge, filter }: FilterOfCharge) {
  return { filter: serializeChargeFilter(charge, filter) }
}
