import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import {
  ChargeFilterInput,
  ChargeOverrideInput,
  type FilterOfCharge,
  findFilter,
  newestFirst,
  serializeCharge,
  serializeChargeFilter,
} from '../../catalog/index.ts'
import { readRootBelow } from '../../platform/http/codes.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { addOwnFilter, editOwnFilter, getChargeOf, overrideCharge, removeOwnFilter } from './charges.ts'
import { planOf } from './own-plan.ts'
import { getSelected, readSelection } from './selection.ts'

const config = { resource: 'subscription' }
const tags = ['Subscription charges']
const chargeBody = Type.Object({ charge: ChargeOverrideInput })
const filterBody = Type.Object({ filter: ChargeFilterInput })

interface OfSubscription {
  Params: { external_id: string }
  Querystring: Record<string, unknown>
}

interface OneCharge {
  Params: { external_id: string; code: string }
  Querystring: Record<string, unknown>
}

interface OneFilter {
  Params: { external_id: string; code: string; id: string }
  Querystring: Record<string, unknown>
}

const CHARGES = '/subscriptions/:external_id/charges'
const CHARGE = `${CHARGES}/:code`
const FILTERS = `${CHARGE}/filters`
const FILTER = `${FILTERS}/:id`

/** The charges of one subscription. Writing gives it prices of its own, whose ids are others; codes stay the same. */
export function subscriptionChargeRoutes(api: FastifyInstance): void {
  api.get<OfSubscription>(
    CHARGES,
    { config, schema: { tags, summary: 'List the charges of a subscription' } },
    async ({ ctx, params, query }) => {
      const page = readPage(query)
      const { charges } = await planOf(ctx, await getSelected(ctx, readSelection(params.external_id, query)))
      const shown = charges.toSorted(newestFirst).slice(page.offset, page.offset + page.perPage)
      return { charges: shown.map(serializeCharge), meta: pageMeta(page, charges.length) }
    },
  )

  api.get<OneCharge>(
    CHARGE,
    { config, schema: { tags, summary: 'Read a charge of a subscription' } },
    async ({ ctx, params, query }) => ({
      charge: serializeCharge(await getChargeOf(ctx, readSelection(params.external_id, query), params.code)),
    }),
  )

  api.route<OneCharge>({
    method: ['PUT', 'PATCH'],
    url: CHARGE,
    config,
    schema: { tags, summary: 'Give a subscription another price for a charge', body: chargeBody },
    handler: async ({ ctx, params, query, body }) => {
      const selection = readSelection(params.external_id, query)
      const requireCharge = () => getChargeOf(ctx, selection, params.code)
      const input = await readRootBelow(body, 'charge', ChargeOverrideInput, requireCharge)
      return { charge: serializeCharge(await overrideCharge(ctx, selection, params.code, input)) }
    },
  })

  subscriptionFilterRoutes(api)
}

function subscriptionFilterRoutes(api: FastifyInstance): void {
  api.get<OneCharge>(
    FILTERS,
    { config, schema: { tags, summary: 'List the filters of a charge of a subscription' } },
    async ({ ctx, params, query }) => {
      const page = readPage(query)
      const charge = await getChargeOf(ctx, readSelection(params.external_id, query), params.code)
      const shown = charge.filters.slice(page.offset, page.offset + page.perPage)
      return {
        filters: shown.map(filter => serializeChargeFilter(charge, filter)),
        meta: pageMeta(page, charge.filters.length),
      }
    },
  )

  api.post<OneCharge>(
    FILTERS,
    { config, schema: { tags, summary: 'Add a filter to a charge of a subscription', body: filterBody } },
    async ({ ctx, params, query, body }) => {
      const selection = readSelection(params.external_id, query)
      const requireCharge = () => getChargeOf(ctx, selection, params.code)
      const input = await readRootBelow(body, 'filter', ChargeFilterInput, requireCharge)
      return present(await addOwnFilter(ctx, selection, params.code, input))
    },
  )

  api.get<OneFilter>(
    FILTER,
    { config, schema: { tags, summary: 'Read a filter of a charge of a subscription' } },
    async ({ ctx, params, query }) => {
      const charge = await getChargeOf(ctx, readSelection(params.external_id, query), params.code)
      return present({ charge, filter: findFilter(charge, params.id) })
    },
  )

  api.route<OneFilter>({
    method: ['PUT', 'PATCH'],
    url: FILTER,
    config,
    schema: { tags, summary: 'Give a subscription another price for a filter', body: filterBody },
    handler: async ({ ctx, params, query, body }) => {
      const selection = readSelection(params.external_id, query)
      const requireFilter = async () => findFilter(await getChargeOf(ctx, selection, params.code), params.id)
      const input = await readRootBelow(body, 'filter', ChargeFilterInput, requireFilter)
      return present(await editOwnFilter(ctx, selection, params.code, params.id, input))
    },
  })

  api.delete<OneFilter>(
    FILTER,
    { config, schema: { tags, summary: 'Take a filter from a charge of a subscription' } },
    async ({ ctx, params, query }) => {
      const selection = readSelection(params.external_id, query)
      return present(await removeOwnFilter(ctx, selection, params.code, params.id))
    },
  )
}

function present({ charge, filter }: FilterOfCharge) {
  return { filter: serializeChargeFilter(charge, filter) }
}
