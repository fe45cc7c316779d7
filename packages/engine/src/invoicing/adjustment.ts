import type { Period } from '../calendar/index.ts'
import type { GroupedBy } from '../metering/index.ts'
import { type Currency, currencySubunits, type Decimal, decimal, round, truncate, ZERO } from '../money/index.ts'
import { type ChargeFee, chargeFees, type PricedCharge } from './charge-fee.ts'
import { type FixedChargeFee, fixedChargeFee, type PricedFixedCharge } from './fixed-charge-fee.ts'
import { convertedAmounts, type FeeAmounts, PRICING_UNIT_SUBUNITS, precise } from './pricing-unit.ts'
import type { SubscriptionFee } from './subscription-fee.ts'

/** What somebody wants a line of a draft to say. With neither units nor a price it is only renamed. */
export interface AdjustedValues {
  /** A decimal as text; null leaves the line's. */
  readonly units: string | null
  /** In units of the currency, or of the charge's pricing unit; null has the price of the plan applied to the units. */
  readonly unitPreciseAmount: string | null
}

/** An edit of a line, and the line it is of. */
export interface Adjustment extends AdjustedValues {
  readonly kind: 'subscription' | 'charge' | 'fixed_charge'
  /** Of the charge or the fixed charge; null for the base fee. */
  readonly itemId: string | null
  readonly filterId: string | null
  readonly groupedBy: GroupedBy
  /** Null for a line that had no fee when it was edited. */
  readonly period: Period | null
  readonly displayName: string | null
}

/** What identifies a line among those of a subscription. */
export type LineKey = Pick<Adjustment, 'kind' | 'itemId' | 'filterId' | 'groupedBy' | 'period'>

/** The edit of a line; one that was made for other boundaries no longer is. */
export function adjustmentOf(adjustments: readonly Adjustment[], line: LineKey): Adjustment | undefined {
  return adjustments.find(one => isSameLine(one, line))
}

/** Whether an edit and a line belong together: item, filter, group and, where both have one, the period. */
export function isSameLine(one: LineKey, other: LineKey): boolean {
  return (
    one.kind === other.kind &&
    one.itemId === other.itemId &&
    one.filterId === other.filterId &&
    groupKey(one.groupedBy) === groupKey(other.groupedBy) &&
    (one.period === null || other.period === null || isSamePeriod(one.period, other.period))
  )
}

function isSamePeriod(one: Period, other: Period): boolean {
  return one.from.equals(other.from) && one.to.equals(other.to)
}

function groupKey(groupedBy: GroupedBy): string {
  return JSON.stringify(Object.entries(groupedBy).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * A usage fee as somebody wants it. Units alone are priced by the charge as they are, whatever it prorates; units with a
 * price are multiplied.
 *
 * @example
 * // 3.5 units at 1.2345 EUR
 * adjustedChargeFee(charge, fee, { units: '3.5', unitPreciseAmount: '1.2345' })
 * // { amountCents: 432n, preciseAmountCents: '432.075', unitAmountCents: 123n, preciseUnitAmount: '1.2345', … }
 */
export function adjustedChargeFee(charge: PricedCharge, fee: ChargeFee, values: AdjustedValues): ChargeFee {
  if (values.units === null) return fee
  const { filterId, groupedBy } = fee
  const units = decimal(values.units)
  const shown = { units: values.units, totalAggregatedUnits: values.units, eventsCount: 0, presented: [] }
  if (values.unitPreciseAmount !== null) {
    return { ...fee, ...editedAmounts(units, values.unitPreciseAmount, charge), ...shown, amountDetails: {} }
  }
  const usage = { filterId, groupedBy, units, fullUnits: units, eventsCount: 0, preciseTotalAmountCents: ZERO }
  const [priced = fee] = chargeFees(charge, [usage])
  return { ...priced, ...shown }
}

/** A line of a charge that has no usage, to be edited. */
export function emptyChargeFee(charge: PricedCharge, filterId: string | null, groupedBy: GroupedBy): ChargeFee {
  const [fee] = chargeFees(charge, [{ filterId, groupedBy, units: ZERO, eventsCount: 0 }])
  if (fee === undefined) throw new Error('no fee for no usage')
  return fee
}

/** As {@link adjustedChargeFee}, of a fixed charge. */
export function adjustedFixedChargeFee(
  charge: PricedFixedCharge,
  fee: FixedChargeFee,
  values: AdjustedValues,
): FixedChargeFee {
  if (values.units === null) return fee
  const units = decimal(values.units)
  if (values.unitPreciseAmount === null) {
    return fixedChargeFee({ ...charge, prorated: false }, { units, fullUnits: units })
  }
  const amounts = multiplied(units, values.unitPreciseAmount, currencySubunits(charge.currency))
  return { ...fee, ...amounts, units: values.units, amountDetails: {} }
}

/** A base fee as somebody wants it: units alone are units of what was computed. */
export function adjustedSubscriptionFee(
  fee: SubscriptionFee,
  values: AdjustedValues,
  currency: Currency,
): SubscriptionFee {
  if (values.units === null) return fee
  const units = decimal(values.units)
  if (values.unitPreciseAmount !== null) {
    const amounts = multiplied(units, values.unitPreciseAmount, currencySubunits(currency))
    return { ...fee, ...amounts, units: values.units }
  }
  return {
    ...fee,
    amountCents: cents(units.times(fee.amountCents.toString())),
    preciseAmountCents: precise(units.times(fee.preciseAmountCents)),
    unitAmountCents: fee.amountCents,
    preciseUnitAmount: precise(decimal(fee.amountCents).div(currencySubunits(currency))),
    units: values.units,
  }
}

/** The price is in the charge's pricing unit where it has one: the amount is converted as any other. */
function editedAmounts(units: Decimal, price: string, { currency, pricingUnit }: PricedCharge): FeeAmounts {
  if (!pricingUnit) return { ...multiplied(units, price, currencySubunits(currency)), pricingUnitUsage: null }
  return convertedAmounts({ pricingUnit, ...multiplied(units, price, PRICING_UNIT_SUBUNITS) }, currency)
}

/** The price passes through a double, as it always has. */
function multiplied(units: Decimal, unitPreciseAmount: string, subunits: number) {
  const unitCents = decimal(Number(unitPreciseAmount)).times(subunits)
  const amount = units.times(unitCents)
  return {
    amountCents: cents(amount),
    preciseAmountCents: precise(amount),
    unitAmountCents: cents(unitCents),
    preciseUnitAmount: precise(unitCents.div(subunits)),
  }
}

function cents(amount: Decimal): bigint {
  return truncate(round(amount, 0))
}
