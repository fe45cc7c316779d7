import type { MeteredAggregation } from '@weir/engine'
import { type RawBuilder, sql } from 'kysely'
import type { AggregateQuery, EventBound, MetricQuery } from '../event-store.ts'

type Sql = RawBuilder<unknown>

const MICROSECONDS_A_DAY = 86_400_000_000n

export interface CellRow {
  /** Of the metric in the query. */
  readonly place: number
  readonly dimensions: readonly (string | null)[]
}

export interface TotalRow extends CellRow {
  readonly events_count: bigint
  /** Null for counts. */
  readonly total: string | null
  /** Cents; null where nobody asked. */
  readonly price: string | null
}

export interface LatestRow extends CellRow {
  readonly events_count: bigint
  readonly value: string
  readonly timestamp: bigint
  readonly created_at: bigint
  readonly id: string
}

/** The last instant at which a value was added, or at which it was removed. */
export interface UniqueRow extends CellRow {
  readonly value: string | null
  readonly adds: boolean
  readonly timestamp: bigint
}

/** The last of the events of one instant that add a value, or remove it. */
export interface ArrivalRow extends UniqueRow {
  readonly created_at: bigint
  readonly id: string
}

/**
 * What a statement is made of. A statement answers for several metrics: they are the rows of a table `metric` that the
 * events are joined with, so that their number changes nothing but the number of its rows.
 */
export interface Parts {
  /** `metric (…) as not materialized (values …)`: a part of the `with` clause. */
  readonly metrics: Sql
  /** Which events count for a metric, as a condition. */
  readonly scope: Sql
  /**
   * The dimensions as an event has them, an array of text. As one value they are hashed fast, and the planner, who knows
   * nothing of properties, does not take every combination for possible.
   */
  readonly values: Sql
  /** The same of `value_groups.values`, with null for values that do not matter. */
  readonly known: Sql
  /** The same of an event. */
  readonly knownOfEvent: Sql
}

/** Which events are asked for, whatever is made of them. */
export type Scope = Pick<AggregateQuery, 'externalSubscriptionId' | 'from' | 'to' | 'conditions' | 'upTo'>

export interface PlacedMetric<Aggregation extends MeteredAggregation = MeteredAggregation>
  extends MetricQuery<Aggregation> {
  /** In the query. */
  readonly place: number
}

/** A snapshot of the database, and the first position (see `event_epochs`) that may be new to it. */
export interface AsOf {
  readonly base: bigint
  readonly snapshot: string
  readonly firstPosition: bigint
}

/**
 * The parts that all statements over events are put together from.
 *
 * @param since only events that are new since then; all of them where undefined
 */
export function partsOf(
  organizationId: string,
  query: Scope,
  metrics: readonly PlacedMetric[],
  since: AsOf | undefined,
): Parts {
  const dimensions = Math.max(0, ...metrics.map(metric => metric.dimensions.length))
  const each = (part: (place: number) => Sql) =>
    sql`array[${list(Array.from({ length: dimensions }, (_, place) => part(place)))}]::text[]`
  const value = (place: number) => sql`properties ->> metric.${sql.ref(`key_${place}`)}`
  const known = (text: Sql, place: number) => {
    const values = sql`metric.${sql.ref(`values_${place}`)}`
    return sql`case when ${values} is null or ${text} = any(${values}) then ${text} end`
  }
  return {
    metrics: metricTable(metrics, dimensions),
    scope: scopeOf(organizationId, query, since),
    values: each(value),
    known: each(place => known(sql`values[${sql.lit(place + 1)}]`, place)),
    knownOfEvent: each(place => known(sql`(${value(place)})`, place)),
  }
}

