import { describe, expect, it } from 'vitest'
import {
  type BillingTerms,
  billingBoundaries,
  terminationBoundaries,
  upgradeBoundaries,
} from '../../src/calendar/index.ts'
import {
  commitmentFee,
  commitmentSpan,
  type EarlierInvoice,
  type InvoicingReason,
  isWithin,
} from '../../src/invoicing/index.ts'
import { instant, planTerms, printed, printedInstant, rows, terms } from '../calendar/support.ts'

interface Billed {
  readonly terms: BillingTerms
  readonly at: Temporal.Instant
  readonly reason: InvoicingReason
}

/** Ticks at which the subscription was billed before, base fee included. */
function earlierInvoices(subscription: BillingTerms, ticks: string[]): EarlierInvoice[] {
  const active = { ...subscription, terminatedAt: null }
  return ticks.map(tick => ({
    at: instant(tick),
    base: billingBoundaries(active, instant(tick), 'billing').base,
    hasBaseFee: true,
  }))
}

function boundariesOf({ terms, at, reason }: Billed, earlier: readonly EarlierInvoice[]) {
  const { terminatedAt } = terms
  const isCutShort = terminatedAt !== null && terms.successor !== 'downgrade'
  if (reason !== 'subscription_terminating' || !isCutShort) return billingBoundaries(terms, at, 'billing')
  const ended = { ...terms, terminatedAt }
  if (terms.successor !== 'none') return upgradeBoundaries(ended, terms).previous
  const periods = earlier.map(({ base }) => ({ base, charges: base, fixedCharges: base }))
  return terminationBoundaries(ended, periods)
}

describe('the fee of a minimum commitment', () => {
  it.each(
    rows(`
      20000 | monthly calendar arr | 2026-05-01 | 2026-07-01 00:10 | | 2026-06-01 00:10 | 15000 | 5000
      20000 | monthly calendar arr | 2026-04-11 09:00 | 2026-05-01 00:10 | | | 3333 4120 | 5880
      30000 | monthly calendar arr | 2026-05-01 | end | 2026-06-12 09:00 | 2026-06-01 00:10 | 14000 | none
      50000 | yearly calendar arr | 2025-11-01 | 2026-01-01 00:10 | | | 2100 | 6256
      30000 | monthly calendar adv | 2026-04-11 | 2026-05-01 00:10 | | 2026-04-11 | 6666.666666666666 4000 | 9333
      10500 | weekly calendar adv | 2026-06-01 | end | 2026-06-04 12:00 | 2026-06-01 | 1000 | 5000
      20000 | monthly calendar arr | 2026-05-01 | down | 2026-07-01 00:10 | 2026-06-01 00:10 | 15000 | 5000
      20000 | monthly calendar arr | 2026-05-01 | up | 2026-06-10 15:00 | 2026-06-01 00:10 | 1800 | 4867
      20000 | monthly calendar arr | 2026-06-01 | 2026-07-01 00:10 | | | 20000 | none
      20000 | monthly calendar adv | 2026-04-11 | 2026-04-11 | | | 0 | never
      20000 | monthly calendar arr | 2026-04-11 | start | | | 0 | never
      24000 | yearly calendar arr bcm | 2026-01-01 | 2026-03-01 00:10 | | | 0 | never
      24000 | yearly calendar arr bcm | 2026-01-01 | 2027-01-01 00:10 | | | 9000 | 15000
      36500 | yearly calendar arr bcm | 2026-01-01 | end | 2026-03-05 10:00 | | 5000 | 1400
      24000 | yearly calendar adv bcm | 2026-01-01 | 2026-05-01 00:10 | | 2026-01-01 | 9000 | never
      24000 | yearly calendar adv bcm | 2026-01-01 | 2027-01-01 00:10 | | 2026-01-01 | 9000 | 15000
    `),
  )('of %s, %s from %s, billed at %s', (amount, plan, start, tick, end = '', before = '', billed = '', fee = '') => {
    const changed = { down: 'downgrade', up: 'upgrade' } as const
    const successor = tick === 'down' || tick === 'up' ? changed[tick] : 'none'
    const subscription = terms(start.length === 10 ? `${start} 00:00` : start, 'UTC', {
      ...planTerms(plan),
      terminatedAt: end === '' ? null : instant(end),
      successor,
    })
    const earlier = earlierInvoices(subscription, before === '' ? [] : before.split(', ').map(padded))
    const isEnd = end !== ''
    const at = isEnd ? instant(end) : tick === 'start' ? subscription.startedAt : instant(padded(tick))
    const reason = isEnd
      ? 'subscription_terminating'
      : tick === 'start'
        ? 'subscription_starting'
        : 'subscription_periodic'
    const invoice = { terms: subscription, at, reason } satisfies Billed
    const span = commitmentSpan({ ...invoice, boundaries: boundariesOf(invoice, earlier) }, earlier)
    if (fee === 'never') {
      expect(span).toBeNull()
      return
    }
    if (span === null) throw new Error('nothing is compared')
    const amounts = billed.split(' ').map(precise => ({
      amountCents: BigInt(Math.round(Number(precise))),
      preciseAmountCents: precise,
    }))
    const computed = commitmentFee(BigInt(amount), span, amounts, 'USD')
    expect(computed?.amountCents ?? 'none').toEqual(fee === 'none' ? 'none' : BigInt(fee))
    if (computed === null) return
    expect(computed.unitAmountCents).toBe(computed.amountCents)
    expect(Number(computed.preciseUnitAmount)).toBe(Number(computed.amountCents) / 100)
  })

  it('keeps what the rounding hides', () => {
    const subscription = terms('2026-04-11 00:00', 'UTC', planTerms('monthly calendar adv'))
    const earlier = earlierInvoices(subscription, ['2026-04-11 00:00'])
    const at = instant('2026-05-01 00:10')
    const boundaries = billingBoundaries(subscription, at, 'billing')
    const span = commitmentSpan({ terms: subscription, at, reason: 'subscription_periodic', boundaries }, earlier)
    if (span === null) throw new Error('nothing is compared')
    expect(printed(span.period)).toBe('2026-04-01 00:00:00 .. 2026-04-30 23:59:59')
    expect([span.from, span.to].map(printedInstant)).toEqual(['2026-04-11 00:00:00', '2026-04-30 23:59:59'])
    const billed = [
      { amountCents: 6667n, preciseAmountCents: '6666.666666666666' },
      { amountCents: 4000n, preciseAmountCents: '4000' },
    ]
    expect(commitmentFee(30000n, span, billed, 'USD')).toMatchObject({
      amountCents: 9333n,
      preciseAmountCents: '9333.333333333334',
    })
  })

  it.each([
    ['2026-04-01 00:00', '2026-04-30 23:59', true],
    ['2026-04-11 09:00', '2026-04-12 09:00', true],
    ['2026-03-31 23:00', '2026-04-30 23:59', false],
    ['2026-04-01 00:00', '2026-05-01 00:00', false],
  ])('counts the fees of windows within the period: %s to %s', (from, to, counts) => {
    const april = { from: instant('2026-04-01 00:00'), to: instant('2026-04-30 23:59') }
    expect(isWithin({ from: instant(from), to: instant(to) }, april)).toBe(counts)
  })
})

function padded(text: string): string {
  return text.length === 10 ? `${text} 00:00` : text
}
