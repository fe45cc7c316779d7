import { localDate } from '../calendar/index.ts'
import { type Decimal, decimal, round, ZERO } from '../money/index.ts'

/** From `timestamp` on, a subscription has these units of a fixed charge. */
export interface UnitsDecision {
  /** A decimal as text, not negative. */
  readonly units: string
  readonly timestamp: Temporal.Instant
  /** When it was decided: of decisions that contradict each other, the later one holds. */
  readonly createdAt: Temporal.Instant
}

/** The period that units are told for. */
export interface UnitsSpan {
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
  /** Days of the full period, whatever part of it the span covers. */
  readonly fullDays: number
  /** Of the customer. */
  readonly timeZone: string
}

/** Units of a fixed charge in a period. */
export interface FixedChargeUnits {
  /** What is priced: weighted by the days they were in force, where the charge is prorated. */
  readonly units: Decimal
  /** What is shown: those decided last. */
  readonly fullUnits: Decimal
}

const WEIGHTED_DECIMALS = 6

/**
 * The units of a fixed charge in a period.
 *
 * What counts are the decisions that take effect in the period, and the last one made of those before it. Unless they are
 * prorated, the last decision holds for all of the period. Prorated ones hold from their local day until that of the next;
 * the day on which the period ends counts. Two on one day: the first holds for none. A decision that another one overtook
 * before it took effect is left out.
 *
 * @param decisions in the order they were made
 * @example
 * // 28 days, 7 units, 12 from the 12th day on
 * fixedChargeUnits(decisions, february, true) // { units: 10.035714, fullUnits: 12 }
 */
export function fixedChargeUnits(
  decisions: readonly UnitsDecision[],
  span: UnitsSpan,
  prorated: boolean,
): FixedChargeUnits {
  const relevant = relevantDecisions(decisions, span)
  const fullUnits = decimal(relevant.at(-1)?.units ?? 0)
  return { units: prorated ? weightedUnits(relevant, span) : fullUnits, fullUnits }
}

function relevantDecisions(decisions: readonly UnitsDecision[], { from, to }: UnitsSpan): UnitsDecision[] {
  const earlier = decisions.findLast(({ timestamp }) => isBefore(timestamp, from))
  return decisions.filter(one => one === earlier || (!isBefore(one.timestamp, from) && isBefore(one.timestamp, to)))
}

function weightedUnits(relevant: readonly UnitsDecision[], { from, to, fullDays, timeZone }: UnitsSpan): Decimal {
  const held = relevant.filter(
    (one, place) => !relevant.slice(place + 1).some(later => isBefore(later.timestamp, one.timestamp)),
  )
  const dayOf = ({ timestamp }: UnitsDecision) => localDate(isBefore(timestamp, from) ? from : timestamp, timeZone)
  return held.reduce((sum, one, place) => {
    const next = held[place + 1]
    const end = next === undefined ? localDate(to, timeZone).add({ days: 1 }) : dayOf(next)
    const days = dayOf(one).until(end).days
    if (days <= 0) return sum
    return sum.plus(round(decimal(one.units).times(days).div(fullDays), WEIGHTED_DECIMALS))
  }, ZERO)
}

function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0
}
