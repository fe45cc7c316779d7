import type { Decimal } from '../money/index.ts'
import { ceil, decimal, ZERO } from '../money/index.ts'
import { spanRatio, type UsageSpan } from './span.ts'

/** How far a bucket and group of a charge in advance has been billed in a period. Decimals are text. */
export interface AdvanceTotal {
  /** Null for the default bucket. */
  readonly filterId: string | null
  readonly groupedBy: Readonly<Record<string, string | null>>
  /** The running total after the last event that was billed. */
  readonly current: string
  /** The highest total that was billed: up to it, units are used again for free. */
  readonly max: string
  /** The same, weighted by time; null where nothing is prorated. */
  readonly maxProrated: string | null
}

/** Units of running usage: those that are priced, and those that are shown. */
export interface CurrentUnits {
  readonly units: Decimal
  readonly currentUnits: Decimal
}

const UNIT_DECIMALS = 5

/**
 * The units of a charge in advance in a running period: what was freed and can be used again is priced though it is not
 * shown.
 *
 * @param total of the events so far
 * @param billed null when nothing was billed in the period yet
 */
export function currentAdvanceUnits(total: Decimal, billed: AdvanceTotal | null): CurrentUnits {
  const priced = billed === null ? total : total.minus(billed.current).plus(billed.max)
  return { units: atLeastZero(priced), currentUnits: atLeastZero(total) }
}

/**
 * The same where units are weighted by the part of the period that they were in force for. What was carried over counts
 * for the days of the span.
 *
 * @param prorated the weighted total
 */
export function currentProratedAdvanceUnits(
  total: Decimal,
  prorated: Decimal,
  billed: AdvanceTotal | null,
  span: UsageSpan,
): CurrentUnits {
  const ratio = spanRatio(span)
  const currentUnits = atLeastZero(total)
  if (billed === null) return { units: ratio < 1 ? atLeastZero(prorated) : currentUnits, currentUnits }
  const carried = currentUnits.minus(atLeastZero(decimal(billed.current)))
  const weighted = ratio < 1 ? ceil(carried.times(decimal(ratio)), UNIT_DECIMALS) : carried
  return { units: atLeastZero(weighted.plus(billed.maxProrated ?? 0)), currentUnits }
}

/** The value, or 0 where it is negative. */
export function atLeastZero(value: Decimal): Decimal {
  return value.lessThan(0) ? ZERO : value
}
