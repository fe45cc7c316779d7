import type { FastifyInstance } from 'fastify'
import { notFound } from '../../platform/errors.ts'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { countUses, type UsedKind } from './count-uses.ts'

const COLLECTIONS: readonly (readonly [collection: string, kind: UsedKind])[] = [
  ['billable_metrics', 'billable_metric'],
  ['features', 'feature'],
  ['add_ons', 'add_on'],
  ['coupons', 'coupon'],
  ['taxes', 'tax'],
]

/** What hangs on an object of the price book, under `/uses/<collection>/<code>`: asked before it is changed or deleted. */
export function usesRoutes(api: FastifyInstance): void {
  for (const [collection, kind] of COLLECTIONS) {
    routeByCode<{ Params: CodeParams }>(api, `/uses/${collection}`, {
      method: 'GET',
      config: { resource: kind },
      schema: { tags: ['Uses'], summary: `Count what uses one of the ${collection.replaceAll('_', ' ')}` },
      handler: async request => {
        const uses = await countUses(request.ctx, kind, codeOf(request.params))
        if (uses === undefined) throw notFound(kind)
        return {
          uses: {
            lago_id: uses.id,
            plans_count: uses.plans,
            subscriptions_count: uses.subscriptions,
            draft_invoices_count: uses.draftInvoices,
            customers_count: uses.customers,
          },
        }
      },
    })
  }
}
