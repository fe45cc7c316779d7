import type { FeeRow, InvoiceSubscription } from '../../invoices/index.ts'

/** What an invoice bills of a subscription. */
export type BilledPeriods = InvoiceSubscription

/** The first and the last day that a fee is for, as text; null where it is for none. */
export interface FeeDates {
  readonly from: string | null
  readonly to: string | null
}

type DatedFee = Pick<FeeRow, 'fee_type' | 'pay_in_advance' | 'plan_pay_in_advance' | 'from_datetime' | 'to_datetime'>
type Period = readonly [from: Temporal.Instant | null, to: Temporal.Instant | null]

const NO_PERIOD: Period = [null, null]

/**
 * The days that a fee is for: those of the customer's time zone, but of an add-on those of UTC. A fee whose subscription is not
 * on its invoice has none.
 *
 * @param billed what the invoice bills of the fee's subscription; `earlier` what the invoice before did, where it is needed
 */
export function feeDates(
  fee: DatedFee,
  billed: { readonly own: BilledPeriods | undefined; readonly earlier: BilledPeriods | undefined },
  timeZone: string,
): FeeDates {
  if (fee.fee_type === 'add_on') return datesOf([fee.from_datetime, fee.to_datetime], 'UTC')
  if (billed.own === undefined) return datesOf(NO_PERIOD, timeZone)
  return datesOf(periodOf(fee, billed.own, billed.earlier), timeZone)
}

/** A minimum commitment of a plan that is paid in advance is about the period before; only where it does not say so itself. */
export function needsEarlierPeriod(fee: DatedFee): boolean {
  return fee.fee_type === 'commitment' && fee.from_datetime === null && fee.plan_pay_in_advance === true
}

function periodOf(fee: DatedFee, own: BilledPeriods, earlier: BilledPeriods | undefined): Period {
  const ofFee: Period = [fee.from_datetime, fee.to_datetime]
  switch (fee.fee_type) {
    case 'subscription':
      return orElse(ofFee, basePeriod(own))
    case 'fixed_charge':
      return orElse(ofFee, [own.fixed_charges_from_datetime, own.fixed_charges_to_datetime])
    case 'commitment':
      return orElse(ofFee, needsEarlierPeriod(fee) ? basePeriod(earlier) : basePeriod(own))
    case 'charge': {
      const charges: Period = [own.charges_from_datetime, own.charges_to_datetime]
      return fee.pay_in_advance ? orElse(ofFee, charges) : charges
    }
    default:
      return NO_PERIOD
  }
}

function basePeriod(billed: BilledPeriods | undefined): Period {
  return billed === undefined ? NO_PERIOD : [billed.from_datetime, billed.to_datetime]
}

function orElse(period: Period, other: Period): Period {
  return [period[0] ?? other[0], period[1] ?? other[1]]
}

function datesOf([from, to]: Period, timeZone: string): FeeDates {
  const day = (at: Temporal.Instant | null) =>
    at === null ? null : at.toZonedDateTimeISO(timeZone).toPlainDate().toString()
  return { from: day(from), to: day(to) }
}
