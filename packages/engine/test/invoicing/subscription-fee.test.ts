import { describe, expect, it } from 'vitest'
import type { BillingTerms } from '../../src/calendar/index.ts'
import { billingBoundaries, terminationBoundaries, trialEnd, upgradeBoundaries } from '../../src/calendar/index.ts'
import type { SubscriptionFeeInput } from '../../src/invoicing/index.ts'
import { isStartedInThePast, isSubscriptionFeeDue, subscriptionFee } from '../../src/invoicing/index.ts'
import { instant, planTerms, printed, rows, terms } from '../calendar/support.ts'
import { BASE_FEES } from './tables.ts'

/** The windows an invoice carries for a subscription, the last ones when it has ended. */
function boundariesOf(subscription: BillingTerms, at: Temporal.Instant) {
  const { terminatedAt } = subscription
  if (terminatedAt === null) return billingBoundaries(subscription, at, 'billing')
  const ended = { ...subscription, terminatedAt }
  return ended.successor === 'upgrade' ? upgradeBoundaries(ended, ended).previous : terminationBoundaries(ended, [])
}

/** A first invoice, made at its billing instant for a subscription created when it started. */
function feeInput(
  subscription: BillingTerms,
  at: Temporal.Instant,
  changes: Partial<SubscriptionFeeInput> = {},
): SubscriptionFeeInput {
  return {
    terms: subscription,
    at,
    reason: 'subscription_periodic',
    boundaries: boundariesOf(subscription, at),
    planAmountCents: 4900n,
    subscriptionCreatedAt: subscription.startedAt,
    invoiceCreatedAt: at,
    otherFeesBilledAt: [],
    hasPreviousSubscription: false,
    trialEndsAt: null,
    ...changes,
  }
}

/** Reads the columns: price, plan, time zone, anchor, start, billing instant, end, circumstances. */
function rowInput(row: readonly string[]): SubscriptionFeeInput {
  const [price = '', plan = '', zone = '', anchor = '', start = '', tick = '', end = '', words = ''] = row
  const startedAt = start === 'same' ? anchor : start
  const upgraded = words.includes('ends by upgrade')
  const subscription = terms(anchor, zone, {
    ...planTerms(plan),
    startedAt: instant(startedAt),
    terminatedAt: end === '' ? null : instant(end),
    successor: upgraded ? 'upgrade' : 'none',
  })
  const at = instant(tick === 'start' ? startedAt : tick === 'end' ? end : tick)
  const [, trialDays] = words.match(/trial (\d+)/) ?? []
  return feeInput(subscription, at, {
    planAmountCents: BigInt(price),
    reason: tick === 'start' ? 'subscription_starting' : 'subscription_periodic',
    otherFeesBilledAt: words.includes('billed before') ? [subscription.startedAt] : [],
    hasPreviousSubscription: words.includes('replaces another'),
    trialEndsAt: trialEnd(subscription.startedAt, trialDays === undefined ? null : Number(trialDays)),
  })
}

