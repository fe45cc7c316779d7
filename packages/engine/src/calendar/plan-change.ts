import type { BillingInterval } from './periods.ts'

const PERIODS_A_YEAR: Readonly<Record<BillingInterval, bigint>> = {
  weekly: 52n,
  monthly: 12n,
  quarterly: 4n,
  semiannual: 2n,
  yearly: 1n,
}

/** The price of a plan and how often it is due. */
export interface PlanPrice {
  readonly amountCents: bigint
  readonly interval: BillingInterval
}

/** What a plan costs in a year of 52 weeks or 12 months, in cents of its currency. */
export function yearlyAmountCents(plan: PlanPrice): bigint {
  return plan.amountCents * PERIODS_A_YEAR[plan.interval]
}

/**
 * The direction of a change of plan, by yearly price: an upgrade takes effect at once, a downgrade when the period ends.
 * An equal price is an upgrade. Currencies are not compared.
 */
export function planChangeDirection(current: PlanPrice, next: PlanPrice): 'upgrade' | 'downgrade' {
  return yearlyAmountCents(next) >= yearlyAmountCents(current) ? 'upgrade' : 'downgrade'
}
