import type { BillingTerms, Period } from '../../src/calendar/index.ts'

export const date = (text: string) => Temporal.PlainDate.from(text)

/** Reads `2026-07-01T04:10:00Z`, or `2026-07-01 04:10` as the tables write it. */
export function instant(text: string): Temporal.Instant {
  return Temporal.Instant.from(text.endsWith('Z') ? text : `${text.replace(' ', 'T')}Z`)
}

/** A subscription, monthly by the calendar in arrears unless said otherwise, that starts at its anchor. */
export function terms(startedAt: string, timeZone: string, changes: Partial<BillingTerms> = {}): BillingTerms {
  return {
    interval: 'monthly',
    billingTime: 'calendar',
    payInAdvance: false,
    billChargesMonthly: false,
    billFixedChargesMonthly: false,
    timeZone,
    subscriptionAt: instant(startedAt),
    startedAt: instant(startedAt),
    terminatedAt: null,
    successor: 'none',
    ...changes,
  }
}

/** Reads the words tables use for a plan: `yearly calendar arr bcm`, `monthly anniversary adv`. */
export function planTerms(words: string): Partial<BillingTerms> {
  const has = (word: string) => words.split(' ').includes(word)
  const intervals = ['weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'] as const
  const interval = intervals.find(has)
  if (interval === undefined) throw new Error(`no interval in "${words}"`)
  return {
    interval,
    billingTime: has('anniversary') ? 'anniversary' : 'calendar',
    payInAdvance: has('adv'),
    billChargesMonthly: has('bcm'),
    billFixedChargesMonthly: has('bfcm'),
  }
}

/** The rows of a table as its cells. */
export function rows(table: string): [string, string, string, ...string[]][] {
  return table
    .trim()
    .split('\n')
    .map(row => {
      const [first = '', second = '', third = '', ...others] = row.split('|').map(cell => cell.trim())
      return [first, second, third, ...others]
    })
}

/** A window as the tables write it: UTC, seconds cut off. */
export function printed(period: Period | null): string {
  return period === null ? 'null' : `${printedInstant(period.from)} .. ${printedInstant(period.to)}`
}

export function printedInstant(at: Temporal.Instant): string {
  return at.toString({ smallestUnit: 'second' }).replace('T', ' ').replace('Z', '')
}
