import type { Decimal } from '../money/index.ts'
import { decimal, ZERO } from '../money/index.ts'

export type TopUpInterval = 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly'

/** How much a rule adds: what it says, or what is missing to a balance. In credits. */
export type TopUpMethod =
  | { readonly method: 'fixed'; readonly paidCredits: Decimal; readonly grantedCredits: Decimal }
  | { readonly method: 'target'; readonly targetOngoingBalance: Decimal; readonly grants: boolean }

/** What a wallet lets be bought at once, in credits; null for no bound, both where a rule ignores them. */
export interface TopUpLimits {
  readonly minCredits: Decimal | null
  readonly maxCredits: Decimal | null
}

export interface TopUp {
  readonly paidCredits: Decimal
  readonly grantedCredits: Decimal
}

const MONTHS: Readonly<Record<Exclude<TopUpInterval, 'weekly'>, number>> = {
  monthly: 1,
  quarterly: 3,
  semiannual: 6,
  yearly: 12,
}

/**
 * Whether a rule tops up on a day. A day that a month does not have falls on its last day.
 *
 * @param anchor the local day the rule counts from
 */
export function isTopUpDay(interval: TopUpInterval, anchor: Temporal.PlainDate, day: Temporal.PlainDate): boolean {
  if (interval === 'weekly') return anchor.dayOfWeek === day.dayOfWeek
  const months = (day.year - anchor.year) * 12 + day.month - anchor.month
  if (months % MONTHS[interval] !== 0) return false
  return day.day === Math.min(anchor.day, day.daysInMonth)
}

/** The first day from a day on, itself included, on which a rule tops up. */
export function nextTopUpDay(
  interval: TopUpInterval,
  anchor: Temporal.PlainDate,
  from: Temporal.PlainDate,
): Temporal.PlainDate {
  if (interval === 'weekly') return from.add({ days: (anchor.dayOfWeek - from.dayOfWeek + 7) % 7 })
  // Years of twelve months and the month under way hold at least one such day.
  for (let month = from.with({ day: 1 }); ; month = month.add({ months: 1 })) {
    const day = month.with({ day: Math.min(anchor.day, month.daysInMonth) })
    if (Temporal.PlainDate.compare(day, from) >= 0 && isTopUpDay(interval, anchor, day)) return day
  }
}

/** What a rule that follows the calendar adds; nothing (null) where the balance is at its target. */
export function intervalTopUp(rule: TopUpMethod, ongoingBalance: Decimal, limits: TopUpLimits): TopUp | null {
  if (rule.method === 'fixed') return { paidCredits: rule.paidCredits, grantedCredits: rule.grantedCredits }
  return upToTarget(rule, ongoingBalance, limits)
}

/**
 * What a rule that watches the balance adds; nothing (null) while the balance, with what is on its way, is above the
 * threshold. A fixed amount is added as often as it takes to get above it.
 *
 * @param pendingCredits bought and not paid for yet
 */
export function thresholdTopUp(
  rule: TopUpMethod,
  thresholdCredits: Decimal,
  ongoingBalance: Decimal,
  pendingCredits: Decimal,
  limits: TopUpLimits,
): TopUp | null {
  if (ongoingBalance.gt(thresholdCredits) || ongoingBalance.plus(pendingCredits).gt(thresholdCredits)) return null
  if (rule.method === 'target') return upToTarget(rule, ongoingBalance, limits)
  const { paidCredits, grantedCredits } = rule
  if (paidCredits.isZero()) return { paidCredits, grantedCredits }
  const gap = thresholdCredits.minus(ongoingBalance).minus(grantedCredits).minus(pendingCredits)
  if (gap.lt(paidCredits)) return { paidCredits, grantedCredits }
  const needed = paidCredits.times(gap.div(paidCredits).floor().plus(1))
  const { maxCredits } = limits
  return { paidCredits: maxCredits !== null && needed.gt(maxCredits) ? maxCredits : needed, grantedCredits }
}

function upToTarget(
  rule: TopUpMethod & { readonly method: 'target' },
  ongoingBalance: Decimal,
  { minCredits }: TopUpLimits,
): TopUp | null {
  const gap = rule.targetOngoingBalance.minus(ongoingBalance)
  if (!gap.gt(0)) return null
  if (rule.grants) return { paidCredits: ZERO, grantedCredits: gap }
  return { paidCredits: minCredits !== null && gap.lt(minCredits) ? minCredits : gap, grantedCredits: decimal(0) }
}
