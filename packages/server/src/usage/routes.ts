import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../platform/context.ts'
import { boolean, isRecord } from '../platform/http/input.ts'
import { storableJson } from '../platform/validation/text.ts'
import { type CurrentUsage, type CurrentUsageQuestion, getCurrentUsage } from './current-usage.ts'
import { getProjectedUsage } from './projected-usage.ts'
import { serializeCurrentUsage, serializeProjectedUsage } from './serialize.ts'
import { taxesOfUsage } from './taxes.ts'

type Query = Record<string, unknown>
type Route = { Querystring: Query; Params: { external_id: string } }

/** The usage of a customer’s running period, as it is and as it is projected. */
export function usageRoutes(api: FastifyInstance): void {
  const options = (summary: string) => ({
    config: { resource: 'customer_usage' as const },
    schema: { tags: ['Usage'], summary },
  })

  api.get<Route>(
    '/customers/:external_id/current_usage',
    options('Read the usage of the running period'),
    async ({ ctx, params, query }) => {
      const usage = await getCurrentUsage(ctx, readQuestion(params.external_id, query))
      return { customer_usage: serializeCurrentUsage(usage, await taxesFor(ctx, query, usage)) }
    },
  )

  api.get<Route>(
    '/customers/:external_id/projected_usage',
    options('Project the usage of the running period to its end'),
    async ({ ctx, params, query }) => {
      const usage = await getProjectedUsage(ctx, params.external_id, text(query.external_subscription_id))
      return { customer_projected_usage: serializeProjectedUsage(usage, await taxesFor(ctx, query, usage)) }
    },
  )
}

/** Taxes are applied unless the parameter says no; left empty, it does. */
async function taxesFor(ctx: Ctx, { apply_taxes: apply = true }: Query, usage: CurrentUsage): Promise<bigint> {
  return boolean(apply) === true ? taxesOfUsage(ctx, usage) : 0n
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
    presentationKeys: readKeys(query.filter_by_presentation),
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

/** A JSON array as text, or the parameter once or several times. */
function readKeys(value: unknown): string[] | undefined {
  if (value === undefined || value === '') return undefined
  const given = typeof value === 'string' ? (parsed(value) ?? value) : value
  return (isRecord(given) ? Object.values(given) : [given].flat()).map(String)
}

function parsed(text: string): unknown {
  try {
    return storableJson(JSON.parse(text))
  } catch {
    return undefined
  }
}