/** A metric with fewer dimensions than others has null for the keys of the rest, and so have its events for their values. */
function metricTable(metrics: readonly PlacedMetric[], dimensions: number): Sql {
  const places = Array.from({ length: dimensions }, (_, place) => place)
  const columns = places.flatMap(place => [sql.ref(`key_${place}`), sql.ref(`values_${place}`)])
  const rows = metrics.map(({ place, code, aggregation, fieldName, withPrices = false, dimensions }) => {
    const cells = places.flatMap(at => {
      const { key = null, values = null } = dimensions[at] ?? {}
      return [sql`${key}::text`, sql`${values}::text[]`]
    })
    return sql`(${list([sql`${place}::int`, sql`${code}::text`, sql`${aggregation}::text`, sql`${fieldName}::text`, sql`${withPrices}::boolean`, ...cells])})`
  })
  const names = ['place', 'code', 'aggregation', 'field', 'with_prices'].map(name => sql.ref(name))
  return sql`metric (${list([...names, ...columns])}) as not materialized (values ${list(rows)})`
}

function scopeOf(organizationId: string, query: Scope, since: AsOf | undefined): Sql {
  const from = query.from?.round({ smallestUnit: 'millisecond', roundingMode: 'floor' })
  return and([
    sql`events.organization_id = ${organizationId}::uuid`,
    sql`events.external_subscription_id = ${query.externalSubscriptionId}`,
    sql`events.code = metric.code`,
    ...(from === undefined ? [] : [sql`events.timestamp >= ${from}::timestamptz`]),
    sql`events.timestamp <= ${query.to}::timestamptz`,
    sql`events.deleted_at is null`,
    ...(query.upTo === undefined ? [] : [isUpTo(query.upTo)]),
    ...(since === undefined ? [] : [isNewTo(since)]),
    ...Object.entries(query.conditions).map(
      ([key, values]) => sql`properties ->> ${key}::text = any(${values}::text[])`,
    ),
  ])
}

function isUpTo({ position: { timestamp, createdAt, id }, isIncluded }: EventBound): Sql {
  const comparison = isIncluded ? sql`<=` : sql`<`
  return sql`(events.timestamp, events.created_at, events.id)
    ${comparison} (${exactInstant(timestamp)}, ${exactInstant(createdAt)}, ${id}::uuid)`
}

/** Whether an event was stored by a transaction that the snapshot does not show. */
export function isNewTo({ base, snapshot, firstPosition }: AsOf): Sql {
  return sql`events.position >= ${firstPosition}::bigint
    and not pg_visible_in_snapshot((events.position - ${base}::bigint)::text::xid8, ${snapshot}::pg_snapshot)`
}

/** The text of the aggregated property: null when it is missing or null. */
const field = sql`(properties ->> metric.field)`

/**
 * Numbers are kept in plain notation. Text counts as a number in that very notation; the limit keeps it computable. Looking
 * at the type first is twice as fast as matching every value.
 */
const isNumeric = sql`
  case jsonb_typeof(properties -> metric.field)
    when 'number' then true
    when 'string' then length(${field}) <= 1000 and ${field} ~ '^-?[0-9]+([.][0-9]+)?$'
    else false
  end`

const microseconds = (column: Sql) => sql`(extract(epoch from ${column}) * 1000000)::bigint`

function and(conditions: readonly Sql[]): Sql {
  return sql`${sql.join(conditions, sql` and `)}`
}

function list(columns: readonly Sql[]): Sql {
  return sql`${sql.join(columns)}`
}

/** Counts, sums and maxima: each can be taken of parts. */
export function totalStatement({ metrics, scope, values, known }: Parts): RawBuilder<TotalRow> {
  return sql`
    with ${metrics},
    value_groups as (
      select metric.place, ${values} as values,
        count(*) as events_count,
        sum(${field}::numeric) filter (where metric.aggregation = 'sum_agg') as sum,
        max(${field}::numeric) filter (where metric.aggregation = 'max_agg') as max,
        sum(coalesce(precise_total_amount_cents, 0)) filter (where metric.with_prices) as price
      from events, metric
      where ${scope} and (metric.aggregation = 'count_agg' or ${isNumeric})
      group by metric.place, values
    )
    select metric.place, array_to_json(${known}) as dimensions,
      sum(events_count)::bigint as events_count,
      coalesce(sum(sum), max(max)) as total,
      sum(price) as price
    from value_groups join metric using (place)
    group by metric.place, ${known}`
}

