import type {
  AggregationCell,
  AggregationType,
  Dimension,
  EventPosition,
  MeteredAggregation,
  MeteredEvent,
} from '@weir/engine'
import type { Page } from '../platform/http/pagination.ts'

/** A usage event as it is kept. What was sent is stored as sent: neither code nor subscription need to exist. */
export interface UsageEvent {
  readonly id: string
  readonly organizationId: string
  readonly externalSubscriptionId: string | null
  readonly transactionId: string
  readonly code: string
  /** When it happened, in microseconds since the epoch. */
  readonly timestamp: bigint
  /** The text of a JSON object: integers keep digits that a JavaScript number would lose. */
  readonly properties: string
  /** A decimal in plain notation with at most 15 fractional digits. */
  readonly preciseTotalAmountCents: string | null
  /** When it was received, in microseconds since the epoch. */
  readonly createdAt: bigint
}

export type AppendResult = 'stored' | 'duplicate'

/** Asks for the usage of one subscription in a period. */
export interface AggregateQuery {
  readonly externalSubscriptionId: string
  /** Inclusive, cut to the millisecond before. Null: from the beginning of time, for metrics that carry over. */
  readonly from: Temporal.Instant | null
  /** Inclusive. */
  readonly to: Temporal.Instant
  /** Only events that have one of these values for each of these properties. */
  readonly conditions: Readonly<Record<string, readonly string[]>>
  /** Only events up to a certain one, by time and then by arrival. */
  readonly upTo?: EventBound
  readonly metrics: readonly MetricQuery[]
  /**
   * Whether the same will be asked again soon: the answer is then kept, and only events that came since are read. It is as
   * exact, but an invoice does without.
   */
  readonly again?: boolean
}

/** The last event that counts, or the first one that does not. */
export interface EventBound {
  readonly position: EventPosition
  readonly isIncluded: boolean
}

/** Asks for one metric, told apart by the dimensions of all its charges. */
export interface MetricQuery<Aggregation extends MeteredAggregation = AggregationType> {
  readonly code: string
  readonly aggregation: Aggregation
  /** The property that is aggregated; null for counts. */
  readonly fieldName: string | null
  readonly dimensions: readonly Dimension[]
  /** Whether usage carries over: events of all time count, and `from` is not looked at. */
  readonly allTime?: boolean
  /** Of sums: whether to tell what the events say they cost, too. */
  readonly withPrices?: boolean
}

/** Asks for the events themselves. */
export interface EventsQuery extends Omit<AggregateQuery, 'metrics' | 'again'> {
  readonly metrics: readonly MetricQuery<MeteredAggregation>[]
}

/** That events of a subscription came: each position stands for those that one transaction stored. */
export interface Arrival {
  readonly externalSubscriptionId: string
  /** As text: they may be larger than what a JavaScript number holds. */
  readonly positions: readonly string[]
}

/** Which events are listed: those that meet every condition given. */
export interface EventFilters {
  readonly code?: string
  readonly externalSubscriptionId?: string
  /** Inclusive. */
  readonly from?: Temporal.Instant
  /** Inclusive. */
  readonly to?: Temporal.Instant
}

/**
 * Where events are kept: events are written for any organization, and read as one organization sees them. Events of
 * deleted metrics are invisible to every read, but nothing else can take their place.
 */
export interface EventStore {
  /**
   * Stores events in one statement; when it resolves they are durable. An event is a duplicate when one with the same
   * organization, subscription and transaction id exists; events without a subscription never are.
   *
   * `skip` stores the events that are new. `reject` stores all of them, or none if any is a duplicate; there, an event also
   * is one when an earlier event of the call has its transaction id, whatever their subscriptions and organizations.
   *
   * @returns what became of each event, in their order. Under `reject`, one duplicate means that nothing was stored, and
   *   `stored` that the event could have been.
   */
  append(events: readonly UsageEvent[], onDuplicate: 'skip' | 'reject'): Promise<AppendResult[]>

  /**
   * The cells of each metric of the query, in their order, for `foldCells` of the engine. There is none without events.
   * It takes one statement for all counts, sums and maxima, and one each for latest values and for unique counts.
   */
  aggregate(query: AggregateQuery): Promise<AggregationCell[][]>

  /**
   * The events of each metric of the query, in their order, by time and then by arrival. Aggregations of numbers get the
   * events that have one. It takes one statement for all metrics of a period, and one for those of all time.
   */
  events(query: EventsQuery): Promise<MeteredEvent[][]>

  /**
   * The events that arrived, by time and then by arrival, with one statement however many arrivals.
   *
   * @param codes only events with one of these codes
   */
  arrived(arrivals: readonly Arrival[], codes?: readonly string[]): Promise<UsageEvent[]>

  /** A page of events by time, latest first, those of the same time by transaction id. */
  list(filters: EventFilters, page: Page): Promise<{ events: UsageEvent[]; totalCount: number | undefined }>

  /**
   * The first received event with this transaction id.
   *
   * @param externalSubscriptionId of the event, null for none; absent: of whatever subscription
   */
  get(transactionId: string, externalSubscriptionId?: string | null): Promise<UsageEvent | undefined>

  /**
   * Makes events invisible: those of some subscriptions with a code, up to a position. What is kept of the organization's
   * usage is forgotten.
   */
  remove(code: string, externalSubscriptionIds: readonly string[], position: string): Promise<void>
}
