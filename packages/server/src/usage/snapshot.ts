import {
  type AggregationType,
  type ChargeSnapshot,
  dimensionsOf,
  type MeteredCharge,
  type Metric,
  type MetricUsage,
  type Period,
  parseChargeModel,
  pricingGroupKeys,
} from '@weir/engine'
import type { BillableMetric, Charge, PlanSnapshot } from '../catalog/index.ts'
import { eventStore } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'

/** Which usage of a subscription is asked for. */
export interface UsageQuestion {
  readonly externalSubscriptionId: string
  readonly plan: Pick<PlanSnapshot, 'amountCurrency'>
  /** The charges of the plan to tell the usage of. */
  readonly charges: readonly Charge[]
  readonly period: Period
  /** Only events that have one of these values for each of these properties. */
  readonly conditions?: Readonly<Record<string, readonly string[]>>
  /** Prices every bucket as a whole instead of by its pricing group keys. */
  readonly skipGrouping?: boolean
  /** Whether the same is asked again and again, as dashboards do. */
  readonly again?: boolean
}

/**
 * The charges with their usage, in the given order: one question to the store of events, whatever the number of metrics,
 * charges and filters.
 */
export async function readUsage(
  ctx: Ctx,
  question: UsageQuestion,
): Promise<{ charge: Charge; snapshot: ChargeSnapshot }[]> {
  const metered = new Map(question.charges.map(charge => [charge.id, meteredCharge(charge, question)]))
  const usages = await readMetricUsages(ctx, question, metered)
  return question.charges.flatMap(charge => {
    const usage = usages.get(charge.metric.id)
    const split = metered.get(charge.id)
    if (usage === undefined || split === undefined) return []
    return [{ charge, snapshot: chargeSnapshot(charge, question.plan, split, usage) }]
  })
}

/** By metric. */
async function readMetricUsages(
  ctx: Ctx,
  question: UsageQuestion,
  metered: ReadonlyMap<string, MeteredCharge>,
): Promise<Map<string, MetricUsage>> {
  const byMetric = Map.groupBy(question.charges, charge => charge.metric.id)
  const metrics = [...byMetric.values()].flatMap(charges => charges[0]?.metric ?? [])
  const queries = metrics.map(metric => ({
    code: metric.code,
    aggregation: metric.aggregationType as AggregationType,
    fieldName: metric.fieldName,
    dimensions: dimensionsOf(
      (byMetric.get(metric.id) ?? []).flatMap(charge => metered.get(charge.id) ?? []),
      engineMetric(metric),
    ),
  }))
  const cells = await eventStore(ctx).aggregate({
    externalSubscriptionId: question.externalSubscriptionId,
    from: question.period.from,
    to: question.period.to,
    conditions: question.conditions ?? {},
    metrics: queries,
    again: question.again ?? false,
  })
  return new Map(
    metrics.map((metric, place) => {
      const { aggregation, dimensions } = queries[place] ?? {}
      return [metric.id, { aggregation, dimensions, cells: cells[place] } as MetricUsage]
    }),
  )
}

function chargeSnapshot(
  charge: Charge,
  plan: Pick<PlanSnapshot, 'amountCurrency'>,
  metered: MeteredCharge,
  usage: MetricUsage,
): ChargeSnapshot {
  return {
    chargeId: charge.id,
    metric: engineMetric(charge.metric),
    metered,
    priced: {
      currency: plan.amountCurrency,
      chargeModel: parseChargeModel(charge.chargeModel, charge.properties),
      filters: charge.filters.map(filter => ({
        id: filter.id,
        chargeModel: parseChargeModel(charge.chargeModel, filter.properties),
      })),
    },
    minAmountCents: charge.minAmountCents,
    usage,
  }
}

/** How the charge splits its usage. Keys that the question fixes to values are no longer groups of their own. */
function meteredCharge(charge: Charge, question: UsageQuestion): MeteredCharge {
  const fixed = new Set(Object.keys(question.conditions ?? {}))
  const groupKeys = (properties: Charge['properties']) =>
    question.skipGrouping === true
      ? []
      : pricingGroupKeys(properties, charge.acceptsTargetWallet).filter(key => !fixed.has(key))
  return {
    pricingGroupKeys: groupKeys(charge.properties),
    filters: charge.filters.map(filter => ({
      id: filter.id,
      values: filter.values,
      createdAt: filter.createdAt,
      pricingGroupKeys: groupKeys(filter.properties),
    })),
  }
}

function engineMetric(metric: BillableMetric): Metric {
  return {
    filters: Object.fromEntries(metric.filters.map(filter => [filter.key, filter.values])),
    rounding:
      metric.roundingFunction === null
        ? null
        : { function: metric.roundingFunction, precision: metric.roundingPrecision },
  }
}
