import type { AggregationCell, AggregationType, MeteredAggregation, MeteredEvent } from '@weir/engine'
import type { RawBuilder } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { AggregateQuery, EventsQuery, MetricQuery } from '../event-store.ts'
import {
  type ArrivalRow,
  type AsOf,
  arrivalStatement,
  type CellRow,
  type EventRow,
  eventsStatement,
  type LatestRow,
  latestStatement,
  type Parts,
  type PlacedMetric,
  partsOf,
  type Scope,
  type TotalRow,
  totalStatement,
  type UniqueRow,
  uniqueStatement,
} from './aggregate-statements.ts'

/**
 * {@link EventStore.aggregate} on PostgreSQL: the number of statements does not grow with metrics, charges, filters or
 * groups.
 *
 * Events are grouped by the values they have, and only these groups are then mapped to the values that matter: looking up
 * the value of every event would take longer than everything else.
 *
 * @param since only events that are new to this snapshot
 */
export async function aggregateEvents(ctx: Ctx, query: AggregateQuery, since?: AsOf): Promise<AggregationCell[][]> {
  const cells = query.metrics.map((): AggregationCell[] => [])
  const answer = async <Row extends CellRow>(
    aggregations: readonly AggregationType[],
    read: (parts: Parts) => Promise<readonly Row[]>,
    toCell: (row: Row, metric: PlacedMetric) => AggregationCell,
  ) => {
    const asked = query.metrics.filter(({ aggregation }) => aggregations.includes(aggregation))
    for (const { scope, metrics } of byPeriod(query, asked)) {
      const byPlace = new Map(metrics.map(metric => [metric.place, metric]))
      for (const row of await read(partsOf(ctx.org.id, scope, metrics, since))) {
        const metric = byPlace.get(row.place)
        if (metric !== undefined) cells[row.place]?.push(toCell(row, metric))
      }
    }
  }
  await Promise.all([
    answer(['count_agg', 'sum_agg', 'max_agg'], parts => rowsOf(ctx, totalStatement(parts)), totalCell),
    answer(['latest_agg'], parts => rowsOf(ctx, latestStatement(parts)), latestCell),
    answer(['unique_count_agg'], parts => readUnique(ctx, parts), uniqueCell),
  ])
  return cells
}

/** {@link EventStore.events} on PostgreSQL. */
export async function readMeteredEvents(ctx: Ctx, query: EventsQuery): Promise<MeteredEvent[][]> {
  const events = query.metrics.map((): MeteredEvent[] => [])
  for (const { scope, metrics } of byPeriod(query, query.metrics)) {
    const byPlace = new Map(metrics.map(metric => [metric.place, metric]))
    for (const row of await rowsOf(ctx, eventsStatement(partsOf(ctx.org.id, scope, metrics, undefined)))) {
      const metric = byPlace.get(row.place)
      if (metric !== undefined) events[row.place]?.push(toMeteredEvent(row, metric))
    }
  }
  return events
}

/** Metrics that carry over look at all time: their events are found in another way, by a statement of their own. */
function byPeriod<Metric extends MetricQuery<MeteredAggregation>>(
  query: Scope & { readonly metrics: readonly Metric[] },
  asked: readonly Metric[],
): { scope: Scope; metrics: (Metric & { place: number })[] }[] {
  const placed = asked.map(metric => ({ ...metric, place: query.metrics.indexOf(metric) }))
  const parts = [
    { scope: query, metrics: placed.filter(metric => metric.allTime !== true) },
    { scope: { ...query, from: null }, metrics: placed.filter(metric => metric.allTime === true) },
  ]
  return parts.filter(({ metrics }) => metrics.length > 0)
}

function toMeteredEvent(row: EventRow, metric: PlacedMetric): MeteredEvent {
  return {
    dimensions: dimensionsOf(row, metric),
    value: row.value,
    operation: row.operation,
    preciseTotalAmountCents: row.price,
    at: { timestamp: row.timestamp, createdAt: row.created_at, id: row.id },
  }
}

/** The statement has columns for the metric with the most dimensions. */
function dimensionsOf(row: CellRow, metric: PlacedMetric): readonly (string | null)[] {
  return row.dimensions.slice(0, metric.dimensions.length)
}

function totalCell(row: TotalRow, metric: PlacedMetric): AggregationCell {
  const common = { dimensions: dimensionsOf(row, metric), eventsCount: Number(row.events_count) }
  const total = row.total ?? '0'
  if (metric.aggregation === 'sum_agg') {
    return { ...common, sum: total, ...(row.price !== null && { preciseTotalAmountCents: row.price }) }
  }
  return metric.aggregation === 'max_agg' ? { ...common, max: total } : common
}

function latestCell(row: LatestRow, metric: PlacedMetric): AggregationCell {
  const at = { timestamp: row.timestamp, createdAt: row.created_at, id: row.id }
  return { dimensions: dimensionsOf(row, metric), eventsCount: Number(row.events_count), value: row.value, at }
}

/** The order of arrival tells apart events of one instant only: it is not known where there is no need. */
function uniqueCell(row: UniqueRow | ArrivalRow, metric: PlacedMetric): AggregationCell {
  const { createdAt, id } = 'id' in row ? { createdAt: row.created_at, id: row.id } : { createdAt: 0n, id: '' }
  return {
    dimensions: dimensionsOf(row, metric),
    value: row.value,
    lastOperation: row.adds ? 'add' : 'remove',
    at: { timestamp: row.timestamp, createdAt, id },
  }
}

/** Where a value was added and removed at the same instant, the order of arrival decides: it is looked up. */
async function readUnique(ctx: Ctx, parts: Parts): Promise<readonly (UniqueRow | ArrivalRow)[]> {
  const rows = await rowsOf(ctx, uniqueStatement(parts))
  const removals = new Map(rows.filter(row => !row.adds).map(row => [momentOf(row), row]))
  const contested = rows.filter(row => row.adds && removals.has(momentOf(row)))
  if (contested.length === 0) return rows
  const moments = new Map(contested.map(row => [momentOf(row), row]))
  const arrivals = await rowsOf(ctx, arrivalStatement(parts, [...moments.values()]))
  return [...rows.filter(row => !moments.has(momentOf(row))), ...arrivals]
}

function momentOf({ place, value, timestamp }: UniqueRow): string {
  return JSON.stringify([place, value, timestamp.toString()])
}

async function rowsOf<Row>(ctx: Ctx, statement: RawBuilder<Row>): Promise<readonly Row[]> {
  return (await statement.execute(ctx.db)).rows
}
