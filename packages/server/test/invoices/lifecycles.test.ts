import { isBillingDay, localDate, periodEnd, periodStart } from '@weir/engine'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Story, storyOf } from './billing-support.ts'

/** `WEIR_LIFECYCLES=200 npm test -- …` for more of them, `WEIR_LIFECYCLES_SEED` for the same ones again. */
const RUNS = Number(process.env.WEIR_LIFECYCLES ?? 4)
const SEED = process.env.WEIR_LIFECYCLES_SEED

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const ZONES = [
  'UTC',
  'America/New_York',
  'Asia/Tokyo',
  'Pacific/Auckland',
  'Asia/Kolkata',
  'America/Santiago',
  'Europe/Paris',
] as const

// Divisible by the days of weeks and of all months: nothing is rounded. Dearer in a year from left to right.
const PRICES = { small: 755_160, medium: 1_510_320, large: 3_020_640 } as const
type Size = keyof typeof PRICES
const SIZES = Object.keys(PRICES) as Size[]

interface Step {
  readonly hours: number
  readonly act: 'cheaper' | 'dearer' | 'as dear' | 'as planned' | 'move' | 'end' | 'end and begin again'
  readonly advance: boolean
  readonly zone: (typeof ZONES)[number]
  /** How the other organization's clock gets there: on the way, and in the end. */
  readonly stops: readonly ('advance' | 'jump' | 'run')[]
  readonly arrival: 'advance' | 'jump' | 'run'
}

const travel = fc.constantFrom('advance' as const, 'jump' as const, 'run' as const)
const lives = fc.record({
  start: fc.integer({ min: 0, max: 900 * 24 }),
  zone: fc.constantFrom(...ZONES),
  interval: fc.constantFrom('weekly' as const, 'monthly' as const, 'monthly' as const),
  billingTime: fc.constantFrom('calendar' as const, 'anniversary' as const),
  advance: fc.boolean(),
  steps: fc.array(
    fc.record<Step>({
      hours: fc.integer({ min: 1, max: 75 * 24 }),
      act: fc.constantFrom(
        'cheaper',
        'dearer',
        'dearer',
        'as dear',
        'as planned',
        'move',
        'end',
        'end and begin again',
      ),
      advance: fc.boolean(),
      zone: fc.constantFrom(...ZONES),
      stops: fc.array(travel, { maxLength: 2 }),
      arrival: travel,
    }),
    { minLength: 1, maxLength: 4 },
  ),
})
type Life = typeof lives extends fc.Arbitrary<infer T> ? T : never

interface Subscription {
  readonly lago_id: string
  readonly plan_code: string
  readonly status: string
  readonly subscription_at: string
  readonly started_at: string
  readonly terminated_at: string | null
  readonly next_plan_code: string | null
}

/** One organization that lives a life. */
class World {
  readonly story: Story
  readonly life: Life
  now: Temporal.Instant
  zone: string
  /** The zones that it lived in, each from when on. */
  readonly zones: { readonly since: Temporal.Instant; readonly zone: string }[] = []
  sent = 0

  constructor(story: Story, life: Life) {
    this.story = story
    this.life = life
    this.zone = life.zone
    this.now = Temporal.Instant.from('2026-01-01T00:15:00Z').add({ hours: life.start })
    this.zones.push({ since: this.now, zone: life.zone })
  }

  zoneAt(at: Temporal.Instant): string {
    const lived = this.zones.filter(({ since }) => Temporal.Instant.compare(since, at) <= 0)
    return lived.at(-1)?.zone ?? this.life.zone
  }

  /** Whether a period begins on the same day wherever it was lived: an anniversary at night does not. */
  hasOneAnchor({ subscription_at }: Subscription): boolean {
    if (this.life.billingTime === 'calendar') return true
    const anchor = Temporal.Instant.from(subscription_at)
    return new Set(this.zones.map(({ zone }) => localDate(anchor, zone).toString())).size === 1
  }

