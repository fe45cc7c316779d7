import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feeTaxes, invoiceTaxes, type Tax } from '../../src/invoicing/index.ts'

const named = (...rates: number[]): Tax[] => rates.map((rate, place) => ({ code: `t${place}`, rate }))
const [A, B] = [
  { code: 'a', rate: 20 },
  { code: 'b', rate: 10 },
]

interface Line {
  readonly cents: bigint
  readonly taxes: readonly Tax[]
  readonly coupons?: string
}

const lines = (cents: bigint[], taxes: readonly Tax[], coupons?: string[]): Line[] =>
  cents.map((amount, place) => ({ cents: amount, taxes, ...(coupons && { coupons: coupons[place] ?? '0' }) }))

function taxed(fees: readonly Line[], subTotal = fees.reduce((sum, { cents }) => sum + cents, 0n)) {
  const taxable = fees.map(({ cents, taxes, coupons = '0' }) => ({
    amountCents: cents,
    preciseAmountCents: String(cents),
    preciseCouponsAmountCents: coupons,
    taxes,
  }))
  return { fees: taxable.map(fee => feeTaxes(fee, fee.taxes)), invoice: invoiceTaxes(taxable, subTotal) }
}

describe('taxes of fees and of their invoice', () => {
  it.each<[string, Line[], bigint[], bigint, number?, bigint?]>([
    ['three thirds', lines([333n, 333n, 333n], named(20)), [67n, 67n, 67n], 200n, 20],
    ['two rates', lines([1005n], named(8.875, 2.5)), [114n], 114n, 11.375],
    ['three times half a cent', lines([105n], named(10, 10, 10)), [32n], 32n, 30],
    ['next to nothing', lines([1999n, 1n], named(19.6)), [392n, 0n], 392n, 19.6],
    [
      'a coupon of 100',
      lines([333n, 333n, 334n], named(19.6), ['33.3', '33.3', '33.4']),
      [59n, 59n, 59n],
      176n,
      19.6,
      900n,
    ],
    [
      'different taxes',
      [
        { cents: 1000n, taxes: [A] },
        { cents: 500n, taxes: [B] },
      ],
      [200n, 50n],
      250n,
      16.66667,
    ],
    [
      'zero fees, one of them taxed',
      [
        { cents: 0n, taxes: [A] },
        { cents: 0n, taxes: [] },
      ],
      [0n, 0n],
      0n,
      10,
    ],
    ['yens', lines([333n], named(10)), [33n], 33n, 10],
    ['dinars', lines([1005n], named(5)), [50n], 50n, 5],
    ['a negative rate', lines([105n], named(-10)), [-11n], -11n, -10],
    ['no tax', lines([1000n], []), [0n], 0n, 0],
    ['no fee', [], [], 0n, 0],
    ['1237 at 20', lines([1237n], named(20)), [247n], 247n, 20],
    ['1237 at 5.5 and 2.1', lines([1237n], named(5.5, 2.1)), [94n], 94n, 7.6],
    ['333 at 7.25 twice', lines([333n], named(7.25, 7.25)), [48n], 48n, 14.5],
    ['30 at 5 twice', lines([30n], named(5, 5)), [3n], 3n, 10],
    [
      'a 10 % coupon',
      lines([12345n, 6789n, 1003n], named(20), ['1234.68392', '679.00114', '100.31494']),
      [2222n, 1222n, 181n],
      3625n,
      20,
      18123n,
    ],
    ['coupons for everything', lines([2500n, 1500n], named(19), ['2500', '1500']), [0n, 0n], 0n, 19, 0n],
    [
      'two zero fees',
      [
        { cents: 0n, taxes: [B] },
        { cents: 0n, taxes: [{ code: 'c', rate: 4 }] },
      ],
      [0n, 0n],
      0n,
      7,
    ],
  ])('%s', (_, fees, ofFees, ofInvoice, rate, subTotal) => {
    const { fees: each, invoice } = taxed(fees, subTotal)
    expect(each.map(({ taxesAmountCents }) => taxesAmountCents)).toEqual(ofFees)
    expect(invoice).toMatchObject({ taxesAmountCents: ofInvoice, taxesRate: rate })
  })

  it.each<[bigint, number[], bigint[]]>([
    [1005n, [8.875, 2.5], [89n, 25n]],
    [105n, [10, 10, 10], [11n, 11n, 11n]],
    [1237n, [5.5, 2.1], [68n, 26n]],
    [333n, [7.25, 7.25], [24n, 24n]],
    [30n, [5, 5], [2n, 2n]],
  ])('each tax on %d cents is rounded on its own: %j', (cents, rates, rows) => {
    const { fees, invoice } = taxed(lines([cents], named(...rates)))
    expect(fees[0]?.taxes.map(({ amountCents }) => amountCents)).toEqual(rows)
    expect(invoice.taxes.map(({ amountCents }) => amountCents)).toEqual(rows)
    expect(fees[0]?.taxesRate).toBe(rates.reduce((sum, rate) => sum + rate))
  })

  it('counts for each tax what it is levied on, without coupons, cut to cents', () => {
    const a = { code: 'a', rate: 7.7 }
    const b = { code: 'b', rate: 2.5 }
    const fees = [[a], [a], [a, b]].map(taxes => ({ cents: 333n, taxes }))
    expect(taxed(fees).invoice).toEqual({
      taxes: [
        { tax: a, amountCents: 77n, feesAmountCents: 999n },
        { tax: b, amountCents: 8n, feesAmountCents: 333n },
      ],
      taxesAmountCents: 85n,
      taxesRate: 8.53333,
    })
    const discounted = taxed(
      fees.map(fee => ({ ...fee, coupons: '33.33333' })),
      899n,
    )
    expect(discounted.fees.map(({ taxesAmountCents }) => taxesAmountCents)).toEqual([23n, 23n, 31n])
    expect(discounted.invoice).toMatchObject({
      taxes: [
        { amountCents: 69n, feesAmountCents: 899n },
        { amountCents: 7n, feesAmountCents: 299n },
      ],
      taxesAmountCents: 77n,
    })
  })

  it('keeps what the rounding hides of the precise amount', () => {
    const taxes = feeTaxes({ amountCents: 1703n, preciseAmountCents: '1702.8' }, named(20))
    expect(taxes).toMatchObject({ taxesAmountCents: 341n, taxesPreciseAmountCents: '340.56' })
  })

  it('differs from the taxes of the fees by less than half a cent a fee and tax, and half a cent', () => {
    const fee = fc.record({
      cents: fc.bigInt({ min: 0n, max: 10n ** 9n }),
      taxes: fc.subarray([A, B, { code: 'c', rate: 8.875 }]),
    })
    fc.assert(
      fc.property(fc.array(fee, { maxLength: 20 }), fees => {
        const { fees: each, invoice } = taxed(fees)
        const sum = each.reduce((total, { taxesAmountCents }) => total + taxesAmountCents, 0n)
        expect(Math.abs(Number(sum - invoice.taxesAmountCents))).toBeLessThanOrEqual((fees.length + 1) / 2)
      }),
    )
  })
})
