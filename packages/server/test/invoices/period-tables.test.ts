import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instant, planTerms, rows } from '../../../engine/test/calendar/support.ts'
import {
  ANCHORS,
  AWAY_FROM_BILLING_DAYS,
  CURRENT_PERIODS,
  LOCAL_DAYS,
  MOVES,
  PERIODS,
  PLAN_CHANGES,
  SCHEDULES,
  TERMINATIONS,
} from '../../../engine/test/calendar/tables.ts'
import { BASE_FEES } from '../../../engine/test/invoicing/tables.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Story, storyOf } from './billing-support.ts'

/**
 * The engine's own tables, once more from the outside: every row is a life in one organization that goes through the months.
 * Those that end later are the engine's alone.
 */
const LAST_MOMENT = instant('2026-07-05 00:00')

let app: TestApp
let story: Story
interface Moment {
  readonly at: Temporal.Instant
  readonly act: () => Promise<unknown>
}

const checks: { title: string; check: () => Promise<void> }[] = []
const moments: Moment[] = []
let ofThisLife: Moment[] = []
let customers = 0

const day = (text: string) => Temporal.PlainDate.from(text)
const seconds = (at: Temporal.Instant) => at.toString({ smallestUnit: 'second' })
const plus = (at: string, duration: object) => instant(at).add(duration).toString()

function at(when: string, act: () => Promise<unknown>): void {
  ofThisLife.push({ at: instant(when), act })
}

/** The life whose moments were just given, unless it is too long. */
function expectOf(title: string, check: () => Promise<void>): void {
  if (ofThisLife.every(moment => Temporal.Instant.compare(moment.at, LAST_MOMENT) < 0)) {
    moments.push(...ofThisLife)
    checks.push({ title, check })
  }
  ofThisLife = []
}

const plans = new Map<string, Promise<string>>()

/** The plan that some words describe; each is made once. */
function plan(words: string, amount = 4900, fields: object = {}): Promise<string> {
  const key = JSON.stringify([words, amount, fields])
  const known = plans.get(key)
  if (known !== undefined) return known
  const { interval, payInAdvance, billChargesMonthly, billFixedChargesMonthly } = planTerms(words)
  const made = story
    .plan(`plan-${plans.size}`, {
      interval,
      amount_cents: amount,
      pay_in_advance: payInAdvance,
      bill_charges_monthly: billChargesMonthly,
      bill_fixed_charges_monthly: billFixedChargesMonthly,
      ...fields,
    })
    .then(({ code }) => code)
  plans.set(key, made)
  return made
}

/** A customer with one subscription, in a zone, named like both. */
function life(zone: string): {
  id: string
  start: (words: string, ...rest: [number?, object?, object?]) => Promise<void>
} {
  const id = `life-${++customers}`
  return {
    id,
    async start(words, amount = 4900, fields = {}, subscription = {}) {
      await story.customer(id, { timezone: zone })
      const billing_time = words.includes('anniversary') ? 'anniversary' : 'calendar'
      await story.subscribe(id, await plan(words, amount, fields), id, { billing_time, ...subscription })
    },
  }
}

const stop = (id: string) => () =>
  story.api.delete(`/subscriptions/${id}?on_termination_invoice=skip&on_termination_credit_note=skip`)

interface Bounds {
  readonly subscription_from_datetime: string
  readonly subscription_to_datetime: string
  readonly charges_from_datetime: string | null
  readonly charges_to_datetime: string | null
  readonly fixed_charges_from_datetime: string | null
  readonly fixed_charges_to_datetime: string | null
  readonly invoicing_reason: string
}

const bare = (text: string | null) => text?.replace('T', ' ').replace('Z', '') ?? null
const span = (from: string | null, to: string | null) => (from === null ? 'null' : `${bare(from)} .. ${bare(to)}`)

/** Tick, base, charges and fixed charges of each invoice made for a reason, oldest first. */
async function windows(id: string, reason: string): Promise<string[][]> {
  const invoices = await story.invoices(id)
  return invoices.flatMap(invoice =>
    invoice.billing_periods
      .filter((bounds: Bounds) => bounds.invoicing_reason === reason)
      .map((bounds: Bounds) => [
        (bare(invoice.created_at) ?? '').slice(0, 16),
        span(bounds.subscription_from_datetime, bounds.subscription_to_datetime),
        span(bounds.charges_from_datetime, bounds.charges_to_datetime),
        span(bounds.fixed_charges_from_datetime, bounds.fixed_charges_to_datetime),
      ]),
  )
}

