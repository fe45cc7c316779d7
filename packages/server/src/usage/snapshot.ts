import {
  type AdvanceTotal,
  type ChargeSnapshot,
  dimensionsOf,
  type MeteredAggregation,
  type MeteredCharge,
  type Metric,
  type MetricUsage,
  neededUsage,
  needsEvents,
  type OpeningLevel,
  type PricingUnit,
  parseChargeModel,
  presentationGroupKeys,
  pricingGroupKeys,
  type UsageSpan,
} from '@weir/engine'
import type { BillableMetric, Charge, PlanSnapshot } from '../catalog/index.ts'
import type { EventBound } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'
import { readAdvanceTotals } from './advance-totals.ts'
import { regroupLevels, regroupTotals } from './kept-groups.ts'
import { readOpeningLevels } from './levels.ts'
import { readMetricUsages } from './metric-usages.ts'

/** Which usage of a subscription is asked for. */
export interface UsageQuestion {
  readonly subscription: MeteredSubscription
  readonly plan: Pick<PlanSnapshot, 'amountCurrency'>
  /** The charges of the plan to tell the usage of. */
  readonly charges: readonly Charge[]
  readonly span: UsageSpan
  /** Only events that have one of these values for each of these properties. */
  readonly conditions?: Readonly<Record<string, readonly string[]>>
  /** Prices every bucket as a whole instead of by its pricing group keys. */
  readonly skipGrouping?: boolean
  /** The presentation group keys to tell apart; all those of the charges where absent. */
  readonly presentationKeys?: readonly string[]
  /**
   * Whether it is the usage of a running period, which may be asked for again and again: what was billed in advance is
   * then taken into account, and answers are kept.
   */
  readonly running?: boolean
  /** Only events up to a certain one: what it is charged for in advance depends on those before it. */
  readonly upTo?: EventBound
  /** Events after it are not looked at: how usage stood at an instant within the span. */
  readonly until?: Temporal.Instant
}

export interface MeteredSubscription {
  readonly externalId: string
  readonly startedAt: Temporal.Instant
  /** Whether it took the place of another: what that one had then carries over. */
  readonly hasPrevious: boolean
}

/** What is known of charges beside their events. */
interface Kept {
  readonly advanceTotals: ReadonlyMap<string, readonly AdvanceTotal[]>
  readonly openingLevels: ReadonlyMap<string, readonly OpeningLevel[]>
}

/**
 * The charges with their usage, in the given order. The number of questions to the store of events does not grow with
 * charges and filters: one for all metrics of a kind.
 */
export async function readUsage(
  ctx: Ctx,
  question: UsageQuestion,
): Promise<{ charge: Charge; snapshot: ChargeSnapshot }[]> {
  const kept = {
    advanceTotals: await readAdvanceTotals(ctx, question),
    openingLevels: await readOpeningLevels(ctx, question),
  }
  const metered = new Map(question.charges.map(charge => [charge.id, meteredCharge(charge, question, kept)]))
  const byMetric = Map.groupBy(question.charges, charge => charge.metric.id)
  const metrics = [...byMetric.values()].flatMap(charges => {
    const metric = charges[0]?.metric
    if (metric === undefined) return []
    return [
      metricOf(
        metric,
        charges.flatMap(charge => metered.get(charge.id) ?? []),
      ),
    ]
  })
  const usages = await readMetricUsages(ctx, question, metrics)
  return question.charges.flatMap(charge => {
    const usage = usages.get(charge.metric.id)
    const split = metered.get(charge.id)
    if (usage === undefined || split === undefined) return []
    return [{ charge, snapshot: chargeSnapshot(charge, question, split, usage) }]
  })
}

