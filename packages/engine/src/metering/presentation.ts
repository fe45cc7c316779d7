import { formatDecimal } from '../money/index.ts'
import { type AggregationCell, comparePositions } from './aggregation.ts'
import { cellsOfEvents, type MeteredEvent, within } from './events.ts'
import { groupBy } from './groups.ts'
import { type MeasureSetting, measure } from './measure.ts'
import type { UsageSpan } from './span.ts'
import type { GroupedBy, MetricUsage, UsageInCells } from './usage.ts'

/** A part of the units of a row, for display: it changes no price. */
export interface PresentedUnits {
  readonly presentedBy: GroupedBy
  /** A decimal as text. */
  readonly units: string
}

export interface PresentationSetting {
  /** Of the dimensions of the usage. */
  readonly keys: readonly string[]
  readonly pricingKeys: readonly string[]
  /** None: nothing is split. */
  readonly presentationKeys: readonly string[]
  readonly recurring: boolean
  readonly prorated: boolean
  readonly span: UsageSpan | null
}

/**
 * The units of one row by the values of the presentation keys, not rounded; nothing without usage. Of prorated sums, only
 * what the period itself added is shown, unweighted; of latest values, the one that counts.
 */
export function presentUnits(usage: MetricUsage, setting: PresentationSetting): PresentedUnits[] {
  if (setting.presentationKeys.length === 0) return []
  if ('events' in usage) {
    const { aggregation } = usage
    const { prorated, span } = setting
    if (aggregation === 'latest_agg') return latestValue(cellsOfEvents(aggregation, usage.events), setting)
    const isAddedOnly = aggregation === 'sum_agg' && prorated && span !== null
    const events = isAddedOnly ? within(usage.events, span) : usage.events
    return split(events, setting, part => ({ ...usage, events: part }))
  }
  const toUsage = (cells: readonly AggregationCell[]) => ({ ...usage, cells }) as UsageInCells
  return usage.aggregation === 'latest_agg'
    ? latestValue(usage.cells, setting)
    : split<AggregationCell>(usage.cells, setting, toUsage)
}

function split<Item extends AggregationCell | MeteredEvent>(
  items: readonly Item[],
  setting: PresentationSetting,
  toUsage: (items: readonly Item[]) => MetricUsage,
): PresentedUnits[] {
  if (items.length === 0) return []
  const { keys, pricingKeys, presentationKeys, recurring, span } = setting
  const plain: MeasureSetting = {
    span,
    needs: {},
    prorated: false,
    recurring,
    openingLevel: null,
    isGrouped: true,
    running: false,
    inAdvance: null,
  }
  return groupBy(items, [...new Set([...pricingKeys, ...presentationKeys])], keys).map(
    ({ groupedBy, items: part }) => ({
      presentedBy: presentedBy(presentationKeys, key => groupedBy[key] ?? null),
      units: formatDecimal(measure(toUsage(part), plain).units),
    }),
  )
}

/** The value as it was sent: it may be negative. */
function latestValue(
  cells: readonly AggregationCell<'latest_agg'>[],
  { keys, presentationKeys }: PresentationSetting,
): PresentedUnits[] {
  const last = cells.toSorted((a, b) => comparePositions(a.at, b.at)).at(-1)
  if (last === undefined) return []
  const valueAt = (key: string) => last.dimensions[keys.indexOf(key)] || null
  return [{ presentedBy: presentedBy(presentationKeys, valueAt), units: formatDecimal(last.value) }]
}

function presentedBy(keys: readonly string[], valueOfKey: (key: string) => string | null): GroupedBy {
  return Object.fromEntries(keys.map(key => [key, valueOfKey(key)]))
}
