import type { Decimal } from '../money/index.ts'
import { decimal, ZERO } from '../money/index.ts'

/** How much of a percentage charge is free: so many events, and so many units in all. 0 for none. */
export interface Allowance {
  readonly freeEvents: number
  readonly freeUnits: Decimal
}

/**
 * How the total grew with each event, as far as it takes to know what is free: the sums of values, or 1, 2, 3... up to the
 * units where units are counted.
 */
export type RunningTotal =
  | { readonly kind: 'sums'; readonly totals: readonly Decimal[] }
  | { readonly kind: 'count'; readonly units: Decimal }

/**
 * The running total of sums: of the first free events where some are free, else until the free units are exceeded.
 *
 * @param values of the events in order of time; not read further than needed
 * @example runningSums([60, 40, 25].map(decimal), { freeEvents: 0, freeUnits: decimal(100) }) // 60, 100, 125
 */
export function runningSums(values: Iterable<Decimal>, { freeEvents, freeUnits }: Allowance): RunningTotal {
  const totals: Decimal[] = []
  let total = ZERO
  for (const value of values) {
    if (freeEvents > 0 ? totals.length === freeEvents : total.greaterThan(freeUnits)) break
    total = total.plus(value)
    totals.push(total)
  }
  return { kind: 'sums', totals }
}

/**
 * The running total with one event more, as far as it takes to know what is free.
 *
 * @param next its value, and the units that it adds where units are counted
 */
export function withNext(
  total: RunningTotal,
  next: { readonly value: Decimal; readonly units: Decimal },
  { freeEvents, freeUnits }: Allowance,
): RunningTotal {
  if (total.kind === 'count') return { kind: 'count', units: total.units.plus(next.units) }
  const last = lastOf(total)
  const isKnown = freeEvents > 0 ? total.totals.length >= freeEvents : last.greaterThan(freeUnits)
  return isKnown ? total : { kind: 'sums', totals: [...total.totals, last.plus(next.value)] }
}

/** What an allowance makes free of a running total. */
export function freeOf(total: RunningTotal, allowance: Allowance): { units: Decimal; events: number } {
  return { units: freeUnits(total, allowance), events: freeEvents(total, allowance) }
}

function freeUnits(total: RunningTotal, { freeEvents, freeUnits }: Allowance): Decimal {
  const last = lastOf(total)
  if (last.isZero()) return ZERO
  if (freeEvents > 0 && freeEvents < lengthOf(total)) return at(total, freeEvents - 1)
  return freeUnits.isZero() || last.lessThanOrEqualTo(freeUnits) ? last : freeUnits
}

/** The lower of the free events and of the events that stay below the free units; a limit of 0 is none. */
function freeEvents(total: RunningTotal, { freeEvents, freeUnits }: Allowance): number {
  const limits = [freeEvents, countBelow(total, freeUnits)].filter(limit => limit > 0)
  return limits.length === 0 ? 0 : Math.min(...limits)
}

function lengthOf(total: RunningTotal): number {
  return total.kind === 'sums' ? total.totals.length : Math.max(total.units.floor().toNumber(), 0)
}

function at(total: RunningTotal, place: number): Decimal {
  return total.kind === 'sums' ? (total.totals[place] ?? ZERO) : decimal(place + 1)
}

function lastOf(total: RunningTotal): Decimal {
  const length = lengthOf(total)
  return length === 0 ? ZERO : at(total, length - 1)
}

function countBelow(total: RunningTotal, limit: Decimal): number {
  if (total.kind === 'sums') return total.totals.filter(one => one.lessThan(limit)).length
  return Math.min(lengthOf(total), Math.max(limit.ceil().toNumber() - 1, 0))
}
