import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allocatePrepaidCredits,
  allocateUnbilledUsage,
  creditsForCents,
  fundFrom,
  type Inbound,
  intervalTopUp,
  isTopUpDay,
  nextTopUpDay,
  type OngoingWallet,
  type PayableFee,
  type PayingWallet,
  purchasedCredits,
  roundsToZero,
  type TopUpInterval,
  thresholdTopUp,
  voidedCredits,
} from '../../src/crediting/index.ts'
import { type Currency, decimal } from '../../src/money/index.ts'

const rate = (rateAmount: string, currency: Currency = 'EUR') => ({ rateAmount: decimal(rateAmount), currency })

describe('credits and money', () => {
  it.each<[string, string, Currency, string, string]>([
    ['10', '1', 'EUR', '10', '10'],
    ['7.123456789', '1', 'EUR', '7.12', '7.12'],
    ['1.111', '1.5', 'EUR', '1.67', '1.11333'],
    ['33', '0.07', 'EUR', '2.31', '33'],
    ['0.33333', '3', 'EUR', '1', '0.33333'],
    ['0.005', '1', 'EUR', '0.01', '0.01'],
    ['2.5', '25', 'JPY', '63', '2.52'],
    ['12.34567', '0.1', 'KWD', '1.235', '12.35'],
  ])('%s credits bought at %s %s are %s for %s credits', (credits, price, currency, amount, creditAmount) => {
    const worth = purchasedCredits(decimal(credits), rate(price, currency))
    expect([worth.amount.toFixed(), worth.creditAmount.toFixed()]).toEqual([amount, creditAmount])
  })

  it.each<[string, string, boolean]>([
    ['0.004', '1', true],
    ['3', '0.0012', true],
    ['0', '1', false],
    ['0.005', '1', false],
  ])('%s credits at %s round to nothing: %s', (credits, price, nothing) => {
    expect(roundsToZero(decimal(credits), rate(price))).toBe(nothing)
  })

  it.each<[string, string, string, string]>([
    ['1234', '1.5', '12.34', '8.22667'],
    ['1000', '3', '10', '3.33333'],
    ['999', '0.7', '9.99', '14.27143'],
    ['150.5', '1', '1.51', '1.51'],
    ['150.4', '2', '1.5', '0.75'],
  ])('%s cents at %s are %s, which is %s credits', (cents, price, amount, creditAmount) => {
    const worth = creditsForCents(decimal(cents), rate(price))
    expect([worth.amount.toFixed(), worth.creditAmount.toFixed()]).toEqual([amount, creditAmount])
  })

  it('keeps the credits of a void as they were asked', () => {
    const worth = voidedCredits(decimal('3.33789'), rate('0.9'))
    expect([worth.amountCents, worth.creditAmount.toFixed()]).toEqual([300n, '3.33789'])
  })
})

describe('where the money of a wallet comes from', () => {
  const inbound = (id: string, granted: boolean, priority: number, age: number, cents: number): Inbound => ({
    id,
    granted,
    priority,
    createdAt: Temporal.Instant.fromEpochMilliseconds(age),
    remainingAmountCents: BigInt(cents),
  })

  it('is by priority, granted before purchased, oldest first', () => {
    const inbounds = [
      inbound('P1', false, 50, 1, 4000),
      inbound('G2', true, 50, 2, 300),
      inbound('G1', true, 50, 3, 1500),
      inbound('P2', false, 10, 4, 700),
    ]
    const parts = (cents: bigint) => fundFrom(inbounds, cents).map(part => [part.inboundId, Number(part.amountCents)])
    expect(parts(3000n)).toEqual([
      ['P2', 700],
      ['G2', 300],
      ['G1', 1500],
      ['P1', 500],
    ])
    expect(parts(9000n).reduce((sum, [, cents]) => sum + Number(cents), 0)).toBe(6500)
  })
})

