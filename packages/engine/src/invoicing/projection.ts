import { countDays, localDate, type Period, startOfDay } from '../calendar/index.ts'
import type { BucketUsage, PresentedUnits } from '../metering/index.ts'
import { currencyExponent, type Decimal, decimal, formatDecimal, round, ZERO } from '../money/index.ts'
import { price, projectedAmount } from '../pricing/index.ts'
import { type ChargeFee, chargeModelOf, type PricedCharge } from './charge-fee.ts'
import { feeAmounts } from './pricing-unit.ts'

/** What a fee of current usage would be at the end of the period if usage went on as it did so far. */
export interface Projection {
  /** A decimal as text, with at most 2 decimals. */
  readonly units: string
  /** In the currency's smallest unit. */
  readonly amountCents: bigint
  /** In hundredths of the pricing unit; null where the charge has none. */
  readonly pricingUnitAmountCents: bigint | null
  readonly presented: readonly PresentedUnits[]
}

const UNIT_DECIMALS = 2

/**
 * The share of a period that has passed, in days begun of those of the period: a double. The first period counts from the
 * beginning of the day on which the subscription started.
 *
 * @example elapsedShare(april, ninthOfApril, 'UTC') // 0.3
 */
export function elapsedShare({ from, to }: Period, now: Temporal.Instant, timeZone: string): number {
  const start = startOfDay(localDate(from, timeZone), timeZone)
  if (Temporal.Instant.compare(now, to) >= 0) return 1
  if (Temporal.Instant.compare(now, start) < 0) return 0
  return countDays(start, now, timeZone) / countDays(start, to, timeZone)
}

/**
 * Projects the fee of one row of current usage to the end of its period. What carries over stays as it is. Units are
 * projected and priced anew; where the price looks at events, the amount so far is projected instead.
 *
 * @param row the usage that the fee is for
 * @param share of the period that has passed; nothing is projected from none
 * @param recurring whether the metric carries over
 */
export function projectFee(
  charge: PricedCharge,
  row: BucketUsage,
  fee: ChargeFee,
  share: number,
  recurring: boolean,
): Projection {
  if (recurring) {
    return {
      units: fee.units,
      amountCents: fee.amountCents,
      pricingUnitAmountCents: fee.pricingUnitUsage?.amountCents ?? null,
      presented: fee.presented,
    }
  }
  const { units, amount } = projected(charge, row, share)
  const { amountCents, pricingUnitUsage } = feeAmounts(amount, ZERO, charge.currency, charge.pricingUnit ?? null)
  const decimals = currencyExponent(charge.currency)
  return {
    units: units.toFixed(),
    amountCents,
    pricingUnitAmountCents: pricingUnitUsage?.amountCents ?? null,
    presented: fee.presented.map(part => ({
      ...part,
      units: formatDecimal(share === 0 ? ZERO : round(decimal(part.units).div(decimal(share)), decimals)),
    })),
  }
}

function projected(charge: PricedCharge, row: BucketUsage, share: number): { units: Decimal; amount: Decimal } {
  if (share === 0 || row.units.lessThan(0)) return { units: ZERO, amount: ZERO }
  const units = round(row.units.div(decimal(share)), UNIT_DECIMALS)
  const chargeModel = chargeModelOf(charge, row.filterId)
  const amount = projectedAmount(chargeModel, units, price(chargeModel, row, charge.currency).amount, share)
  return { units, amount: amount.lessThan(0) ? ZERO : amount }
}
