import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AppliedCoupon, applyCoupons, type CouponLimit, type DiscountableFee } from '../../src/crediting/index.ts'
import { decimal } from '../../src/money/index.ts'

function fee(id: string, amountCents: number, of: { metric?: string; plan?: string } = {}): DiscountableFee {
  return {
    id,
    amountCents: BigInt(amountCents),
    preciseCouponsAmountCents: decimal(0),
    metricId: of.metric ?? null,
    planIds: of.plan === undefined ? [] : [of.plan],
  }
}

let age = 0
function coupon(
  id: string,
  discount: string | number,
  fields: Partial<Pick<AppliedCoupon, 'duration' | 'limit'>> & { currency?: string } = {},
): AppliedCoupon {
  age += 1
  return {
    id,
    discount:
      typeof discount === 'string'
        ? { type: 'percentage', rate: decimal(discount) }
        : { type: 'fixed_amount', amountCents: BigInt(discount), currency: fields.currency ?? 'EUR' },
    duration: fields.duration ?? { frequency: 'forever' },
    limit: fields.limit ?? { kind: 'none' },
    appliedAt: Temporal.Instant.fromEpochMilliseconds(age * 1000),
  }
}

const once = { frequency: 'once', remainingAmountCents: null } as const
const metrics = (...metricIds: string[]): CouponLimit => ({ kind: 'metrics', metricIds })

function apply(fees: readonly DiscountableFee[], coupons: readonly AppliedCoupon[]) {
  const subTotalCents = fees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const result = applyCoupons({ currency: 'EUR', subTotalCents, fees }, coupons)
  return {
    credits: Object.fromEntries(result.credits.map(credit => [credit.appliedCouponId, Number(credit.amountCents)])),
    terminated: result.credits.filter(credit => credit.terminated).map(credit => credit.appliedCouponId),
    shares: [...result.preciseCouponsAmountCents.values()].map(share => share.toFixed(5)),
    subTotal: Number(subTotalCents - result.amountCents),
  }
}

describe('coupons on an invoice', () => {
  it('apply one after another to what is left, spread over the fees', () => {
    const fees = [fee('a', 7345), fee('b', 1209), fee('c', 46)]
    expect(apply(fees, [coupon('part', '12.5', { duration: once }), coupon('fixed', 2000)])).toEqual({
      credits: { part: 1075, fixed: 2000 },
      terminated: ['part'],
      shares: ['2626.26453', '432.28779', '16.44767'],
      subTotal: 5525,
    })
  })

  it('apply to metrics first, then to plans, then to everything, whatever their age', () => {
    const fees = [
      fee('s', 4100, { plan: 'p' }),
      fee('x', 1333, { metric: 'x', plan: 'p' }),
      fee('y', 2500, { metric: 'y', plan: 'p' }),
    ]
    const coupons = [
      coupon('all', '5'),
      coupon('plan', 1500, { limit: { kind: 'plans', planIds: ['p'] } }),
      coupon('metrics', '10', { limit: metrics('x', 'y') }),
    ]
    expect(apply(fees, coupons)).toEqual({
      credits: { metrics: 383, plan: 1500, all: 303 },
      terminated: [],
      shares: ['979.11259', '419.71848', '787.16894'],
      subTotal: 5747,
    })
  })

  it('drop the fraction of a cent that a limited coupon uses up', () => {
    const fees = [fee('s', 1001), fee('x', 700, { metric: 'x' }), fee('y', 300, { metric: 'y' })]
    const coupons = [
      coupon('xy', '33.33333', { limit: metrics('x', 'y') }),
      coupon('x', 5000, { limit: metrics('x') }),
      coupon('all', 100),
    ]
    expect(apply(fees, coupons)).toEqual({
      credits: { xy: 333, x: 466, all: 100 },
      terminated: [],
      shares: ['83.27787', '700.00000', '116.54725'],
      subTotal: 1102,
    })
  })

  it.each<[string, string, number, number]>([
    ['10 % of 5', '10', 5, 1],
    ['10 % of 4', '10', 4, 0],
    ['7 % of 1,050', '7', 1050, 74],
    ['15 % of 333', '15', 333, 50],
    ['100 %', '100', 333, 333],
    ['more than all', '250', 333, 333],
  ])('round %s half away from zero', (_, rate, cents, credit) => {
    expect(apply([fee('f', cents)], [coupon('c', rate)]).credits.c).toBe(credit)
  })

  it.each<[string, AppliedCoupon['duration'], number, number, boolean]>([
    ['once, more than the invoice', { frequency: 'once', remainingAmountCents: 5000n }, 3200, 3200, false],
    ['once, its rest', { frequency: 'once', remainingAmountCents: 1800n }, 2500, 1800, true],
    ['for good', { frequency: 'forever' }, 2500, 2500, false],
    ['for its last invoice', { frequency: 'recurring', remaining: 1 }, 7000, 5000, true],
    ['for two more invoices', { frequency: 'recurring', remaining: 2 }, 7000, 5000, false],
  ])('of a fixed amount last %s', (_, duration, fees, credit, terminated) => {
    const result = apply([fee('f', fees)], [coupon('c', 5000, { duration })])
    expect(result).toMatchObject({ credits: { c: credit }, terminated: terminated ? ['c'] : [] })
  })

  it('pass over other currencies, fees they do not concern, and invoices of nothing', () => {
    expect(apply([fee('f', 100)], [coupon('usd', 50, { currency: 'USD' })]).credits).toEqual({})
    expect(apply([fee('f', 100)], [coupon('x', '10', { limit: metrics('x') })]).credits).toEqual({})
    expect(apply([fee('f', 0)], [coupon('c', '10', { duration: once })]).credits).toEqual({})
  })

  it('are used up by limited fees of nothing on an invoice of something', () => {
    const fees = [fee('s', 100), fee('x', 0, { metric: 'x' })]
    const result = apply(fees, [coupon('x', '10', { limit: metrics('x'), duration: once })])
    expect(result).toMatchObject({ credits: { x: 0 }, terminated: ['x'] })
  })

  it('never take more than there is, from the invoice or from a fee', () => {
    const fees = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 6 })
    const discounts = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 120 }).map(String)),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(fees, discounts, (amounts, given) => {
        const invoiceFees = amounts.map((amount, place) =>
          fee(String(place), amount, { metric: place % 2 === 0 ? 'x' : 'y' }),
        )
        const coupons = given.map((discount, place) =>
          coupon(String(place), discount, place % 3 === 0 ? { limit: metrics('x') } : {}),
        )
        const total = invoiceFees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
        const result = applyCoupons({ currency: 'EUR', subTotalCents: total, fees: invoiceFees }, coupons)
        expect(result.amountCents <= total).toBe(true)
        for (const { id, amountCents } of invoiceFees) {
          const share = result.preciseCouponsAmountCents.get(id) ?? decimal(-1)
          expect(share.gte(0) && share.lte(amountCents.toString())).toBe(true)
        }
      }),
    )
  })
})
