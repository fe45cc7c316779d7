import type { Period } from '../calendar/index.ts'
import { localDate } from '../calendar/index.ts'
import { type Currency, decimal, round, truncate, ZERO } from '../money/index.ts'
import { type AmountDetails, type ChargeModel, price } from '../pricing/index.ts'
import type { FixedChargeUnits, UnitsSpan } from './fixed-charge-units.ts'
import { type FeeAmounts, feeAmounts, precise } from './pricing-unit.ts'

/** What a fixed charge takes for its units. */
export interface PricedFixedCharge {
  /** The plan's. */
  readonly currency: Currency
  readonly chargeModel: ChargeModel
  readonly prorated: boolean
}

/** A fee for units that need no events. Decimals are text in plain notation. */
export interface FixedChargeFee extends FeeAmounts {
  readonly units: string
  readonly amountDetails: AmountDetails
}

/** The fee of a fixed charge for its units in a period. Of prorated units, those in force decide the tier and are shown. */
export function fixedChargeFee(charge: PricedFixedCharge, { units, fullUnits }: FixedChargeUnits): FixedChargeFee {
  const usage = charge.prorated
    ? { units, fullUnits, eventsCount: 0, proratedChanges: [{ full: fullUnits, prorated: units }] }
    : { units, eventsCount: 0 }
  const { amount, unitAmount, amountDetails } = price(charge.chargeModel, usage, charge.currency)
  return { ...feeAmounts(amount, unitAmount, charge.currency, null), units: fullUnits.toFixed(), amountDetails }
}

/** Whether the fee of a period is kept; the fees of an increase always are. */
export function isStoredFixedChargeFee(fee: FixedChargeFee): boolean {
  return fee.amountCents !== 0n || !decimal(fee.units).isZero()
}

/** Units of a fixed charge in advance that were raised in the middle of a period. */
export interface UnitsIncrease {
  /** From the instant on. Decimals as text. */
  readonly units: string
  /** The units of all fees that the period has for the fixed charge. */
  readonly paidUnits: string
  readonly at: Temporal.Instant
  readonly span: UnitsSpan
}

/**
 * The fee for an increase: the price of what was added, for the days that are left where it is prorated. Tiers begin anew
 * with it. A decrease gives a fee of nothing, and nothing back.
 *
 * @example
 * // 28 days, 7 units paid, 12 from the 12th day on at 9.99, prorated
 * increaseFee(charge, increase) // { units: '5', amountCents: 3033n, unitAmountCents: 607n, … }
 */
export function increaseFee(charge: PricedFixedCharge, { units, paidUnits, at, span }: UnitsIncrease): FixedChargeFee {
  const { currency, chargeModel } = charge
  const delta = decimal(units).minus(paidUnits)
  if (delta.lessThanOrEqualTo(0)) return { ...feeAmounts(ZERO, ZERO, currency, null), units: '0', amountDetails: {} }
  const share = charge.prorated ? daysLeft(at, span) / span.fullDays : 1
  const { amount } = price(chargeModel, { units: delta.times(share), eventsCount: 0 }, currency)
  const amounts = feeAmounts(amount, ZERO, currency, null)
  return {
    ...amounts,
    unitAmountCents: truncate(round(decimal(amounts.amountCents).div(delta), 0)),
    preciseUnitAmount: precise(amount.div(delta)),
    units: delta.toFixed(),
    amountDetails: {},
  }
}

/** The day of the increase counts, and so does the last one. */
function daysLeft(at: Temporal.Instant, { to, timeZone }: UnitsSpan): number {
  return localDate(at, timeZone).until(localDate(to, timeZone)).days + 1
}

/** What was paid in advance for a fixed charge of the plan before an upgrade. */
export interface PaidFixedCharge {
  readonly amountCents: bigint
  /** Where the period that it paid for ends. */
  readonly to: Temporal.Instant
  /** When it was billed. */
  readonly billedAt: Temporal.Instant
}

/**
 * The fee of a prorated fixed charge in advance after an upgrade, less what was paid for the same days before it: the part
 * of the earlier fee that falls on the days of the new one, in started days of 24 hours and double precision. Never less
 * than nothing.
 *
 * @param period of the new fee: from the start of the new subscription
 */
export function creditEarlierFee(fee: FixedChargeFee, period: Period, paid: PaidFixedCharge): FixedChargeFee {
  const days = startedDays(period.from, period.to)
  const paidDays = startedDays(paid.billedAt, paid.to)
  const credit = round(decimal((Number(paid.amountCents) * days) / paidDays), 0)
  const amountCents = fee.amountCents - truncate(credit)
  const preciseAmount = decimal(fee.preciseAmountCents).minus(credit)
  return {
    ...fee,
    amountCents: amountCents < 0n ? 0n : amountCents,
    preciseAmountCents: precise(preciseAmount.lessThan(0) ? ZERO : preciseAmount),
  }
}

const SECONDS_A_DAY = 86_400

function startedDays(from: Temporal.Instant, to: Temporal.Instant): number {
  return Math.ceil(from.until(to).total('seconds') / SECONDS_A_DAY)
}
