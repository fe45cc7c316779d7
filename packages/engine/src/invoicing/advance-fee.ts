import type { AdvanceUnits, EventBucket, PresentedUnits } from '../metering/index.ts'
import type { Currency, Decimal } from '../money/index.ts'
import { currencyExponent, currencySubunits, round, toCents, ZERO } from '../money/index.ts'
import { type ChargeModel, type EventPrice, priceAlone } from '../pricing/index.ts'
import type { ChargeFee, PricedCharge } from './charge-fee.ts'
import { feeAmounts, precise } from './pricing-unit.ts'

/**
 * The fee for one event. What a unit costs is told from the rounded amount and the units shown; with either of them 0 it is 0.
 * With a pricing unit, the amount that is rounded to the decimals of the currency is the one that is converted.
 *
 * @param presented the units of the event, split for display only
 * @example
 * // 2.03572 of 3 units at 14.00
 * advanceFee(bucket, { units: 2.03572, shownUnits: 3, … }, { amount: 28.50008, amountDetails: {} }, { currency: 'USD' })
 * // { units: '3', amountCents: 2850n, preciseAmountCents: '2850.008', preciseUnitAmount: '9.5', … }
 */
export function advanceFee(
  { filterId, groupedBy }: Pick<EventBucket, 'filterId' | 'groupedBy'>,
  { shownUnits }: Pick<AdvanceUnits, 'shownUnits'>,
  { amount, amountDetails }: EventPrice,
  { currency, pricingUnit = null }: Pick<PricedCharge, 'currency' | 'pricingUnit'>,
  presented: readonly PresentedUnits[] = [],
): ChargeFee {
  const rounded = round(amount, currencyExponent(currency))
  const unitAmount = shownUnits.isZero() ? ZERO : rounded.div(shownUnits)
  const units = shownUnits.toFixed()
  return {
    filterId,
    groupedBy,
    units,
    totalAggregatedUnits: units,
    eventsCount: 1,
    ...feeAmounts(pricingUnit === null ? amount : rounded, unitAmount, currency, pricingUnit),
    amountDetails,
    presented,
  }
}

/** What an event would cost by itself, whatever else was used. Decimals are text in plain notation. */
export interface InstantEstimate {
  readonly units: string
  readonly amountCents: bigint
  /** In units of the currency, not rounded. */
  readonly amount: string
  /** In the currency's smallest unit, of the rounded amount; 0 without units or amount. */
  readonly unitAmountCents: string
}

/**
 * An estimate without a look at other usage: free units are left out of account. Null for models whose events cannot be
 * priced by themselves.
 *
 * @param units of the event, rounded as the metric rounds; below 0 they cost nothing
 * @example instantEstimate(parseChargeModel('percentage', { rate: '1.9', fixed_amount: '0.10' }), decimal(37), 'USD')
 * // { units: '37', amountCents: 80n, amount: '0.803', … }
 */
export function instantEstimate(chargeModel: ChargeModel, units: Decimal, currency: Currency): InstantEstimate | null {
  const amount = priceAlone(chargeModel, units)
  if (amount === null) return null
  const isNegative = units.lessThan(0)
  const amountCents = toCents(isNegative ? ZERO : amount, currency)
  const unitAmount = units.isZero() || isNegative ? ZERO : round(amount, currencyExponent(currency)).div(units)
  return {
    units: (isNegative ? ZERO : units).toFixed(),
    amountCents,
    amount: (isNegative ? ZERO : amount).toFixed(),
    unitAmountCents: precise(unitAmount.times(currencySubunits(currency))),
  }
}
