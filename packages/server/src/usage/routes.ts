import type { FastifyInstance } from 'fastify'
import { boolean, isRecord } from '../platform/http/input.ts'
import { type CurrentUsageQuestion, getCurrentUsage } from './current-usage.ts'
import { serializeCurrentUsage } from './serialize.ts'

type Query = Record<string, unknown>

export function usageRoutes(api: FastifyInstance): void {
  api.get<{ Querystring: Query; Params: { external_id: string } }>(
    '/customers/:external_id/current_usage',
    {
      config: { resource: 'customer_usage' },
      schema: { tags: ['Usage'], summary: 'Read the usage of the running period' },
    },
    async request => {
      const usage = await getCurrentUsage(request.ctx, readQuestion(request.params.external_id, request.query))
      return { customer_usage: serializeCurrentUsage(usage) }
    },
  )
}

/** Newer parameter names win over their older aliases. */
function readQuestion(externalCustomerId: string, query: Query): CurrentUsageQuestion {
  return {
    externalCustomerId,
    externalSubscriptionId: text(query.external_subscription_id),
    chargeId: text(query.charge_id ?? query.filter_by_charge_id),
    chargeCode: text(query.charge_code ?? query.filter_by_charge_code),
    billableMetricCode: text(query.billable_metric_code ?? query.filter_by_metric_code),
    group: readGroup(query.group ?? query.filter_by_group),
    skipGrouping: flag(query.skip_grouping),
    fullUsage: flag(query.full_usage),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function flag(value: unknown): boolean {
  return value !== undefined && boolean(value) === true
}

/** `group[key]=v`, `group[key][]=v`, or a JSON object as text. */
function readGroup(value: unknown): Record<string, string[]> {
  const given = typeof value === 'string' ? parsed(value) : value
  if (!isRecord(given)) return {}
  return Object.fromEntries(Object.entries(given).map(([key, values]) => [key, [values].flat().map(String)]))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