describe('prepaid credits on an invoice', () => {
  const fee = (
    feeType: string,
    metricId: string | null,
    cents: number,
    tax: string,
    target: string | null = null,
  ): PayableFee => ({
    feeType,
    metricId,
    targetWalletCode: target,
    amountCents: BigInt(cents),
    preciseCouponsAmountCents: decimal(0),
    taxesPreciseAmountCents: decimal(tax),
    preciseCreditNotesAmountCents: decimal(0),
  })
  const wallet = (id: string, cents: number, limits: Partial<PayingWallet> = {}): PayingWallet => ({
    id,
    code: id,
    balanceCents: BigInt(cents),
    allowedFeeTypes: [],
    metricIds: [],
    ...limits,
  })
  const fees = [
    fee('subscription', null, 4000, '800'),
    fee('charge', 'x', 2505, '501.08'),
    fee('charge', 'y', 333, '18.304'),
  ]
  const [w1, w2] = [wallet('W1', 2000, { metricIds: ['x'] }), wallet('W2', 5000, { allowedFeeTypes: ['charge'] })]
  const pay = (total: bigint, of: PayableFee[], wallets: PayingWallet[]) =>
    Object.fromEntries(
      allocatePrepaidCredits(total, of, wallets).map(share => [share.walletId, Number(share.amountCents)]),
    )

  it('are taken by wallets in order, from the largest part each may pay', () => {
    expect(pay(8157n, fees, [w1, w2, wallet('W3', 3000)])).toEqual({ W1: 2000, W2: 1357, W3: 3000 })
    expect(pay(8157n, fees, [w1, w2, wallet('W3', 10_000)])).toEqual({ W1: 2000, W2: 1357, W3: 4800 })
    expect(pay(8157n, fees, [wallet('W3', 3000), w1, w2])).toEqual({ W3: 3000, W1: 2000, W2: 1357 })
  })

  it('of a wallet that events named pay, and no other', () => {
    const targeted = [fee('charge', 'x', 700, '0', 'W2')]
    expect(pay(700n, targeted, [wallet('W1', 1000), w2])).toEqual({ W2: 700 })
    expect(pay(700n, targeted, [wallet('W1', 1000)])).toEqual({})
  })

  it('never come to more than is due, however shares are rounded', () => {
    const halves = [fee('charge', 'x', 151, '-0.5'), fee('charge', 'y', 150, '0.5')]
    const wallets = [wallet('A', 500, { metricIds: ['x'] }), wallet('B', 500, { metricIds: ['y'] })]
    expect(pay(301n, halves, wallets)).toEqual({ A: 151, B: 150 })
  })

  it('never exceed a balance or the total', () => {
    const amounts = fc.array(fc.tuple(fc.integer({ min: 0, max: 9999 }), fc.constantFrom('x', 'y', null)), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(amounts, fc.array(fc.integer({ min: 1, max: 9999 }), { maxLength: 4 }), (given, balances) => {
        const of = given.map(([cents, metric]) =>
          fee(metric === null ? 'subscription' : 'charge', metric, cents, '0.25'),
        )
        const wallets = balances.map((cents, place) =>
          wallet(String(place), cents, place % 2 === 0 ? {} : { metricIds: ['x'] }),
        )
        const total = given.reduce((sum, [cents]) => sum + BigInt(cents), 0n)
        const shares = allocatePrepaidCredits(total, of, wallets)
        expect(shares.reduce((sum, share) => sum + share.amountCents, 0n) <= total).toBe(true)
        for (const share of shares) {
          expect(share.amountCents <= (wallets.find(({ id }) => id === share.walletId)?.balanceCents ?? 0n)).toBe(true)
        }
      }),
    )
  })
})

describe('the ongoing balance', () => {
  type Net = [feeType: string, metric: string | null, target: string | null, cents: number]
  type Owned = [id: string, cents: number, limits?: Partial<OngoingWallet>]
  const [sub, x, y] = [
    (cents: number): Net => ['subscription', null, null, cents],
    (cents: number): Net => ['charge', 'x', null, cents],
    (cents: number): Net => ['charge', 'y', null, cents],
  ]

  it.each<[string, Net[], Owned[], Record<string, number>]>([
    [
      'limited, then free',
      [sub(2400), x(1800), y(900)],
      [
        ['W1', 1000, { metricIds: ['x'] }],
        ['W2', 1500],
      ],
      { W1: 1000, W2: 4100 },
    ],
    [
      'topped up, then free',
      [sub(2400), x(1800), y(900)],
      [
        ['W1', 1000, { hasThresholdRule: true }],
        ['W2', 1500],
      ],
      { W1: 5100, W2: 0 },
    ],
    [
      'billed too much',
      [sub(2400), x(-200), y(900)],
      [
        ['W1', 1000, { metricIds: ['x'] }],
        ['W2', 1500],
      ],
      { W1: 0, W2: 3100 },
    ],
    [
      'three free ones',
      [x(5000)],
      [
        ['A', 1200],
        ['B', 800],
        ['C', 500],
      ],
      { A: 1200, B: 800, C: 3000 },
    ],
    [
      'a named one',
      [['charge', 'x', 'B', 700], x(2500)],
      [
        ['A', 1200],
        ['B', 800],
      ],
      { A: 1200, B: 2000 },
    ],
  ])('allots usage: %s', (_, nets, owned, expected) => {
    const usage = nets.map(([feeType, metricId, targetWalletCode, cents]) => ({
      feeType,
      metricId,
      targetWalletCode,
      currency: 'EUR',
      amountCents: decimal(cents),
    }))
    const wallets = owned.map(([id, cents, limits]) => ({
      id,
      code: id,
      currency: 'EUR',
      balanceCents: BigInt(cents),
      allowedFeeTypes: [],
      metricIds: [],
      hasThresholdRule: false,
      ...limits,
    }))
    const allotted = allocateUnbilledUsage(usage, wallets)
    expect(Object.fromEntries([...allotted].map(([id, cents]) => [id, cents.toNumber()]))).toEqual(expected)
  })
})

