import type { Decimal } from '../money/index.ts'
import { decimal, ZERO } from '../money/index.ts'
import { mayPay, type PaidFor, type WalletLimits } from './prepaid.ts'

/** What a customer owes for usage that is not invoiced yet; negative where more was billed already. */
export interface UnbilledUsage extends PaidFor {
  readonly currency: string
  readonly amountCents: Decimal
}

export interface OngoingWallet extends WalletLimits {
  readonly id: string
  readonly currency: string
  readonly balanceCents: bigint
  /** A wallet that is topped up as it falls is never passed over. */
  readonly hasThresholdRule: boolean
}

/**
 * The unbilled usage that each wallet will have to pay. Usage is allotted largest first; wallets take what they have, in
 * their order, and the last one that may pay takes the rest, beyond its balance if need be.
 *
 * @param wallets the active ones in the order of their priority
 * @returns cents by wallet id, not rounded
 */
export function allocateUnbilledUsage(
  usage: readonly UnbilledUsage[],
  wallets: readonly OngoingWallet[],
): Map<string, Decimal> {
  const allotted = new Map(wallets.map(wallet => [wallet.id, ZERO]))
  const budgets = budgetsOf(usage)
  const positive = usage.filter(one => one.amountCents.gt(0)).toSorted(largestFirst)
  for (const one of positive) {
    let rest = smaller(one.amountCents, budgets.get(one.currency) ?? ZERO)
    const eligible = wallets.filter(wallet => wallet.currency === one.currency && mayPay(wallet, one))
    for (const [place, wallet] of eligible.entries()) {
      if (!rest.gt(0)) break
      const before = allotted.get(wallet.id) ?? ZERO
      const takesAll = wallet.hasThresholdRule || place === eligible.length - 1
      const taken = takesAll ? rest : smaller(rest, decimal(wallet.balanceCents).minus(before))
      if (!taken.gt(0)) continue
      allotted.set(wallet.id, before.plus(taken))
      budgets.set(one.currency, (budgets.get(one.currency) ?? ZERO).minus(taken))
      rest = rest.minus(taken)
    }
  }
  return allotted
}

/** What there is to pay in each currency, with what was paid too much taken off. */
function budgetsOf(usage: readonly UnbilledUsage[]): Map<string, Decimal> {
  const budgets = new Map<string, Decimal>()
  for (const { currency, amountCents } of usage)
    budgets.set(currency, (budgets.get(currency) ?? ZERO).plus(amountCents))
  for (const [currency, sum] of budgets) if (sum.lt(0)) budgets.set(currency, ZERO)
  return budgets
}

function largestFirst(a: UnbilledUsage, b: UnbilledUsage): number {
  return b.amountCents.comparedTo(a.amountCents) || keyOf(a).localeCompare(keyOf(b))
}

function keyOf({ feeType, metricId, targetWalletCode }: UnbilledUsage): string {
  return [feeType, metricId ?? '', targetWalletCode ?? ''].join(' ')
}

function smaller(a: Decimal, b: Decimal): Decimal {
  return a.lt(b) ? a : b
}