describe('the amount of a base fee', () => {
  it.each(rows(BASE_FEES))('of %s for %s in %s, from %s (%s), billed at %s, ended %s, %s', (...row) => {
    const [, , , , , , , , window, duration, amount = ''] = row
    const input = rowInput(row)
    expect(printed(input.boundaries.base)).toBe(window)
    expect(input.boundaries.baseDuration).toBe(Number(duration))
    expect(subscriptionFee(input).amountCents).toBe(BigInt(amount))
  })

  it.each(
    rows(`
      9300  | monthly calendar arr    | America/New_York | 2025-03-06 15:00 | same | 2025-04-01 04:10 | | | 7800.0
      2900  | monthly calendar arr    | UTC | 2024-02-10 00:00 | same | 2024-03-01 00:10 | | | 2000.0
      2800  | monthly calendar arr    | UTC | 2025-02-10 00:00 | same | 2025-03-01 00:10 | | | 1900.0
      700   | weekly calendar arr     | UTC | 2025-06-05 11:00 | same | 2025-06-09 00:10 | | | 400.0
      9000  | quarterly calendar arr  | UTC | 2025-02-14 11:00 | same | 2025-04-01 00:10 | | | 4600.0
      18100 | semiannual calendar arr | UTC | 2025-04-01 11:00 | same | 2025-07-01 00:10 | | | 9100.0
      36500 | yearly calendar arr     | UTC | 2024-11-20 11:00 | same | 2025-01-01 00:10 | | | 4188.524590163935
      1000  | monthly calendar arr    | UTC | 2025-01-15 11:00 | same | 2025-02-01 00:10 | | | 548.3870967741935
      6000  | monthly calendar arr    | UTC | 2025-01-01 00:00 | same | end | 2025-06-10 15:00 | billed before | 2000.0
      6000  | monthly calendar arr    | UTC | 2025-01-01 00:00 | same | end | 2025-06-11 00:00 | billed before | 2200.0
      6000  | monthly calendar arr    | UTC | 2025-01-01 00:00 | same | 2025-06-10 15:00:01 | 2025-06-10 15:00 | ends by upgrade, billed before | 1800.0
      12000 | monthly calendar adv    | UTC | 2025-01-01 00:00 | 2025-06-10 15:00 | 2025-06-10 15:00:01 | | replaces another by upgrade | 8400.0
      6000  | monthly calendar arr    | UTC | 2025-06-10 09:00 | same | 2025-06-10 15:00:01 | 2025-06-10 15:00 | ends by upgrade | 0.0
      3100  | monthly calendar arr    | UTC | 2025-03-05 14:30 | same | 2025-04-01 00:10 | | trial 10 | 1700.0
      2800  | monthly anniversary arr | UTC | 2025-01-31 09:00 | same | 2025-02-28 00:10 | | | 2800.0
      3100  | monthly calendar arr    | Europe/Paris | 2025-10-20 09:00 | same | 2025-10-31 23:10 | | | 1200.0
      10000 | monthly calendar arr    | UTC | 2025-01-15 09:00 | same | 2025-02-01 00:10 | | | 5483.870967741936
      10000 | monthly calendar arr    | UTC | 2025-06-11 09:00 | same | 2025-07-01 00:10 | | | 6666.666666666666
      4900  | monthly calendar arr    | UTC | 2026-06-12 15:20 | same | 2026-07-01 00:10 | | trial 30 | 0.0
    `),
  )('of %s for %s in %s, from %s (%s), billed at %s, ended %s, %s, before rounding: %s', (...row) => {
    const [price = '', , , , , , , , precise = ''] = row
    const amountCents = BigInt(Math.round(Number(precise)))
    expect(subscriptionFee(rowInput(row))).toEqual({
      amountCents,
      preciseAmountCents: precise,
      unitAmountCents: amountCents,
      planAmountCents: BigInt(price),
    })
  })

  it('is the whole price, to the cent, however large', () => {
    const price = 90_071_992_547_409_931n
    const subscription = terms('2026-01-10T00:00:00Z', 'UTC')
    const at = instant('2026-07-01 00:10')
    const earlier = [instant('2026-06-01 00:10')]
    const fee = subscriptionFee(feeInput(subscription, at, { planAmountCents: price, otherFeesBilledAt: earlier }))
    expect(fee.amountCents).toBe(price)
    expect(fee.preciseAmountCents).toBe('90071992547409931.0')
  })

  // 31 times a 31st of 8100 is not 8100 in double precision.
  it('is exactly the whole price for a subscription that was given a start in the past', () => {
    const past = { subscriptionCreatedAt: instant('2026-06-20 09:00'), planAmountCents: 8100n }
    const inAdvance = terms('2026-06-10T00:00:00Z', 'UTC', { payInAdvance: true })
    const fee = subscriptionFee(feeInput(inAdvance, instant('2026-07-01 00:10'), past))
    expect(fee.preciseAmountCents).toBe('8100.0')

    const inArrears = terms('2026-03-10T00:00:00Z', 'UTC')
    const arrears = subscriptionFee(feeInput(inArrears, instant('2026-08-01 00:10'), past))
    expect(arrears.preciseAmountCents).toBe('8100.0')
  })

  it('is a part when the given start lies in the period billed', () => {
    const backdated = terms('2026-06-16T00:00:00Z', 'UTC')
    const created = { subscriptionCreatedAt: instant('2026-06-20 09:00') }
    expect(subscriptionFee(feeInput(backdated, instant('2026-07-01 00:10'), created)).amountCents).toBe(2450n)
  })

  it('of a closed period does not change when the draft is computed again after an upgrade', () => {
    const upgraded = terms('2026-01-10T00:00:00Z', 'UTC', {
      terminatedAt: instant('2026-07-03 10:00'),
      successor: 'upgrade',
    })
    const at = instant('2026-07-01 00:10')
    const boundaries = billingBoundaries(upgraded, at, 'billing')
    const otherFeesBilledAt = [instant('2026-06-01 00:10')]
    expect(subscriptionFee(feeInput(upgraded, at, { boundaries, otherFeesBilledAt })).amountCents).toBe(4900n)
  })

  it('of a first period does not change either', () => {
    const upgraded = terms('2026-06-16T09:00:00Z', 'UTC', {
      terminatedAt: instant('2026-07-03 10:00'),
      successor: 'upgrade',
    })
    const at = instant('2026-07-01 00:10')
    const boundaries = billingBoundaries(upgraded, at, 'billing')
    expect(subscriptionFee(feeInput(upgraded, at, { boundaries })).amountCents).toBe(2450n)
  })

  it('of the last period after a downgrade is the whole price', () => {
    const downgraded = terms('2026-01-10T00:00:00Z', 'UTC', {
      terminatedAt: instant('2026-07-01 00:10'),
      successor: 'downgrade',
    })
    const at = instant('2026-07-01 00:10')
    const otherFeesBilledAt = [instant('2026-06-01 00:10')]
    expect(subscriptionFee(feeInput(downgraded, at, { otherFeesBilledAt })).amountCents).toBe(4900n)
  })
})