/** What is to be asked of a metric, for all of its charges at once. */
function metricOf(metric: BillableMetric, charges: readonly MeteredCharge[]) {
  const aggregation = meteredAggregation(metric)
  const buckets = charges.flatMap(charge => [charge, ...charge.filters])
  return {
    id: metric.id,
    eventByEvent: needsEvents(charges, aggregation),
    query: {
      code: metric.code,
      aggregation,
      fieldName: metric.fieldName,
      dimensions: dimensionsOf(charges, engineMetric(metric)),
      ...(metric.recurring && { allTime: true }),
      ...(buckets.some(({ needs }) => needs?.preciseTotalAmount === true) && { withPrices: true }),
    },
  }
}

function chargeSnapshot(
  charge: Charge,
  { plan, span }: UsageQuestion,
  metered: MeteredCharge,
  usage: MetricUsage,
): ChargeSnapshot {
  return {
    chargeId: charge.id,
    metric: engineMetric(charge.metric),
    metered,
    priced: {
      currency: plan.amountCurrency,
      pricingUnit: pricingUnitOf(charge),
      chargeModel: parseChargeModel(charge.chargeModel, charge.properties),
      filters: charge.filters.map(filter => ({
        id: filter.id,
        chargeModel: parseChargeModel(charge.chargeModel, filter.properties),
      })),
    },
    minAmountCents: charge.minAmountCents,
    usage,
    span,
  }
}

/** The unit that a charge is priced in; null where it is the plan's currency. */
export function pricingUnitOf({ appliedPricingUnit: applied }: Charge): PricingUnit | null {
  return applied && { ...applied, id: applied.pricingUnitId, conversionRate: applied.conversionRate.toFixed() }
}

/**
 * How the charge splits its usage. Keys that the question fixes to values are no longer groups of their own. What is
 * billed for a coming period is billed in full: only running usage of a charge in advance is prorated.
 */
function meteredCharge(charge: Charge, question: UsageQuestion, kept: Kept): MeteredCharge {
  const fixed = new Set(Object.keys(question.conditions ?? {}))
  const running = question.running === true
  const bucket = (properties: Charge['properties']) => ({
    pricingGroupKeys:
      question.skipGrouping === true
        ? []
        : pricingGroupKeys(properties, charge.acceptsTargetWallet).filter(key => !fixed.has(key)),
    needs: neededUsage(parseChargeModel(charge.chargeModel, properties)),
  })
  const billed = regroupTotals(kept.advanceTotals.get(charge.id) ?? [], question)
  const keptLevels = kept.openingLevels.get(charge.id) ?? []
  const levels = regroupLevels(keptLevels, question)
  return {
    ...bucket(charge.properties),
    filters: charge.filters.map(filter => ({
      id: filter.id,
      values: filter.values,
      createdAt: filter.createdAt,
      ...bucket(filter.properties),
    })),
    presentationKeys: presentationGroupKeys(charge.properties).filter(
      key => question.presentationKeys?.includes(key) ?? true,
    ),
    prorated: charge.prorated && (running || !charge.payInAdvance),
    running,
    ...(running && charge.payInAdvance && { billedInAdvance: billed }),
    openingLevels: levels,
    // Once a period was billed, what came late for it counts no more; a subscription that took the place of another one
    // begins with all that was before it. What was kept without regard to a key that is fixed says nothing of its values.
    levelsAreComplete:
      !question.subscription.hasPrevious &&
      keptLevels.some(({ groupedBy }) => fixed.isSubsetOf(new Set(Object.keys(groupedBy)))),
  }
}

function engineMetric(metric: BillableMetric): Metric {
  return {
    filters: Object.fromEntries(metric.filters.map(filter => [filter.key, filter.values])),
    rounding:
      metric.roundingFunction === null
        ? null
        : { function: metric.roundingFunction, precision: metric.roundingPrecision },
    recurring: metric.recurring,
  }
}

/** Custom aggregations cannot be made: no metric has one. */
function meteredAggregation({ aggregationType, code }: BillableMetric): MeteredAggregation {
  if (aggregationType === 'custom_agg') throw new Error(`metric ${code} has an aggregation of its own`)
  return aggregationType
}