/** The last instant of each cell first; then, of the few events of that instant, the one that arrived last. */
export function latestStatement({ metrics, scope, values, known, knownOfEvent }: Parts): RawBuilder<LatestRow> {
  return sql`
    with ${metrics},
    value_groups as (
      select metric.place, ${values} as values, count(*) as events_count, max(timestamp) as timestamp
      from events, metric
      where ${scope} and ${isNumeric}
      group by metric.place, values
    ),
    cells as (
      select metric.place, ${known} as dimensions,
        sum(events_count)::bigint as events_count,
        max(timestamp) as timestamp
      from value_groups join metric using (place)
      group by metric.place, dimensions
    )
    select cell.place, array_to_json(cell.dimensions) as dimensions, cell.events_count, last.value, last.id,
      ${microseconds(sql`cell.timestamp`)} as timestamp,
      ${microseconds(sql`last.created_at`)} as created_at
    from cells as cell
    join metric using (place)
    cross join lateral (
      select ${field} as value, created_at, id
      from events
      where ${scope} and ${isNumeric} and events.timestamp = cell.timestamp and ${knownOfEvent} = cell.dimensions
      order by created_at desc, id desc
      limit 1
    ) as last`
}

const adds = sql`(coalesce(properties ->> 'operation_type', 'add') = 'add')`

/** The last instants at which each value was added and removed. A cell may have several rows of the same value. */
export function uniqueStatement({ metrics, scope, values, known }: Parts): RawBuilder<UniqueRow> {
  return sql`
    with ${metrics},
    value_groups as (
      select metric.place, ${values} as values, ${field} as value, ${adds} as adds, max(timestamp) as timestamp
      from events, metric
      where ${scope}
      group by metric.place, values, value, adds
    )
    select metric.place, array_to_json(${known}) as dimensions, value, adds, ${microseconds(sql`timestamp`)} as timestamp
    from value_groups join metric using (place)`
}

/** What happened to a value at one instant. */
export type Moment = Pick<UniqueRow, 'place' | 'value' | 'timestamp'>

/** In which order values were added and removed at these moments. */
export function arrivalStatement(parts: Parts, moments: readonly Moment[]): RawBuilder<ArrivalRow> {
  const rows = moments.map(
    ({ place, value, timestamp }) => sql`(${place}::int, ${value}::text, ${exactInstant(timestamp)})`,
  )
  const cell = list([sql`metric.place`, parts.knownOfEvent, sql`moment.value`, adds])
  return sql`
    with ${parts.metrics}
    select distinct on (${cell})
      metric.place, array_to_json(${parts.knownOfEvent}) as dimensions, moment.value, ${adds} as adds, id,
      ${microseconds(sql`timestamp`)} as timestamp,
      ${microseconds(sql`created_at`)} as created_at
    from events, metric, (values ${list(rows)}) as moment (place, value, at)
    where ${parts.scope}
      and moment.place = metric.place
      and events.timestamp = moment.at
      and ${field} is not distinct from moment.value
    order by ${cell}, created_at desc, id desc`
}

/** Intervals are multiplied as doubles: days and the rest of a day are small enough to be exact. */
function exactInstant(microseconds: bigint): Sql {
  const days = microseconds / MICROSECONDS_A_DAY
  const rest = microseconds % MICROSECONDS_A_DAY
  return sql`timestamptz 'epoch' + ${Number(days)}::int * interval '1 day' + ${Number(rest)}::float8 * interval '1 microsecond'`
}

export interface EventRow extends CellRow {
  readonly value: string | null
  readonly operation: string | null
  readonly price: string | null
  readonly timestamp: bigint
  readonly created_at: bigint
  readonly id: string
}

const isCounted = sql`metric.aggregation in ('count_agg', 'unique_count_agg')`

/** The events themselves, by time and then by arrival. */
export function eventsStatement({ metrics, scope, knownOfEvent }: Parts): RawBuilder<EventRow> {
  return sql`
    with ${metrics}
    select metric.place, array_to_json(${knownOfEvent}) as dimensions, ${field} as value,
      properties ->> 'operation_type' as operation, precise_total_amount_cents::text as price, id,
      ${microseconds(sql`timestamp`)} as timestamp,
      ${microseconds(sql`created_at`)} as created_at
    from events, metric
    where ${scope} and (${isCounted} or ${isNumeric})
    order by events.timestamp, events.created_at, id`
}