for (const { plan: words, zone, startedAt, table } of SCHEDULES) {
  const one = life(zone)
  const expected = rows(table).map(([, ...cells]) => (cells.length === 3 ? [...cells, cells[2]] : cells))
  at(startedAt, () => one.start(words))
  at(plus(expected.at(-1)?.[0] ?? '', { minutes: 1 }), stop(one.id))
  expectOf(`${words} in ${zone} from ${startedAt}`, async () => {
    const periodic = await windows(one.id, 'subscription_periodic')
    const ticks = expected.map(([tick]) => tick)
    expect(periodic.filter(([tick]) => ticks.includes(tick))).toEqual(expected)
    if (words !== 'monthly calendar adv') return
    const [first] = await windows(one.id, 'subscription_starting')
    const none = `${bare(startedAt)} .. ${bare(startedAt)}`
    expect(first).toEqual(['2026-02-17 04:25', '2026-02-16 15:00:00 .. 2026-02-28 14:59:59', none, none])
  })
}

for (const { plan: words, zone, startedAt, table } of PERIODS) {
  const one = life(zone)
  const expected = rows(table)
  at(startedAt, () => one.start(words))
  at(`${expected.at(-1)?.[0]} 00:11`, stop(one.id))
  expectOf(`${words} from ${startedAt}`, async () => {
    const periodic = await windows(one.id, 'subscription_periodic')
    expect(periodic.map(([tick, base]) => [tick, base])).toEqual(
      expected.map(([billingDay, base]) => [`${billingDay} 00:10`, base]),
    )
  })
}

for (const [zone, days] of Map.groupBy(rows(ANCHORS), ([place]) => place)) {
  const one = life(zone)
  at('2026-05-31T20:15:00Z', () => one.start('monthly anniversary arr'))
  at('2026-08-02T00:00:00Z', stop(one.id))
  expectOf(`anchored on the local date in ${zone}`, async () => {
    const periodic = await windows(one.id, 'subscription_periodic')
    expect(periodic.map(([tick, base]) => [tick, base])).toEqual(days.map(([, , , tick, base]) => [tick, base]))
  })
}

for (const [words, billingTime, zone, startedAt, now, from, to] of rows(CURRENT_PERIODS)) {
  const one = life(zone)
  at(startedAt ?? '', () => one.start(`${words} ${billingTime} arr`))
  let shown: unknown
  at(now ?? '', async () => {
    const { subscription } = (await story.api.get(`/subscriptions/${one.id}`)).body
    shown = [subscription.current_billing_period_started_at, subscription.current_billing_period_ending_at].map(bare)
  })
  at(plus(now ?? '', { minutes: 1 }), stop(one.id))
  expectOf(`the running period of ${words} ${billingTime} in ${zone} at ${now}`, async () =>
    expect(shown).toEqual([from, to]),
  )
}

for (const [words, zone, startedAt, terminatedAt = '', , why, base, charges] of rows(TERMINATIONS)) {
  const one = life(zone)
  // The clock's own run of that day comes five minutes later.
  if (why?.includes('already') && terminatedAt.includes('T15:05')) continue
  at(startedAt, () => one.start(words))
  at(terminatedAt, () => story.api.delete(`/subscriptions/${one.id}?on_termination_credit_note=skip`))
  expectOf(`${words} in ${zone}, ended ${terminatedAt}: ${why}`, async () => {
    const [last] = await windows(one.id, 'subscription_terminating')
    expect(last?.slice(1, 3)).toEqual([base, charges])
  })
}

const changes = rows(PLAN_CHANGES)
for (const [place, [name, zone, startedAt, changedAt = '', tick, ...old]] of changes.entries()) {
  const [, , , , , ...next] = changes[place + 1] ?? ['', '', '']
  if (changedAt === '') continue
  const [direction] = name.split(',')
  const words = `monthly ${startedAt.includes('T03') ? 'anniversary' : 'calendar'} ${name.endsWith('arrears') ? 'arr' : 'adv'}`
  const one = life(zone)
  at(startedAt, () => one.start(words, 5000))
  at(direction === 'upgrade' ? changedAt : '2026-06-20T00:00:00Z', async () => {
    const cheaper = direction === 'downgrade' ? 100 : 9900
    await story.subscribe(one.id, await plan('monthly calendar adv', cheaper), one.id)
  })
  at('2026-07-02T00:00:00Z', stop(one.id))
  expectOf(`${name} in ${zone}`, async () => {
    const [ended] = await windows(one.id, 'subscription_terminating')
    const [started] = (await windows(one.id, 'subscription_starting')).slice(-1)
    expect([ended?.slice(1, 3), started?.slice(1, 3)]).toEqual([old, next])
    expect(ended?.[0]).toBe((direction === 'upgrade' ? changedAt.replace('T', ' ') : (tick ?? '')).slice(0, 16))
  })
}

for (const [zone, billingDay, , , tick] of rows(LOCAL_DAYS)) {
  const one = life(zone)
  const noon = day(billingDay).subtract({ months: 1 }).toZonedDateTime({ timeZone: zone, plainTime: '12:00' })
  at(noon.toInstant().toString(), () => one.start('monthly anniversary arr'))
  at(plus(tick ?? '', { hours: 2 }), stop(one.id))
  expectOf(`the first tick of ${billingDay} in ${zone}`, async () =>
    expect((await windows(one.id, 'subscription_periodic')).map(([first]) => first)).toEqual([tick]),
  )
}