describe('recurring top-ups', () => {
  it.each<[TopUpInterval, string, string, boolean]>([
    ['weekly', '2025-01-07', '2025-02-11', true],
    ['weekly', '2025-01-07', '2025-02-12', false],
    ['monthly', '2025-01-31', '2025-04-30', true],
    ['monthly', '2025-01-29', '2025-02-28', true],
    ['monthly', '2025-01-30', '2025-02-27', false],
    ['monthly', '2025-01-15', '2025-02-28', false],
    ['quarterly', '2024-11-30', '2025-02-28', true],
    ['quarterly', '2024-11-30', '2025-01-30', false],
    ['semiannual', '2024-08-31', '2025-02-28', true],
    ['yearly', '2024-02-29', '2025-02-28', true],
    ['yearly', '2024-02-29', '2028-02-28', false],
    ['yearly', '2024-03-10', '2025-04-10', false],
  ])('%s from %s fall on %s: %s', (interval, anchor, day, due) => {
    expect(isTopUpDay(interval, Temporal.PlainDate.from(anchor), Temporal.PlainDate.from(day))).toBe(due)
    const next = nextTopUpDay(interval, Temporal.PlainDate.from(anchor), Temporal.PlainDate.from(day))
    expect(next.equals(day)).toBe(due)
    let first = Temporal.PlainDate.from(day)
    while (!isTopUpDay(interval, Temporal.PlainDate.from(anchor), first)) first = first.add({ days: 1 })
    expect(next.toString()).toBe(first.toString())
  })

  it.each<
    [
      threshold: string,
      balance: string,
      paid: string,
      granted: string,
      pending: string,
      max: string | null,
      result: [string, string] | null,
    ]
  >([
    ['20', '20.01', '10', '0', '0', null, null],
    ['20', '20', '10', '0', '0', null, ['10', '0']],
    ['20', '-35', '10', '0', '0', null, ['60', '0']],
    ['20', '-35', '10', '5', '0', null, ['60', '5']],
    ['20', '-35', '10', '0', '50', null, ['10', '0']],
    ['20', '-35', '10', '0', '56', null, null],
    ['20', '-35', '10', '0', '0', '30', ['30', '0']],
    ['100', '60', '40', '0', '0', null, ['80', '0']],
    ['100', '60.5', '40', '0', '0', null, ['40', '0']],
  ])(
    'below %s at %s add %s and %s, with %s pending and at most %s: %j',
    (threshold, balance, paid, granted, pending, max, result) => {
      const topUp = thresholdTopUp(
        { method: 'fixed', paidCredits: decimal(paid), grantedCredits: decimal(granted) },
        decimal(threshold),
        decimal(balance),
        decimal(pending),
        { minCredits: null, maxCredits: max === null ? null : decimal(max) },
      )
      expect(topUp && [topUp.paidCredits.toFixed(), topUp.grantedCredits.toFixed()]).toEqual(result)
    },
  )

  it('fill up to a target, with the minimum that may be bought', () => {
    const target = { method: 'target', targetOngoingBalance: decimal(150), grants: false } as const
    const none = { minCredits: null, maxCredits: decimal(1) }
    expect(intervalTopUp(target, decimal('-12.5'), none)?.paidCredits.toFixed()).toBe('162.5')
    expect(thresholdTopUp(target, decimal(20), decimal('-12.5'), decimal(0), none)?.paidCredits.toFixed()).toBe('162.5')
    const withMinimum = { minCredits: decimal(200), maxCredits: null }
    expect(intervalTopUp(target, decimal('-12.5'), withMinimum)?.paidCredits.toFixed()).toBe('200')
    const granting = { ...target, grants: true }
    expect(intervalTopUp(granting, decimal('-12.5'), withMinimum)?.grantedCredits.toFixed()).toBe('162.5')
    expect(intervalTopUp(target, decimal(150), none)).toBeNull()
  })
})