  async begin(): Promise<void> {
    const { story, life } = this
    await story.setClock(this.now.toString())
    await story.customer('acme', { timezone: life.zone })
    const { lago_id: billable_metric_id } = await story.metric('calls')
    const charges = [{ billable_metric_id, charge_model: 'standard', properties: { amount: '0.01' } }]
    for (const size of SIZES) {
      for (const pay_in_advance of [false, true]) {
        const fields = { interval: life.interval, amount_cents: PRICES[size], pay_in_advance, charges }
        await story.plan(codeOf(size, pay_in_advance), fields)
        await story.plan(`${codeOf(size, pay_in_advance)}-twin`, fields)
      }
    }
    await this.subscribe(codeOf('medium', life.advance))
  }

  async subscribe(plan: string): Promise<void> {
    await this.story.subscribe('sub', plan, 'acme', { billing_time: this.life.billingTime })
    await this.story.settle()
    // What was used a day is kept apart; nothing here depends on it.
    await this.story.ctx.db
      .updateTable('subscriptions')
      .set({ skip_daily_usage: true })
      .where('organization_id', '=', this.story.organizationId)
      .execute()
  }

  async travel(to: Temporal.Instant, how: Step['arrival']): Promise<void> {
    if (how === 'advance') await this.story.advanceTo(to.toString())
    else await this.story.setClock(to.toString())
    this.now = to
    if (how === 'run') await this.run()
  }

  async run(): Promise<void> {
    const { body } = await this.story.api.post('/test_clock/run', { test_clock: {} })
    expect(body.test_clock.failed).toEqual([])
  }

  /** Each event has a digit of its own in the sum of all. */
  async use(at: Temporal.Instant): Promise<void> {
    await this.story.send('sub', 'calls', `${at} ${2 ** this.sent}`)
    this.sent += 1
  }

  async current(): Promise<Subscription | undefined> {
    return (await this.story.api.get('/subscriptions/sub')).body.subscription
  }

  async act(step: Step): Promise<void> {
    const current = await this.current()
    const wanted = planOf(step, current)
    if (current === undefined || wanted !== undefined) return this.subscribe(wanted ?? codeOf('small', step.advance))
    if (step.act === 'move') {
      await this.story.customer('acme', { timezone: step.zone })
      await this.story.settle()
      this.zone = step.zone
      this.zones.push({ since: this.now, zone: step.zone })
    }
    if (!step.act.startsWith('end')) return
    await this.story.api.delete('/subscriptions/sub')
    await this.story.settle()
    if (step.act === 'end and begin again') await this.subscribe(codeOf('medium', step.advance))
  }

  /** What a clock that is late cannot leave as it is: a change that was due, or an end on a day that was not billed yet. */
  async mustRun(step: Step): Promise<boolean> {
    const current = await this.current()
    if (current === undefined) return false
    if (step.act === 'move' || current.next_plan_code !== null) return true
    return step.act.startsWith('end') && isBillingDay(this.scheduleOf(current), localDate(this.now, this.zone))
  }

  scheduleOf({ subscription_at }: Subscription) {
    return {
      interval: this.life.interval,
      billingTime: this.life.billingTime,
      billChargesMonthly: false,
      billFixedChargesMonthly: false,
      timeZone: this.zone,
      subscriptionAt: Temporal.Instant.from(subscription_at),
    }
  }

  async result() {
    const { body } = await this.story.api.get('/subscriptions?status[]=all&per_page=100')
    const invoices = await this.story.invoices()
    const { credit_notes: notes } = (await this.story.api.get('/credit_notes?per_page=100')).body
    const zones = await this.story.ctx.db
      .selectFrom('invoices')
      .select(['id', 'timezone'])
      .where('organization_id', '=', this.story.organizationId)
      .execute()
    return {
      zoneOf: new Map(zones.map(({ id, timezone }) => [id, timezone])),
      periods: invoices.flatMap(invoice => invoice.billing_periods) as BillingPeriod[],
      subscriptions: (body.subscriptions as Subscription[]).filter(one => one.status !== 'canceled'),
      fees: invoices.flatMap(invoice => invoice.fees) as Fee[],
      credited: notes.map((note: { total_amount_cents: number }) => note.total_amount_cents).toSorted(),
    }
  }
}

