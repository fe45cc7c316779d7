import { countDays } from '../calendar/index.ts'
import type { Decimal } from '../money/index.ts'
import { ceil, decimal, ZERO } from '../money/index.ts'
import type { AdvanceTotal } from './advance-totals.ts'
import type { EventPosition } from './aggregation.ts'
import { instantOf } from './events.ts'
import type { UsageSpan } from './span.ts'

/** Aggregations whose events may be charged one by one. */
export type AdvanceAggregation = 'count_agg' | 'sum_agg' | 'unique_count_agg'

/** How far a bucket and group was charged in the period, as it is kept after each event. */
export type RunningTotals = Pick<AdvanceTotal, 'current' | 'max' | 'maxProrated'>

/** An event that is charged at once. */
export interface AdvanceEvent {
  /** The text of the aggregated property; a number in plain notation where numbers are summed. Null without it. */
  readonly value: string | null
  /** Of unique counts; null where the event names none. */
  readonly operation: string | null
  readonly timestamp: EventPosition['timestamp']
}

/** What came before an event. */
export interface AdvanceSetting {
  /** Null for the first event of the period in this bucket and group. */
  readonly billed: RunningTotals | null
  /** Of unique counts: whether the value was present when the event came. */
  readonly wasPresent: boolean
  /** Set where units are weighted by the part of the period that is left. */
  readonly proratedOver: Pick<UsageSpan, 'to' | 'fullDays' | 'timeZone'> | null
}

/** The units that one event is charged for. */
export interface AdvanceUnits {
  /** What is charged: only what exceeds the highest total of the period. Weighted by time where that is asked for. */
  readonly units: Decimal
  /** The same, whatever part of the period is left. */
  readonly fullUnits: Decimal
  /** What the fee shows: units that are used again for free have a price of nothing, but are shown. */
  readonly shownUnits: Decimal
  /** To be kept for the next event; null where events are counted: nothing of them can be used again. */
  readonly totals: RunningTotals | null
}

const UNIT_DECIMALS = 5
const ONE = decimal(1)

/**
 * The units that an event is charged for in advance. Units freed by one event are used again by later ones of the period
 * without being charged: only the part of a total above the highest one is. The total starts at 0 in each period, whatever
 * was carried over, which the renewal bills.
 *
 * @example
 * // -4 and +3 after +10 cost nothing, +5 then exceeds 10 by 4
 * advanceUnits('sum_agg', { value: '5', … }, { billed: { current: '9', max: '10', maxProrated: null }, … })
 * // { units: 4, fullUnits: 4, shownUnits: 4, totals: { current: '14', max: '14', maxProrated: null } }
 */
export function advanceUnits(
  aggregation: AdvanceAggregation,
  event: AdvanceEvent,
  setting: AdvanceSetting,
): AdvanceUnits {
  if (aggregation === 'count_agg') return { units: ONE, fullUnits: ONE, shownUnits: ONE, totals: null }
  const change = aggregation === 'sum_agg' ? summed(event) : counted(event, setting.wasPresent)
  const { full, shown, current, max } = aboveHighest(aggregation, change, setting.billed)
  const units = weighted(full, event, setting.proratedOver)
  return {
    units,
    fullUnits: full,
    shownUnits: shown.lessThan(0) ? ZERO : shown,
    totals: {
      current: current.toFixed(),
      max: max.toFixed(),
      maxProrated: setting.proratedOver === null ? null : highestProrated(setting.billed, max, units).toFixed(),
    },
  }
}

/** How the total moves, and what of it the fee shows when nothing is charged. */
interface Change {
  readonly step: Decimal
  readonly applied: Decimal
}

function summed({ value }: AdvanceEvent): Change {
  const step = decimal(value ?? 0)
  return { step, applied: step }
}

/** Any operation but an addition removes; neither has an effect when the value is there already, or is not. */
function counted({ operation }: AdvanceEvent, wasPresent: boolean): Change {
  const adds = operation === null || operation === 'add'
  if (adds) return { step: decimal(wasPresent ? 0 : 1), applied: decimal(wasPresent ? 0 : 1) }
  return { step: decimal(wasPresent ? -1 : 0), applied: ZERO }
}

interface Charged {
  readonly full: Decimal
  readonly shown: Decimal
  readonly current: Decimal
  readonly max: Decimal
}

/**
 * A sum that begins below 0 makes that its highest total, so that what comes next is charged in full; a removal that comes
 * first leaves a unique count at 0.
 */
function aboveHighest(
  aggregation: AdvanceAggregation,
  { step, applied }: Change,
  billed: RunningTotals | null,
): Charged {
  if (billed === null) {
    const first = aggregation === 'sum_agg' ? step : applied
    return { full: first.lessThan(0) ? ZERO : first, shown: applied, current: first, max: first }
  }
  const current = step.plus(billed.current)
  const highest = decimal(billed.max)
  if (current.lessThanOrEqualTo(highest)) return { full: ZERO, shown: applied, current, max: highest }
  const above = current.minus(highest)
  return { full: above, shown: above, current, max: above.greaterThan(current) ? above : current }
}

/** The days left, the event's own included, over the days of the full period: a double, used in its shortest decimal form. */
function weighted(full: Decimal, { timestamp }: AdvanceEvent, span: AdvanceSetting['proratedOver']): Decimal {
  if (span === null) return full
  const daysLeft = countDays(instantOf({ timestamp }), span.to, span.timeZone)
  return ceil(full.times(decimal(daysLeft / span.fullDays)), UNIT_DECIMALS)
}

function highestProrated(billed: RunningTotals | null, max: Decimal, units: Decimal): Decimal {
  if (billed === null) return units
  const before = decimal(billed.maxProrated ?? 0)
  return max.greaterThan(billed.max) ? before.plus(units) : before
}
