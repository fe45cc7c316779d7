import type { Decimal } from '../money/index.ts'
import { decimal, ZERO } from '../money/index.ts'
import { type PricedUsage, type RunningTotal, runningSums, type UsageNeeds } from '../pricing/index.ts'
import {
  type AdvanceTotal,
  atLeastZero,
  type CurrentUnits,
  currentAdvanceUnits,
  currentProratedAdvanceUnits,
} from './advance-totals.ts'
import { type AggregationType, foldCells } from './aggregation.ts'
import { eventValues } from './event-values.ts'
import { cellsOfEvents, isWithin, type MeteredEvent, within } from './events.ts'
import { proratedSum, proratedUniqueCount } from './prorated.ts'
import type { UsageSpan } from './span.ts'
import type { MetricUsage, UsageInCells, UsageInEvents } from './usage.ts'
import { weightedSum } from './weighted.ts'

/** How the usage of one bucket and group is told. */
export interface MeasureSetting {
  /** Null where no event has to be looked at. */
  readonly span: UsageSpan | null
  readonly needs: UsageNeeds
  readonly prorated: boolean
  readonly recurring: boolean
  /** The level at the beginning, a decimal as text; null: what earlier events left. */
  readonly openingLevel: string | null
  readonly isGrouped: boolean
  /** Whether the period is still running. */
  readonly running: boolean
  /** Set for the running usage of a charge in advance. */
  readonly inAdvance: { readonly billed: AdvanceTotal | null } | null
}

export interface Measured extends PricedUsage {
  readonly currentUnits?: Decimal
  readonly totalUnits?: Decimal
  readonly levelSince?: Temporal.Instant
}

/** The usage of one bucket and group, with all that its price has to know; not rounded yet. */
export function measure(usage: MetricUsage, setting: MeasureSetting): Measured {
  return 'events' in usage ? measureEvents(usage, setting) : measureCells(usage, setting)
}

function measureCells({ aggregation, cells }: UsageInCells, { needs, inAdvance }: MeasureSetting): Measured {
  const folded = foldCells(aggregation, cells)
  return {
    ...folded,
    ...knownCost(folded, needs),
    ...countedTotal(aggregation, folded.units, needs),
    ...advanceUnits(aggregation, folded.units, inAdvance),
  }
}

function measureEvents({ aggregation, events }: UsageInEvents, setting: MeasureSetting): Measured {
  const span = requireSpan(setting)
  if (aggregation === 'weighted_sum_agg') return measureWeighted(events, span, setting)
  const { needs, inAdvance } = setting
  const folded = foldCells(aggregation, cellsOfEvents(aggregation, events))
  const values = () => events.map(event => decimal(event.value ?? 0))
  return {
    ...folded,
    ...knownCost(folded, needs),
    ...countedTotal(aggregation, folded.units, needs),
    ...(aggregation === 'sum_agg' &&
      needs.runningTotal !== undefined && { runningTotal: runningSums(values(), needs.runningTotal) }),
    ...(needs.eventValues === true && { eventValues: eventValues(aggregation, within(events, span)) }),
    ...(setting.prorated
      ? proratedUnits(aggregation, events, folded.units, setting, span)
      : advanceUnits(aggregation, folded.units, inAdvance)),
  }
}

/** What no events say they cost is nothing, where it has to be known. */
function knownCost(
  { preciseTotalAmountCents = ZERO }: Pick<PricedUsage, 'preciseTotalAmountCents'>,
  { preciseTotalAmount }: UsageNeeds,
): Pick<PricedUsage, 'preciseTotalAmountCents'> {
  return preciseTotalAmount === true ? { preciseTotalAmountCents } : {}
}

/** Running totals of units that are counted need no events. */
function countedTotal(
  aggregation: AggregationType,
  units: Decimal,
  { runningTotal }: UsageNeeds,
): { runningTotal?: RunningTotal } {
  const isCounted = aggregation === 'count_agg' || aggregation === 'unique_count_agg'
  return runningTotal !== undefined && isCounted ? { runningTotal: { kind: 'count', units } } : {}
}

/** Events that are counted never free units: nothing of them can be used again. */
function advanceUnits(
  aggregation: AggregationType,
  total: Decimal,
  inAdvance: MeasureSetting['inAdvance'],
): Partial<CurrentUnits> {
  if (inAdvance === null || aggregation === 'count_agg') return {}
  return currentAdvanceUnits(total, inAdvance.billed)
}

/** What a running period shows is never less than nothing; an invoice makes the whole fee zero instead. */
function proratedUnits(
  aggregation: AggregationType,
  events: readonly MeteredEvent[],
  total: Decimal,
  { inAdvance, running }: MeasureSetting,
  span: UsageSpan,
): Partial<Measured> {
  const prorated = aggregation === 'sum_agg' ? proratedSum(events, span) : proratedUniqueCount(events, span)
  const { fullUnits, eventsCount, units, changes: proratedChanges } = prorated
  if (inAdvance !== null) {
    return { eventsCount, fullUnits, ...currentProratedAdvanceUnits(total, units, inAdvance.billed, span) }
  }
  return running
    ? { units: atLeastZero(units), currentUnits: atLeastZero(total), fullUnits, eventsCount, proratedChanges }
    : { units, fullUnits, eventsCount, proratedChanges }
}

function measureWeighted(events: readonly MeteredEvent[], span: UsageSpan, setting: MeasureSetting): Measured {
  const earlier = events.filter(event => !isWithin(event, span))
  const left = earlier.reduce((sum, event) => sum.plus(event.value ?? 0), ZERO)
  const opening = setting.openingLevel === null ? left : decimal(setting.openingLevel)
  return weightedSum(setting.recurring ? opening : ZERO, within(events, span), span, setting.isGrouped)
}

function requireSpan({ span }: MeasureSetting): UsageSpan {
  if (span === null) throw new Error('Usage that is told event by event needs the span it is for.')
  return span
}