describe('whether a base fee is due', () => {
  const due = (plan: string, startedAt: string, at: string, changes: Partial<SubscriptionFeeInput> = {}) =>
    isSubscriptionFeeDue(feeInput(terms(startedAt, 'UTC', planTerms(plan)), instant(at), changes))

  it('bills in advance at the start, in arrears once the period has passed', () => {
    const starting = { reason: 'subscription_starting' } as const
    expect(due('monthly calendar adv', '2026-06-12T10:00:00Z', '2026-06-12 10:00', starting)).toBe(true)
    expect(due('monthly calendar arr', '2026-06-12T10:00:00Z', '2026-06-12 10:00', starting)).toBe(false)
    expect(due('monthly calendar arr', '2026-06-12T10:00:00Z', '2026-07-01 00:10')).toBe(true)
  })

  it('bills in advance once on a day', () => {
    const otherFeesBilledAt = [instant('2026-07-01 00:10')]
    expect(due('monthly calendar adv', '2026-06-12T10:00:00Z', '2026-07-01 08:10', { otherFeesBilledAt })).toBe(false)
    expect(due('monthly calendar adv', '2026-06-12T10:00:00Z', '2026-08-01 00:10', { otherFeesBilledAt })).toBe(true)
    expect(due('monthly calendar arr', '2026-06-12T10:00:00Z', '2026-07-01 08:10', { otherFeesBilledAt })).toBe(true)
  })

  it.each(
    rows(`
      yearly calendar arr bcm         | 2026-10-20 | 2026-11-01 | no
      yearly calendar arr bcm         | 2026-10-20 | 2027-01-01 | yes
      yearly calendar arr bcm         | 2026-10-20 | 2027-02-01 | no
      yearly anniversary adv bfcm     | 2026-01-31 | 2026-02-28 | no
      yearly anniversary adv bfcm     | 2026-01-31 | 2027-01-31 | yes
      semiannual anniversary arr bcm  | 2026-05-15 | 2026-10-15 | no
      semiannual anniversary arr bcm  | 2026-05-15 | 2026-11-15 | yes
      semiannual calendar adv bfcm    | 2026-05-15 | 2026-06-01 | no
      semiannual calendar adv bfcm    | 2026-05-15 | 2026-07-01 | yes
    `),
  )('%s started %s, on %s: %s', (plan, started, day, answer) => {
    const otherFeesBilledAt = [instant(`${started} 09:00`)]
    expect(due(plan, `${started}T09:00:00Z`, `${day} 00:10`, { otherFeesBilledAt })).toBe(answer === 'yes')
  })

  it('bills a split plan in advance in any month as long as it never was', () => {
    expect(due('yearly calendar adv bcm', '2026-10-20T09:00:00Z', '2026-11-01 00:10')).toBe(true)
  })

  it('waits for the second plan period when the start was in the past', () => {
    const created = { subscriptionCreatedAt: instant('2026-08-20 09:00') }
    const plan = 'semiannual anniversary adv bcm'
    expect(due(plan, '2026-08-10T00:00:00Z', '2026-09-10 00:10', created)).toBe(false)
    expect(due(plan, '2026-08-10T00:00:00Z', '2026-08-20 00:10', created)).toBe(false)
    expect(due(plan, '2026-08-10T00:00:00Z', '2027-02-10 00:10', created)).toBe(true)
    expect(due('monthly calendar adv', '2026-08-10T00:00:00Z', '2026-09-01 00:10', created)).toBe(true)
  })

  it('is withheld during a trial, until the local day it ends', () => {
    const trialEndsAt = instant('2026-07-01 15:20')
    expect(due('monthly calendar adv', '2026-06-12T15:20:00Z', '2026-06-12 15:20', { trialEndsAt })).toBe(false)
    expect(due('monthly calendar adv', '2026-06-12T15:20:00Z', '2026-07-01 00:10', { trialEndsAt })).toBe(true)
    expect(due('monthly calendar adv', '2026-06-12T15:20:00Z', '2026-08-01 00:10', { trialEndsAt })).toBe(true)
  })

  it('of a terminated subscription is due in arrears only, or on a draft made before the end', () => {
    const ended = { terminatedAt: instant('2026-06-18 13:30') }
    const inArrears = terms('2026-01-10T00:00:00Z', 'UTC', { ...planTerms('yearly calendar arr bcm'), ...ended })
    expect(isSubscriptionFeeDue(feeInput(inArrears, ended.terminatedAt))).toBe(true)

    const inAdvance = terms('2026-01-10T00:00:00Z', 'UTC', { payInAdvance: true, ...ended })
    expect(isSubscriptionFeeDue(feeInput(inAdvance, ended.terminatedAt))).toBe(false)
    const draft = feeInput(inAdvance, instant('2026-06-01 00:10'))
    expect(isSubscriptionFeeDue(draft)).toBe(true)
  })

  it('looks at UTC dates to tell whether a subscription was started in the past', () => {
    expect(isStartedInThePast(instant('2026-06-18 23:59'), instant('2026-06-19 00:00'))).toBe(true)
    expect(isStartedInThePast(instant('2026-06-19 00:00'), instant('2026-06-19 23:59'))).toBe(false)
  })
})
