import type { Decimal } from '../money/index.ts'
import { decimal, round, truncate, ZERO } from '../money/index.ts'

/** A fee as discounts see it. */
export interface DiscountableFee {
  readonly id: string
  readonly amountCents: bigint
  /** The share of discounts it carries already: of progressive billing, or of earlier coupons. 5 decimals. */
  readonly preciseCouponsAmountCents: Decimal
  /** The metric of its charge; null for other fees. */
  readonly metricId: string | null
  /** The plan of its subscription, and the plan that one was copied from; none for fees of no subscription. */
  readonly planIds: readonly string[]
}

/** Which fees a coupon is limited to. */
export type CouponLimit =
  | { readonly kind: 'none' }
  | { readonly kind: 'plans'; readonly planIds: readonly string[] }
  | { readonly kind: 'metrics'; readonly metricIds: readonly string[] }

export type CouponDiscount =
  | { readonly type: 'percentage'; readonly rate: Decimal }
  | { readonly type: 'fixed_amount'; readonly amountCents: bigint; readonly currency: string }

/** How long a coupon lasts: for one use (of a fixed amount: until it is used up), for some invoices, or for good. */
export type CouponDuration =
  | { readonly frequency: 'once'; readonly remainingAmountCents: bigint | null }
  | { readonly frequency: 'recurring'; readonly remaining: number }
  | { readonly frequency: 'forever' }

/** An active coupon of a customer. */
export interface AppliedCoupon {
  readonly id: string
  readonly discount: CouponDiscount
  readonly duration: CouponDuration
  readonly limit: CouponLimit
  readonly appliedAt: Temporal.Instant
}

/** What a coupon takes off an invoice, and what is left of the coupon. */
export interface CouponCredit {
  readonly appliedCouponId: string
  readonly amountCents: bigint
  /** Invoices left of a recurring coupon after this one; null for the others. */
  readonly remaining: number | null
  /** Whether the coupon is used up. */
  readonly terminated: boolean
}

export interface CouponsOnInvoice {
  readonly credits: readonly CouponCredit[]
  /** What all coupons take off. */
  readonly amountCents: bigint
  /** The share of discounts of each fee, by its id. */
  readonly preciseCouponsAmountCents: ReadonlyMap<string, Decimal>
}

const SHARE_DECIMALS = 5

/**
 * Takes a customer's coupons off an invoice, before taxes. Coupons limited to metrics come first, then those limited to
 * plans, then the others, each in the order they were applied, until nothing is left to discount. Fixed amounts in another
 * currency are passed over.
 *
 * @param subTotalCents what the fees come to after progressive billing credits
 */
export function applyCoupons(
  invoice: { readonly currency: string; readonly subTotalCents: bigint; readonly fees: readonly DiscountableFee[] },
  coupons: readonly AppliedCoupon[],
): CouponsOnInvoice {
  const shares = new Map(invoice.fees.map(fee => [fee.id, fee.preciseCouponsAmountCents]))
  const credits: CouponCredit[] = []
  let subTotal = invoice.subTotalCents
  const worthNothing = invoice.fees.every(fee => fee.amountCents === 0n)
  for (const coupon of worthNothing ? [] : coupons.toSorted(inOrder)) {
    if (subTotal <= 0n) break
    if (coupon.discount.type === 'fixed_amount' && coupon.discount.currency !== invoice.currency) continue
    const fees = invoice.fees.filter(fee => isConcerned(fee, coupon.limit))
    if (fees.length === 0) continue
    const base = coupon.limit.kind === 'none' ? decimal(subTotal) : leftOf(fees, shares)
    const credit = creditOf(coupon, base)
    distribute(credit, base, fees, shares)
    const amountCents = truncate(credit)
    subTotal -= amountCents
    credits.push({ appliedCouponId: coupon.id, amountCents, ...afterwards(coupon, credit) })
  }
  return { credits, amountCents: invoice.subTotalCents - subTotal, preciseCouponsAmountCents: shares }
}

const ORDER: Readonly<Record<CouponLimit['kind'], number>> = { metrics: 0, plans: 1, none: 2 }

function inOrder(a: AppliedCoupon, b: AppliedCoupon): number {
  return ORDER[a.limit.kind] - ORDER[b.limit.kind] || Temporal.Instant.compare(a.appliedAt, b.appliedAt)
}

function isConcerned(fee: DiscountableFee, limit: CouponLimit): boolean {
  switch (limit.kind) {
    case 'none':
      return true
    case 'plans':
      return fee.planIds.some(id => limit.planIds.includes(id))
    case 'metrics':
      return fee.metricId !== null && limit.metricIds.includes(fee.metricId)
  }
}

function leftOf(fees: readonly DiscountableFee[], shares: ReadonlyMap<string, Decimal>): Decimal {
  return fees.reduce((sum, fee) => sum.plus(decimal(fee.amountCents)).minus(shares.get(fee.id) ?? ZERO), ZERO)
}

/** A percentage of whole cents is worked out in double precision, then rounded to the cent. */
function creditOf({ discount, duration }: AppliedCoupon, base: Decimal): Decimal {
  if (discount.type === 'percentage') {
    const part = base.isInteger()
      ? decimal(base.toNumber() * (discount.rate.toNumber() / 100))
      : base.times(discount.rate).div(100)
    return part.gte(base) ? base : round(part, 0)
  }
  const available =
    duration.frequency === 'once' ? (duration.remainingAmountCents ?? discount.amountCents) : discount.amountCents
  const most = decimal(available)
  return base.lt(most) ? base : most
}

/** Spreads a credit over fees by what is left of each: the base stays as it was before the first of them. */
function distribute(
  credit: Decimal,
  base: Decimal,
  fees: readonly DiscountableFee[],
  shares: Map<string, Decimal>,
): void {
  if (base.isZero()) return
  for (const fee of fees) {
    const share = shares.get(fee.id) ?? ZERO
    const amount = decimal(fee.amountCents)
    const next = round(share.plus(credit.times(amount.minus(share)).div(base)), SHARE_DECIMALS)
    shares.set(fee.id, next.gt(amount) ? amount : next)
  }
}

function afterwards(
  { discount, duration }: AppliedCoupon,
  credit: Decimal,
): Pick<CouponCredit, 'remaining' | 'terminated'> {
  switch (duration.frequency) {
    case 'forever':
      return { remaining: null, terminated: false }
    case 'recurring': {
      const remaining = Math.max(duration.remaining - 1, 0)
      return { remaining, terminated: remaining === 0 }
    }
    case 'once': {
      const usedUp =
        discount.type === 'percentage' || credit.gte(decimal(duration.remainingAmountCents ?? discount.amountCents))
      return { remaining: null, terminated: usedUp }
    }
  }
}
