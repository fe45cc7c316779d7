import type { AggregationType, MeteredAggregation, MeteredEvent, MetricUsage } from '@weir/engine'
import { eventStore, type MetricQuery } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { UsageQuestion } from './snapshot.ts'

/** A metric, and how its usage has to be told. */
export interface AskedMetric {
  readonly id: string
  /** Whether sums and counts do not say enough. */
  readonly eventByEvent: boolean
  readonly query: MetricQuery<MeteredAggregation>
}

/** The usage of each metric, by its id: metrics of which sums and counts are enough together, the others together. */
export async function readMetricUsages(
  ctx: Ctx,
  question: UsageQuestion,
  metrics: readonly AskedMetric[],
): Promise<Map<string, MetricUsage>> {
  const inCells = metrics.flatMap(metric => {
    const { aggregation } = metric.query
    const isWhole = metric.eventByEvent || aggregation === 'weighted_sum_agg'
    return isWhole ? [] : [{ ...metric, query: { ...metric.query, aggregation } }]
  })
  const inEvents = metrics.filter(metric => metric.eventByEvent)
  return new Map([...(await readCells(ctx, question, inCells)), ...(await readEvents(ctx, question, inEvents))])
}

interface CellMetric extends AskedMetric {
  readonly query: MetricQuery<AggregationType>
}

async function readCells(
  ctx: Ctx,
  question: UsageQuestion,
  metrics: readonly CellMetric[],
): Promise<[string, MetricUsage][]> {
  if (metrics.length === 0) return []
  const cells = await eventStore(ctx).aggregate({
    ...scopeOf(question),
    metrics: metrics.map(metric => metric.query),
    again: question.running === true && question.until === undefined,
  })
  return metrics.map(({ id, query: { aggregation, dimensions } }, place) => [
    id,
    { aggregation, dimensions, cells: cells[place] ?? [] } as MetricUsage,
  ])
}

async function readEvents(
  ctx: Ctx,
  question: UsageQuestion,
  metrics: readonly AskedMetric[],
): Promise<[string, MetricUsage][]> {
  if (metrics.length === 0) return []
  const events = await eventStore(ctx).events({ ...scopeOf(question), metrics: metrics.map(metric => metric.query) })
  return metrics.map(({ id, query: { aggregation, dimensions } }, place) => [
    id,
    { aggregation, dimensions, events: ownEvents(question, aggregation, events[place] ?? []) },
  ])
}

/**
 * A level begins with the first subscription: what was sent before it belongs to nobody. Where one took the place of
 * another, the level begins with all that came until a second before.
 */
function ownEvents(
  { subscription, span }: UsageQuestion,
  aggregation: MeteredAggregation,
  events: readonly MeteredEvent[],
): readonly MeteredEvent[] {
  if (aggregation !== 'weighted_sum_agg') return events
  if (!subscription.hasPrevious) {
    const start = toMillisecond(subscription.startedAt)
    return events.filter(({ at }) => at.timestamp >= start)
  }
  const [last, first] = [span.from.subtract({ seconds: 1 }).epochNanoseconds / 1000n, toMillisecond(span.from)]
  return events.filter(({ at }) => at.timestamp <= last || at.timestamp >= first)
}

/** Microseconds since the epoch, cut to the millisecond before. */
function toMillisecond(at: Temporal.Instant): bigint {
  return (at.epochNanoseconds / 1_000_000n) * 1000n
}

function scopeOf({ subscription, span, conditions, until, upTo }: UsageQuestion) {
  return {
    externalSubscriptionId: subscription.externalId,
    from: span.from,
    to: until ?? span.to,
    conditions: conditions ?? {},
    ...(upTo !== undefined && { upTo }),
  }
}
