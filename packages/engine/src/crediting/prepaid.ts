import type { Decimal } from '../money/index.ts'
import { decimal, round, truncate, ZERO } from '../money/index.ts'

/** A fee as prepaid credits see it. */
export interface PayableFee {
  readonly feeType: string
  readonly metricId: string | null
  /** The wallet its events named, on charges that let them. */
  readonly targetWalletCode: string | null
  readonly amountCents: bigint
  readonly preciseCouponsAmountCents: Decimal
  readonly taxesPreciseAmountCents: Decimal
  readonly preciseCreditNotesAmountCents: Decimal
}

/** What a wallet may be used for: anything, when it is limited to no type of fee and no metric. */
export interface WalletLimits {
  readonly code: string
  readonly allowedFeeTypes: readonly string[]
  readonly metricIds: readonly string[]
}

/** An active wallet in the invoice's currency that has something left. */
export interface PayingWallet extends WalletLimits {
  readonly id: string
  readonly balanceCents: bigint
}

export interface PrepaidShare {
  readonly walletId: string
  readonly amountCents: bigint
}

/** What fees have in common that decides which wallet may pay them. */
export interface PaidFor {
  readonly feeType: string
  readonly metricId: string | null
  readonly targetWalletCode: string | null
}

interface Bucket extends PaidFor {
  left: Decimal
}

/**
 * What each wallet pays of an invoice's total. Fees are put together by type, metric and named wallet; the largest are paid
 * first, by the first wallet that may.
 *
 * @param totalCents what is due after taxes and credit notes
 * @param wallets in the order of their priority
 */
export function allocatePrepaidCredits(
  totalCents: bigint,
  fees: readonly PayableFee[],
  wallets: readonly PayingWallet[],
): PrepaidShare[] {
  const buckets = bucketsOf(totalCents, fees)
  const shares: PrepaidShare[] = []
  let left = decimal(totalCents)
  let rest = totalCents
  for (const wallet of wallets) {
    let used = ZERO
    for (const bucket of buckets) {
      if (!bucket.left.gt(0) || !mayPay(wallet, bucket)) continue
      const taken = least(bucket.left, decimal(wallet.balanceCents).minus(used), left)
      if (!taken.gt(0)) continue
      bucket.left = bucket.left.minus(taken)
      left = left.minus(taken)
      used = used.plus(taken)
    }
    // Shares are rounded one by one: together they never come to more than is due.
    const rounded = truncate(round(used, 0))
    const amountCents = rounded < rest ? rounded : rest
    if (amountCents <= 0n) continue
    rest -= amountCents
    shares.push({ walletId: wallet.id, amountCents })
  }
  return shares
}

/** Whether a wallet may pay: one that events named is the only one that may. */
export function mayPay(wallet: WalletLimits, paidFor: PaidFor): boolean {
  if (paidFor.targetWalletCode !== null) return wallet.code === paidFor.targetWalletCode
  if (wallet.allowedFeeTypes.length === 0 && wallet.metricIds.length === 0) return true
  if (wallet.allowedFeeTypes.includes(paidFor.feeType)) return true
  return paidFor.feeType === 'charge' && paidFor.metricId !== null && wallet.metricIds.includes(paidFor.metricId)
}

/** Largest first; what rounding the taxes added to the total belongs to the largest. */
function bucketsOf(totalCents: bigint, fees: readonly PayableFee[]): Bucket[] {
  const byKey = new Map<string, Bucket>()
  for (const fee of fees) {
    const subTotal = decimal(fee.amountCents).minus(fee.preciseCouponsAmountCents)
    const cap = subTotal.plus(fee.taxesPreciseAmountCents).minus(fee.preciseCreditNotesAmountCents)
    if (subTotal.isZero() || !cap.gt(0)) continue
    const { feeType, metricId, targetWalletCode } = fee
    const key = JSON.stringify([feeType, metricId, targetWalletCode])
    const bucket = byKey.get(key) ?? { feeType, metricId, targetWalletCode, left: ZERO }
    bucket.left = bucket.left.plus(cap)
    byKey.set(key, bucket)
  }
  const buckets = [...byKey.values()].toSorted((a, b) => b.left.comparedTo(a.left))
  const [largest] = buckets
  const missing = buckets.reduce((rest, bucket) => rest.minus(bucket.left), decimal(totalCents))
  if (largest !== undefined && missing.gt(0) && missing.lte(buckets.length)) largest.left = largest.left.plus(missing)
  return buckets
}

function least(...values: readonly [Decimal, ...Decimal[]]): Decimal {
  return values.reduce((smallest, value) => (value.lt(smallest) ? value : smallest))
}
