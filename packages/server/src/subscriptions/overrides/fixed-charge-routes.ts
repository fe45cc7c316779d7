import { formatDecimal } from '@weir/engine'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { FixedChargeOverrideInput, newestFirst, serializeFixedCharge } from '../../catalog/index.ts'
import { readRootBelow } from '../../platform/http/codes.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { formatInstant } from '../../platform/wire.ts'
import type { UnitEvent } from '../fixed-charges/unit-events.ts'
import {
  type FixedChargeOfSubscription,
  getFixedChargeOf,
  getFixedChargesOf,
  getUnitChangesOf,
  overrideFixedCharge,
} from './fixed-charges.ts'
import { readSelection } from './selection.ts'

const ROOT = 'fixed_charge'
const config = { resource: 'subscription' }
const tags = ['Subscription fixed charges']
const body = Type.Object({ fixed_charge: FixedChargeOverrideInput })

interface OfSubscription {
  Params: { external_id: string }
  Querystring: Record<string, unknown>
}

interface OneFixedCharge {
  Params: { external_id: string; code: string }
  Querystring: Record<string, unknown>
}

const FIXED_CHARGES = '/subscriptions/:external_id/fixed_charges'
const FIXED_CHARGE = `${FIXED_CHARGES}/:code`

/** The fixed charges of one subscription, with the units that it has of them. */
export function subscriptionFixedChargeRoutes(api: FastifyInstance): void {
  api.get<OfSubscription>(
    FIXED_CHARGES,
    { config, schema: { tags, summary: 'List the fixed charges of a subscription' } },
    async ({ ctx, params, query }) => {
      const page = readPage(query)
      const all = await getFixedChargesOf(ctx, readSelection(params.external_id, query))
      const sorted = all.toSorted((left, right) => newestFirst(left.fixedCharge, right.fixedCharge))
      return {
        fixed_charges: sorted.slice(page.offset, page.offset + page.perPage).map(serialize),
        meta: pageMeta(page, all.length),
      }
    },
  )

  api.get<OneFixedCharge>(
    FIXED_CHARGE,
    { config, schema: { tags, summary: 'Read a fixed charge of a subscription' } },
    async ({ ctx, params, query }) => ({
      fixed_charge: serialize(await getFixedChargeOf(ctx, readSelection(params.external_id, query), params.code)),
    }),
  )

  api.route<OneFixedCharge>({
    method: ['PUT', 'PATCH'],
    url: FIXED_CHARGE,
    config,
    schema: { tags, summary: 'Give a subscription other units or another price of a fixed charge', body },
    handler: async ({ ctx, params, query, body: given }) => {
      const selection = readSelection(params.external_id, query)
      const requireFixedCharge = () => getFixedChargeOf(ctx, selection, params.code)
      const input = await readRootBelow(given, ROOT, FixedChargeOverrideInput, requireFixedCharge)
      return { fixed_charge: serialize(await overrideFixedCharge(ctx, selection, params.code, input)) }
    },
  })

  api.get<OneFixedCharge>(
    `${FIXED_CHARGE}/unit_changes`,
    { config, schema: { tags, summary: 'List how the units of a fixed charge changed for a subscription' } },
    async ({ ctx, params, query }) => {
      const page = readPage(query)
      const changes = await getUnitChangesOf(ctx, readSelection(params.external_id, query), params.code)
      return {
        unit_changes: changes.slice(page.offset, page.offset + page.perPage).map(serializeUnitChange),
        meta: pageMeta(page, changes.length),
      }
    },
  )
}

function serialize({ fixedCharge, units }: FixedChargeOfSubscription) {
  return serializeFixedCharge(fixedCharge, units)
}

function serializeUnitChange({ units, timestamp, createdAt }: UnitEvent) {
  return {
    units: formatDecimal(units),
    timestamp: formatInstant(timestamp),
    created_at: formatInstant(createdAt),
  }
}