interface BillingPeriod {
  readonly lago_subscription_id: string
  readonly invoicing_reason: string
  readonly charges_from_datetime: string
  readonly charges_to_datetime: string
}

interface Fee {
  readonly lago_invoice_id: string
  readonly item: { readonly type: string; readonly code: string }
  readonly lago_subscription_id: string
  readonly amount_cents: number
  readonly units: string
  readonly from_date: string
  readonly to_date: string
}

function codeOf(size: Size, advance: boolean): string {
  return `${size}-${advance ? 'advance' : 'arrears'}`
}

function planOf(step: Step, current: Subscription | undefined): string | undefined {
  if (current === undefined) return undefined
  const [size] = current.plan_code.split('-') as [Size]
  const place = SIZES.indexOf(size)
  if (step.act === 'cheaper') return codeOf(SIZES[Math.max(0, place - 1)] ?? size, step.advance)
  if (step.act === 'dearer') return codeOf(SIZES[Math.min(SIZES.length - 1, place + 1)] ?? size, step.advance)
  if (step.act !== 'as dear') return undefined
  return current.plan_code.endsWith('-twin') ? current.plan_code.replace('-twin', '') : `${current.plan_code}-twin`
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const ofType = (fees: readonly Fee[], type: string) => fees.filter(fee => fee.item.type === type)

type Result = Awaited<ReturnType<World['result']>>

/** The base fees of a subscription in their order, with the days that each is for, where its invoice was made. */
function daysOf(one: Subscription, { fees, zoneOf }: Result) {
  return ofType(fees, 'subscription')
    .filter(fee => fee.lago_subscription_id === one.lago_id)
    .map(fee => {
      const zone = zoneOf.get(fee.lago_invoice_id) ?? 'UTC'
      const dateOf = (at: string) => localDate(Temporal.Instant.from(at), zone)
      return { from: dateOf(fee.from_date), to: dateOf(fee.to_date) }
    })
    .toSorted((a, b) => Temporal.PlainDate.compare(a.from, b.from))
}

/** What the days of service cost, each once, by the plan that had it: the last day of an end counts, that of a change is the next plan's. */
function costOfDays(world: World, result: Result): number {
  return sum(result.subscriptions.filter(one => one.status !== 'pending').map(one => costOf(world, one, result)))
}

/** Days are those of the place where they were billed: the first by its fee, the last by where the customer was. */
function costOf(world: World, one: Subscription, result: Result): number {
  const { interval, billingTime } = world.life
  const [first] = daysOf(one, result)
  if (first === undefined) return 0
  const anchor = localDate(Temporal.Instant.from(one.subscription_at), world.zone)
  const today = localDate(world.now, world.zone)
  const opening = periodStart(today, interval, billingTime, anchor)
  const isPaidInAdvance = one.plan_code.includes('advance')
  const running = isPaidInAdvance ? periodEnd(opening, interval, billingTime, anchor) : opening.subtract({ days: 1 })
  const last = one.terminated_at === null ? running : lastDay(world, one, Temporal.Instant.from(one.terminated_at))
  const price = PRICES[one.plan_code.split('-')[0] as Size]
  let cents = 0
  for (let day = first.from; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    const start = periodStart(day, interval, billingTime, anchor)
    cents += price / (start.until(periodEnd(start, interval, billingTime, anchor)).total('days') + 1)
  }
  return cents
}

function lastDay(world: World, { next_plan_code }: Subscription, at: Temporal.Instant): Temporal.PlainDate {
  return localDate(at, world.zoneAt(at)).subtract({ days: next_plan_code === null ? 0 : 1 })
}

/**
 * Whether a period is left out by rule: no base fee in advance is made on the day, in UTC, on which another one was, and one
 * that starts west of Greenwich in the evening before a billing day was made on that day.
 */
function isSpared(world: World, one: Subscription): boolean {
  if (!one.plan_code.includes('advance')) return false
  const started = Temporal.Instant.from(one.started_at)
  const day = localDate(started, 'UTC')
  return !localDate(started, world.zoneAt(started)).equals(day) && isBillingDay(world.scheduleOf(one), day)
}

/** The days of base fees follow one another without a gap, where each was billed; so do the instants of usage. */
function expectTiling(world: World, result: Result): void {
  for (const one of result.subscriptions.filter(each => world.hasOneAnchor(each))) {
    const days = daysOf(one, result)
    for (const [place, { to }] of days.entries()) {
      const next = days[place + 1]
      if (next !== undefined) expect(next.from.toString()).toBe(to.add({ days: 1 }).toString())
    }
  }
  const ofUsage = result.periods.filter(period => period.invoicing_reason !== 'subscription_starting')
  for (const ofOne of Map.groupBy(ofUsage, period => period.lago_subscription_id).values()) {
    const windows = ofOne.toSorted((a, b) => a.charges_from_datetime.localeCompare(b.charges_from_datetime))
    for (const [place, { charges_to_datetime: to }] of windows.entries()) {
      const next = windows[place + 1]
      if (next === undefined) continue
      expect(next.charges_from_datetime).toBe(Temporal.Instant.from(to).add({ seconds: 1 }).toString())
    }
  }
}

function printed(fees: readonly Fee[]): string[] {
  return fees
    .filter(fee => fee.amount_cents > 0)
    .map(fee => [fee.item.type, fee.item.code, fee.units, fee.amount_cents, fee.from_date, fee.to_date].join(' '))
    .toSorted()
}

describe('whatever happens to a subscription', () => {
  it('its days and its usage are billed once, however late and however often the clock runs', {
    timeout: RUNS * 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(lives, async life => {
        const punctual = new World(storyOf(await app.newOrganization()), life)
        const late = new World(storyOf(await app.newOrganization()), life)
        await punctual.begin()
        await late.begin()
        for (const step of life.steps) {
          const at = punctual.now.add({ hours: step.hours })
          const isServed = (await punctual.current()) !== undefined
          for (const [place, how] of step.stops.entries()) {
            const share = Math.floor((step.hours * 60 * (place + 1)) / (step.stops.length + 1))
            await late.travel(punctual.now.add({ minutes: share }), how)
          }
          await punctual.travel(at, 'advance')
          await late.travel(at, step.arrival)
          for (const world of [punctual, late]) {
            if (isServed) await world.use(at.subtract({ minutes: 1 }))
            if (world === late && step.arrival === 'jump' && (await late.mustRun(step))) await late.run()
            await world.act(step)
          }
        }
        const horizon = punctual.now
          .add({ hours: 40 * 24 })
          .toZonedDateTimeISO('UTC')
          .with({ hour: 6, minute: 59 })
          .toInstant()
        for (const world of [punctual, late]) await world.travel(horizon, 'advance')

        const result = await punctual.result()
        const { subscriptions, fees, credited } = result
        const other = await late.result()
        expect(printed(other.fees)).toEqual(printed(fees))
        expect(other.credited).toEqual(credited)
        const used = sum(ofType(fees, 'charge').map(fee => Number(fee.units)))
        const isOver = subscriptions.every(one => one.status !== 'active')
        expect(used).toBe(2 ** punctual.sent - 1)
        expect(isOver || subscriptions.filter(one => one.status === 'active').length === 1).toBe(true)
        if (subscriptions.some(one => isSpared(punctual, one))) return
        expectTiling(punctual, result)
        if (!subscriptions.every(one => punctual.hasOneAnchor(one))) return
        const paid = sum(ofType(fees, 'subscription').map(fee => fee.amount_cents)) - sum(credited)
        expect(paid).toBe(costOfDays(punctual, result))
      }),
      { numRuns: RUNS, endOnFailure: process.env.CI === undefined, ...(SEED !== undefined && { seed: Number(SEED) }) },
    )
  })
})
