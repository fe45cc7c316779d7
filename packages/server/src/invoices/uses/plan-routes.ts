import type { FastifyInstance } from 'fastify'
import { asList } from '../../platform/http/query.ts'
import { countPlanUses } from './plan-uses.ts'

/** What hangs on plans, several at once: lists of plans show it, and it is asked before a plan is changed or deleted. */
export function planUsesRoutes(api: FastifyInstance): void {
  api.get<{ Querystring: Record<string, unknown> }>(
    '/uses/plans',
    { config: { resource: 'plan' }, schema: { tags: ['Uses'], summary: 'Count who has the plans with these codes' } },
    async request => {
      const uses = await countPlanUses(request.ctx, asList(request.query.plan_codes))
      return {
        plan_uses: uses.map(one => ({
          plan_code: one.code,
          active_subscriptions_count: one.activeSubscriptions,
          pending_subscriptions_count: one.pendingSubscriptions,
          overridden_subscriptions_count: one.overriddenSubscriptions,
          customers_count: one.customers,
          draft_invoices_count: one.draftInvoices,
          attached: one.attached,
        })),
      }
    },
  )
}