for (const [before, after, , tick, base, charges] of rows(MOVES)) {
  const one = life(before)
  at('2026-05-10T00:00:00Z', () => one.start('monthly calendar arr'))
  at('2026-06-15T00:00:00Z', () => story.customer(one.id, { timezone: after }))
  at('2026-07-02T00:00:00Z', stop(one.id))
  expectOf(`moved from ${before} to ${after}`, async () => {
    const [, second] = await windows(one.id, 'subscription_periodic')
    expect(second).toEqual([(tick ?? '').slice(0, 16), base, charges, charges])
  })
}

for (const row of rows(BASE_FEES)) {
  const [price, words, zone, anchor = '', start = '', tick = '', end = '', circumstances = '', window, , amount] = row
  const one = life(zone)
  const startedAt = start === 'same' ? anchor : start
  const billedAt = { start: startedAt, end }[tick] ?? tick
  const trial = Number(/trial (\d+)/.exec(circumstances)?.[1] ?? 0)
  const fields = trial > 0 ? { trial_period: trial } : {}
  const replaces = /replaces another by (\w+)/.exec(circumstances)?.[1]
  if (replaces === undefined) at(anchor, () => one.start(words, Number(price), fields))
  else {
    const time = words.includes('anniversary') ? 'anniversary' : 'calendar'
    at(anchor, () => one.start(`monthly ${time} arr`, replaces === 'upgrade' ? 4900 : 9900))
    at(replaces === 'upgrade' ? startedAt : '2026-06-20 00:00', async () => {
      await story.subscribe(one.id, await plan(words, Number(price)), one.id)
    })
  }
  if (end !== '' && circumstances.includes('ends by upgrade')) {
    at(end, async () => void (await story.subscribe(one.id, await plan('monthly calendar arr', 9900), one.id)))
  } else if (end !== '') at(end, () => story.api.delete(`/subscriptions/${one.id}`))
  if (end === '' || circumstances.includes('upgrade')) at(plus(billedAt, { hours: 1 }), stop(one.id))
  expectOf(`${price} for ${words} in ${zone}, billed at ${billedAt}, ${circumstances}`, async () => {
    const fees = (await story.fees(`external_subscription_id=${one.id}&fee_type=subscription`)).map(
      (fee: { from_date: string; to_date: string; amount_cents: number }) => [
        span(fee.from_date.slice(0, 19), fee.to_date.slice(0, 19)),
        fee.amount_cents,
      ],
    )
    expect(fees).toContainEqual([window, Number(amount)])
  })
}

/** Nobody used anything on any of the days. */
const withoutDailyUsage = () =>
  story.ctx.db
    .updateTable('subscriptions')
    .set({ skip_daily_usage: true })
    .where('organization_id', '=', story.organizationId)
    .execute()

beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(await app.newOrganization())
  const ordered = moments.toSorted((a, b) => Temporal.Instant.compare(a.at, b.at))
  await story.setClock(seconds(ordered[0]?.at ?? instant('2024-01-01 00:00')))
  await story.metric('calls')
  for (const moment of ordered) {
    await story.advanceTo(moment.at.toString())
    await moment.act()
    await story.settle()
    await withoutDailyUsage()
  }
})
afterAll(() => app?.stop())

describe('what invoices say of their periods', () => {
  it.each(checks)('$title', ({ check }) => check())
})

describe('usage in advance between billing days', () => {
  it('is on an invoice with the periods of that day', async () => {
    const other = storyOf(await app.newOrganization())
    await other.setClock('2027-01-01T00:00:00Z')
    const { lago_id: billable_metric_id } = await other.metric('calls')
    await other.customer('acme')
    const charge = { charge_model: 'standard', pay_in_advance: true, properties: { amount: '1' } }
    for (const interval of ['monthly', 'quarterly', 'yearly']) {
      await other.plan(interval, { interval, charges: [{ ...charge, billable_metric_id }] })
    }
    const days = rows(AWAY_FROM_BILLING_DAYS).toSorted(([, , a], [, , b]) => a.localeCompare(b))
    for (const [place, [interval, anchor, billedOn]] of days.entries()) {
      await other.setClock(`${billedOn}T12:00:00Z`)
      const subscription = { billing_time: 'anniversary', subscription_at: `${anchor}T00:00:00Z` }
      await other.subscribe(`sub-${place}`, interval, 'acme', subscription)
      await other.send(`sub-${place}`, 'calls', `${billedOn}T12:00:00Z 1`)
      await other.settle()
    }
    const periods = (await other.invoices()).map(invoice => invoice.billing_periods[0])
    expect(
      periods.map(one => [
        one.invoicing_reason,
        one.external_subscription_id,
        span(one.subscription_from_datetime, one.subscription_to_datetime),
      ]),
    ).toEqual(days.map(([, , , , , base], place) => ['in_advance_charge', `sub-${place}`, base]))
  })
})
