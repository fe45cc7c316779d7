import type { FastifyInstance } from 'fastify'
import { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { readPage } from '../../platform/http/pagination.ts'
import { getPastUsage } from './past-usage.ts'

type Query = Record<string, unknown>

export function pastUsageRoutes(api: FastifyInstance): void {
  api.get<{ Querystring: Query; Params: { external_id: string } }>(
    '/customers/:external_id/past_usage',
    {
      config: { resource: 'customer_usage' },
      schema: { tags: ['Usage'], summary: 'Read the usage of billed periods' },
    },
    async ({ ctx, params, query }) => {
      const { external_subscription_id: subscription, billable_metric_code: code } = query
      const problems = new Problems()
      if (isBlank(subscription)) problems.add('external_subscription_id', 'value_is_mandatory')
      problems.throwIfAny()
      return getPastUsage(ctx, {
        externalCustomerId: params.external_id,
        externalSubscriptionId: String(subscription),
        billableMetricCode: isBlank(code) ? undefined : String(code),
        periodsCount: readCount(query.periods_count),
        page: readPage(query),
      })
    },
  )
}

/** More than any subscription has, and less than the database refuses. */
const MOST_PERIODS = 1_000_000

function readCount(value: unknown): number | undefined {
  const count = Number.parseInt(String(value ?? ''), 10)
  return count > 0 ? Math.min(count, MOST_PERIODS) : undefined
}
