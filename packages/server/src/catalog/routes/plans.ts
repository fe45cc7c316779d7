import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { readSearchTerm } from '../../platform/http/search-term.ts'
import { createPlan, getPlanByCode, requestPlanDeletion, updatePlan } from '../plans.ts'
import { PlanInput } from '../schema.ts'
import { serializeFullPlan, serializePlan } from '../serialize.ts'
import { listPlans } from '../store/plans.ts'

const config = { resource: 'plan' }
const tags = ['Plans']
const body = Type.Object({ plan: PlanInput })

/** Plans under `/plans`: those that are sold, not the private copies of subscriptions. */
export function planRoutes(api: FastifyInstance): void {
  api.post('/plans', { config, schema: { tags, summary: 'Create a plan', body } }, async request => {
    const plan = await createPlan(request.ctx, readRoot(request.body, 'plan', PlanInput))
    return { plan: serializeFullPlan(plan) }
  })

  api.get<{ Querystring: Record<string, unknown> }>(
    '/plans',
    { config, schema: { tags, summary: 'List plans' } },
    async request => {
      const page = readPage(request.query)
      const { plans, total } = await listPlans(request.ctx, readSearchTerm(request.query), page)
      return { plans: plans.map(serializePlan), meta: pageMeta(page, total) }
    },
  )

  routeByCode<{ Params: CodeParams }>(api, '/plans', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a plan' },
    handler: async request => ({
      plan: serializeFullPlan(await getPlanByCode(request.ctx, codeOf(request.params))),
    }),
  })

  routeByCode<{ Params: CodeParams }>(api, '/plans', {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update a plan', body },
    handler: async request => {
      const input = readRoot(request.body, 'plan', PlanInput)
      return { plan: serializeFullPlan(await updatePlan(request.ctx, codeOf(request.params), input)) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, '/plans', {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete a plan' },
    handler: async request => ({
      plan: serializeFullPlan(await requestPlanDeletion(request.ctx, codeOf(request.params))),
    }),
  })
}
