import type { Decimal } from '../money/index.ts'
import { decimal, floor, round, truncate, ZERO } from '../money/index.ts'

/** A period that was paid in advance and ends early. Dates are those of the customer's time zone. */
export interface EndedPeriod {
  /** What the whole period costs. */
  readonly priceCents: bigint
  /** Of the whole period, though less of it may have been billed. */
  readonly days: number
  readonly from: Temporal.PlainDate
  /** The last day. */
  readonly to: Temporal.PlainDate
  /** The day on which the subscription ended. */
  readonly endedOn: Temporal.PlainDate
  /** Whether another subscription went on from that day, which then pays for it. */
  readonly upgraded: boolean
  /** The first day after the trial. */
  readonly trialEndsOn: Temporal.PlainDate | null
}

const ITEM_DECIMALS = 5

/** The days of the period that are given back: those after the last one that was used, or was in the trial. */
export function daysToCredit({ to, endedOn, upgraded, trialEndsOn }: EndedPeriod): number {
  const last = upgraded ? endedOn.subtract({ days: 1 }) : endedOn
  return Math.max(daysBetween(lastUncharged(last, to, trialEndsOn), to), 0)
}

function lastUncharged(
  last: Temporal.PlainDate,
  end: Temporal.PlainDate,
  trialEndsOn: Temporal.PlainDate | null,
): Temporal.PlainDate {
  if (trialEndsOn === null || isBefore(trialEndsOn, last)) return last
  return isBefore(end, trialEndsOn) ? end : trialEndsOn.subtract({ days: 1 })
}

/** The days of the period that were used and are paid for: from its start or the end of the trial to its last day. */
export function daysToPay({ from, to, endedOn, trialEndsOn }: EndedPeriod): number {
  const start = trialEndsOn !== null && isBefore(from, trialEndsOn) ? trialEndsOn : from
  const end = isBefore(endedOn, to) ? endedOn : to
  return Math.max(daysBetween(start, end) + 1, 0)
}

/**
 * What of a fee is given back for days that were not used, in cents; it may have a fraction of 5 decimals.
 *
 * @param feeAmountCents what was billed: no more is given back
 * @param creditedCents what credit notes have taken of the fee already
 */
export function unusedAmountCents(period: EndedPeriod, feeAmountCents: bigint, creditedCents: bigint): Decimal {
  const unused = priceOfDays(period, daysToCredit(period))
  const billed = decimal(feeAmountCents)
  const left = (unused.lt(billed) ? unused : billed).minus(decimal(creditedCents))
  return left.gt(0) ? floor(left, ITEM_DECIMALS) : ZERO
}

/** What the used days are worth, in cents; 5 decimals. */
export function usedAmountCents(period: EndedPeriod): Decimal {
  return floor(priceOfDays(period, daysToPay(period)), ITEM_DECIMALS)
}

/** A day's price is a double, as clients have always been credited. */
function priceOfDays({ priceCents, days }: EndedPeriod, count: number): Decimal {
  return decimal((Number(priceCents) / days) * count)
}

/** How a credit for unused days is settled: as the termination asked. Money is given back only as far as it was paid. */
export type TerminationOption = 'credit' | 'refund' | 'offset'

/**
 * @param totalCents of the credit note, taxes included
 * @param paidCents what was paid of the fee
 * @param usedCents what the used days come to, taxes included
 */
export function settleTermination(
  option: TerminationOption,
  totalCents: bigint,
  paidCents: Decimal,
  usedCents: Decimal,
): { creditCents: bigint; refundCents: bigint; offsetCents: bigint } {
  if (option === 'credit') return { creditCents: totalCents, refundCents: 0n, offsetCents: 0n }
  const overpaid = paidCents.minus(usedCents)
  const total = decimal(totalCents)
  const refundCents = overpaid.gt(0) ? truncate(round(overpaid.lt(total) ? overpaid : total, 0)) : 0n
  const rest = totalCents - refundCents
  return option === 'refund'
    ? { creditCents: rest, refundCents, offsetCents: 0n }
    : { creditCents: 0n, refundCents, offsetCents: rest }
}

function daysBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): number {
  return from.until(to, { largestUnit: 'days' }).days
}

function isBefore(a: Temporal.PlainDate, b: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(a, b) < 0
}
