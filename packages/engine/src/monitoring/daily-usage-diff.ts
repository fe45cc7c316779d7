import { decimal, formatDecimal, round } from '../money/index.ts'

/** What is counted of usage; units are a decimal as text, amounts are cents. */
interface UsageCounts {
  readonly units: string
  readonly events_count: number
  readonly amount_cents: number
}

interface PresentedUsage {
  readonly presentation_by: Readonly<Record<string, string | null>>
  readonly units: string
}

interface FilterUsage extends UsageCounts {
  readonly values: Readonly<Record<string, readonly string[]>> | null
  readonly presentation_breakdowns: readonly PresentedUsage[]
}

interface GroupUsage extends UsageCounts {
  readonly grouped_by: Readonly<Record<string, string | null>>
  readonly filters: readonly FilterUsage[]
  readonly presentation_breakdowns: readonly PresentedUsage[]
}

export interface DailyUsageCharge extends UsageCounts {
  readonly charge: { readonly lago_id: string }
  readonly filters: readonly FilterUsage[]
  readonly grouped_usage: readonly GroupUsage[]
  readonly presentation_breakdowns: readonly PresentedUsage[]
}

/** Usage of a period as it stood at the end of a day, in the form it is kept and shown in. */
export interface DailyUsage {
  readonly amount_cents: number
  readonly taxes_amount_cents: number
  readonly total_amount_cents: number
  readonly charges_usage: readonly DailyUsageCharge[]
}

/**
 * What was added to the usage of a period since an earlier day of it. Charges, filters, groups and breakdowns without a
 * counterpart then stay whole, and those that are no longer there are left out. Everything that is not counted stays as it
 * is in `usage`.
 *
 * The taxes of what is no longer there are not taken off: of the earlier taxes counts the share of the charges that remain.
 *
 * @param previous undefined on the first day: everything was added
 */
export function dailyUsageDiff<Usage extends DailyUsage>(usage: Usage, previous: DailyUsage | undefined): Usage {
  if (previous === undefined) return usage
  const charges = matching(usage.charges_usage, previous.charges_usage, charge => charge.charge.lago_id)
  const diffed = charges.map(([charge, before]) => (before === undefined ? charge : diffCharge(charge, before)))
  const amount = diffed.reduce((sum, charge) => sum + charge.amount_cents, 0)
  const remaining = charges.reduce((sum, [, before]) => sum + (before?.amount_cents ?? 0), 0)
  const taxes = usage.taxes_amount_cents - earlierTaxes(previous, remaining)
  return {
    ...usage,
    amount_cents: amount,
    taxes_amount_cents: taxes,
    total_amount_cents: amount + taxes,
    charges_usage: diffed,
  }
}

function earlierTaxes(previous: DailyUsage, remaining: number): number {
  if (previous.amount_cents === 0) return previous.taxes_amount_cents
  const share = decimal(previous.taxes_amount_cents).times(remaining).div(previous.amount_cents)
  return round(share, 0).toNumber()
}

function diffCharge(charge: DailyUsageCharge, before: DailyUsageCharge): DailyUsageCharge {
  return {
    ...charge,
    ...diffCounts(charge, before),
    filters: diffFilters(charge.filters, before.filters),
    grouped_usage: matching(charge.grouped_usage, before.grouped_usage, group => keyOf(group.grouped_by)).map(
      ([group, earlier]) => (earlier === undefined ? group : diffGroup(group, earlier)),
    ),
    presentation_breakdowns: diffBreakdowns(charge.presentation_breakdowns, before.presentation_breakdowns),
  }
}

function diffGroup(group: GroupUsage, before: GroupUsage): GroupUsage {
  return {
    ...group,
    ...diffCounts(group, before),
    filters: diffFilters(group.filters, before.filters),
    presentation_breakdowns: diffBreakdowns(group.presentation_breakdowns, before.presentation_breakdowns),
  }
}

function diffFilters(filters: readonly FilterUsage[], before: readonly FilterUsage[]): FilterUsage[] {
  return matching(filters, before, filter => keyOf(filter.values)).map(([filter, earlier]) =>
    earlier === undefined
      ? filter
      : {
          ...filter,
          ...diffCounts(filter, earlier),
          presentation_breakdowns: diffBreakdowns(filter.presentation_breakdowns, earlier.presentation_breakdowns),
        },
  )
}

function diffBreakdowns(breakdowns: readonly PresentedUsage[], before: readonly PresentedUsage[]): PresentedUsage[] {
  return matching(breakdowns, before, breakdown => keyOf(breakdown.presentation_by)).map(([breakdown, earlier]) =>
    earlier === undefined ? breakdown : { ...breakdown, units: difference(breakdown.units, earlier.units) },
  )
}

function diffCounts(counts: UsageCounts, before: UsageCounts): UsageCounts {
  return {
    units: difference(counts.units, before.units),
    events_count: counts.events_count - before.events_count,
    amount_cents: counts.amount_cents - before.amount_cents,
  }
}

function difference(units: string, before: string): string {
  return formatDecimal(decimal(units).minus(before))
}

/** Each of the items with its counterpart among the earlier ones. */
function matching<Item>(
  items: readonly Item[],
  earlier: readonly Item[],
  key: (item: Item) => string,
): [Item, Item | undefined][] {
  const byKey = new Map(earlier.map(item => [key(item), item]))
  return items.map(item => [item, byKey.get(key(item))])
}

/** The same text for the same keys and values, in whatever order they come. */
function keyOf(values: Readonly<Record<string, unknown>> | null): string {
  return JSON.stringify(values === null ? null : Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
