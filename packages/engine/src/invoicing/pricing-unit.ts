import { type Currency, currencySubunits, type Decimal, decimal, round, toCents, truncate } from '../money/index.ts'

/** A pricing unit always has two decimals, whatever the currency that it is converted to. */
const DECIMALS = 2
export const PRICING_UNIT_SUBUNITS = 100

/** The unit that a charge is priced in instead of the plan's currency. */
export interface PricingUnit {
  readonly id: string
  readonly code: string
  readonly shortName: string
  /** What one of it is worth in the currency; more than 0, in plain notation. */
  readonly conversionRate: string
}

/** What a fee costs in its pricing unit. Decimals are text in plain notation. */
export interface PricingUnitUsage {
  readonly pricingUnit: PricingUnit
  /** In hundredths of the unit, rounded half away from zero. */
  readonly amountCents: bigint
  /** Before rounding; 15 decimals. */
  readonly preciseAmountCents: string
  /** In hundredths, cut to an integer. */
  readonly unitAmountCents: bigint
  /** In pricing units; 15 decimals. */
  readonly preciseUnitAmount: string
}

/** The amounts of a fee, in the smallest unit of its currency. Decimals are text in plain notation. */
export interface FeeAmounts {
  /** Rounded half away from zero. */
  readonly amountCents: bigint
  /** Before rounding; 15 decimals. */
  readonly preciseAmountCents: string
  /** Cut to an integer, not rounded. */
  readonly unitAmountCents: bigint
  /** In units of the currency; 15 decimals. */
  readonly preciseUnitAmount: string
  /** Null where the price is in the currency itself. */
  readonly pricingUnitUsage: PricingUnitUsage | null
}

const PRECISE_DECIMALS = 15

/**
 * The amounts of a fee from what a charge model says, in pricing units where there is one. The only place where an amount is
 * rounded on its way to a fee.
 *
 * An amount in pricing units is rounded to hundredths, and its unit amount cut to them, before they are converted: the
 * precise amount of the fee is therefore not more precise than its pricing units.
 *
 * @param amount in pricing units, or in units of the currency where `pricingUnit` is null
 * @param unitAmount what one unit of usage costs, in the same
 * @example
 * feeAmounts(decimal('12.3456'), decimal('0.0789'), 'USD', { conversionRate: '0.75', … })
 * // { amountCents: 926n, preciseAmountCents: '926.25', unitAmountCents: 5n, preciseUnitAmount: '0.0525', pricingUnitUsage: { amountCents: 1235n, unitAmountCents: 7n, … } }
 */
export function feeAmounts(
  amount: Decimal,
  unitAmount: Decimal,
  currency: Currency,
  pricingUnit: PricingUnit | null,
): FeeAmounts {
  if (pricingUnit === null) return { ...amountsIn(currency, amount, unitAmount), pricingUnitUsage: null }
  return convertedAmounts(
    {
      pricingUnit,
      amountCents: truncate(round(amount, DECIMALS).times(PRICING_UNIT_SUBUNITS)),
      preciseAmountCents: precise(amount.times(PRICING_UNIT_SUBUNITS)),
      unitAmountCents: truncate(unitAmount.times(PRICING_UNIT_SUBUNITS)),
      preciseUnitAmount: precise(unitAmount),
    },
    currency,
  )
}

/** The amounts of a fee from what it costs in its pricing unit, which was rounded there. */
export function convertedAmounts(usage: PricingUnitUsage, currency: Currency): FeeAmounts {
  const rate = usage.pricingUnit.conversionRate
  const converted = (hundredths: bigint) => decimal(hundredths).times(rate).div(PRICING_UNIT_SUBUNITS)
  return {
    ...amountsIn(currency, converted(usage.amountCents), converted(usage.unitAmountCents)),
    pricingUnitUsage: usage,
  }
}

function amountsIn(currency: Currency, amount: Decimal, unitAmount: Decimal): Omit<FeeAmounts, 'pricingUnitUsage'> {
  const subunits = currencySubunits(currency)
  return {
    amountCents: toCents(amount, currency),
    preciseAmountCents: precise(amount.times(subunits)),
    unitAmountCents: truncate(unitAmount.times(subunits)),
    preciseUnitAmount: precise(unitAmount),
  }
}

/** A decimal as precise amounts are kept: 15 places, halves away from zero, in plain notation. */
export function precise(value: Decimal): string {
  return round(value, PRECISE_DECIMALS).toFixed()
}
