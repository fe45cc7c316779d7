import { atOnce, type DemoApi, DemoError } from './api.ts'
import { ADD_ONS, COMPANY, COUPONS, FEATURES, METRICS, TAXES } from './catalogue.ts'
import { CUSTOMERS } from './customers.ts'
import { BEGIN, END, HAPPENINGS } from './happenings.ts'
import { payByWire } from './payments.ts'
import { ENTITLEMENTS, plans } from './plans.ts'
import { Teller } from './teller.ts'
import { type DemoEvent, usageOfDay } from './usage.ts'

/** How far the story is. */
export interface DemoProgress {
  /** From 0 to 1. */
  readonly share: number
  /** The day in the sandbox. */
  readonly day: string
  /** What is going on. */
  readonly tells: string
}

/** What there is when the story has been told. */
export interface DemoSummary {
  readonly customers: number
  readonly subscriptions: number
  readonly events: number
  readonly invoices: number
  readonly payments: number
  readonly credit_notes: number
  readonly seconds: number
}

export interface DemoOptions {
  onProgress?(progress: DemoProgress): void
  /** A shorter story: the day on which it ends, and who is in it. */
  readonly until?: string
  readonly only?: (customerId: string) => boolean
}

/** The limit of the API. */
const EVENTS_A_CALL = 100
/** Of the last weeks, for charts: of how many subscriptions, and how many days. */
const CHARTED = { subscriptions: 5, days: 45 }

/**
 * Tells a year of an AI company through the API: its prices, forty customers who come, use, pay, change and leave. The clock
 * of the sandbox ends up in the middle of a month, with usage running. The same figures each time.
 *
 * @throws DemoError for an organization that is no sandbox or is not empty, before anything is made; and when a call is refused
 */
export async function loadDemo(api: DemoApi, options: DemoOptions = {}): Promise<DemoSummary> {
  const begun = performance.now()
  await requireEmptySandbox(api)
  const { only = () => true } = options
  const end = options.until ?? END
  const customers = CUSTOMERS.filter(({ id, since }) => only(id) && since < end)
  const story = new Teller(api, customers)
  const happenings = HAPPENINGS.filter(({ on, who }) => on < end && who.every(id => story.has(id)))
  const stops = [...new Set(happenings.map(({ on }) => `${on}T10:00:00Z`)), end]

  const begin = Temporal.Instant.from(BEGIN)
  const length = Temporal.Instant.from(end).since(begin).total('hours')
  const tell = (at: Temporal.Instant, tells: string) =>
    options.onProgress?.({ share: at.since(begin).total('hours') / length, day: dayOf(at).toString(), tells })

  await api.call('PUT', '/test_clock', { test_clock: { now: BEGIN } })
  tell(begin, 'Prices are set')
  await makeCatalogue(api)

  let now = begin
  let events = 0
  for (const stop of stops) {
    const next = Temporal.Instant.from(stop)
    const coming = customers.filter(({ since }) => {
      const isNew = since > dayOf(now).toString() || now.equals(begin)
      return isNew && since <= dayOf(next).toString()
    })
    await story.signUp(coming, dayOf(now))
    events += await send(api, usageBetween(story, now, next))
    await advance(api, stop)
    now = next
    // Nothing happens at the end: some invoices are still to be paid.
    if (stop !== end) await payByWire(api, dayOf(now))
    for (const { on, tells, happens } of happenings) {
      if (!stop.startsWith(on)) continue
      tell(now, tells)
      await happens(story)
    }
    tell(now, 'Time goes on')
  }
  await chart(api, story, dayOf(now))
  const failed = await settle(api)
  if (failed.length > 0) throw new DemoError(`background work failed: ${JSON.stringify(failed).slice(0, 500)}`)
  tell(now, 'The year is over')
  return { ...(await count(api)), events, seconds: (performance.now() - begun) / 1000 }
}

async function requireEmptySandbox(api: DemoApi): Promise<void> {
  const clock = await api.call('GET', '/test_clock').catch(() => undefined)
  if (clock === undefined) throw new DemoError('The demo data go into a sandbox only; this organization is none.')
  const lists = ['/customers', '/plans', '/billable_metrics', '/taxes', '/add_ons', '/coupons', '/features', '/events']
  for (const list of lists) {
    const { meta } = await api.call<{ meta: { total_count: number } }>('GET', `${list}?per_page=1`)
    if (meta.total_count > 0) {
      throw new DemoError(
        `The demo data go into an empty sandbox only, and this one has ${list.slice(1).replaceAll('_', ' ')} already. Make a new sandbox for them.`,
      )
    }
  }
}

async function makeCatalogue(api: DemoApi): Promise<void> {
  const { billing_entities: entities } = await api.call<{ billing_entities: { code: string }[] }>(
    'GET',
    '/billing_entities',
  )
  await api.call('PUT', `/billing_entities/${entities[0]?.code}`, { billing_entity: COMPANY })
  for (const tax of TAXES) await api.call('POST', '/taxes', { tax })
  const ids = new Map<string, string>()
  for (const metric of METRICS) {
    const { billable_metric: made } = await api.call<{ billable_metric: { lago_id: string } }>(
      'POST',
      '/billable_metrics',
      { billable_metric: metric },
    )
    ids.set(metric.code, made.lago_id)
  }
  for (const feature of FEATURES) await api.call('POST', '/features', { feature })
  for (const add_on of ADD_ONS) await api.call('POST', '/add_ons', { add_on })
  for (const coupon of COUPONS) await api.call('POST', '/coupons', { coupon })
  for (const plan of plans(code => ids.get(code) ?? '')) await api.call('POST', '/plans', { plan })
  for (const [plan, entitlements] of Object.entries(ENTITLEMENTS)) {
    await api.call('POST', `/plans/${plan}/entitlements`, { entitlements })
  }
}

/** What is used after an instant and up to another one. */
function usageBetween(story: Teller, after: Temporal.Instant, upTo: Temporal.Instant): DemoEvent[] {
  const isBetween = ({ timestamp }: DemoEvent) =>
    timestamp > after.epochMilliseconds / 1000 && timestamp <= upTo.epochMilliseconds / 1000
  const events: DemoEvent[] = []
  for (let day = dayOf(after); Temporal.PlainDate.compare(day, dayOf(upTo)) <= 0; day = day.add({ days: 1 })) {
    const started = story.users.filter(({ customer }) => customer.since < day.toString())
    events.push(...started.flatMap(user => usageOfDay(user, day).filter(isBetween)))
  }
  return events
}

async function send(api: DemoApi, events: readonly DemoEvent[]): Promise<number> {
  const batches: DemoEvent[][] = []
  for (let next = 0; next < events.length; next += EVENTS_A_CALL) batches.push(events.slice(next, next + EVENTS_A_CALL))
  await atOnce(batches, batch => api.call('POST', '/events/batch', { events: batch }))
  return events.length
}

async function advance(api: DemoApi, to: string): Promise<void> {
  const { test_clock: result } = await api.call<{ test_clock: { failed: unknown[] } }>('POST', '/test_clock/advance', {
    test_clock: { to },
  })
  if (result.failed.length > 0) {
    throw new DemoError(`background work failed: ${JSON.stringify(result.failed).slice(0, 500)}`)
  }
}

async function settle(api: DemoApi): Promise<readonly unknown[]> {
  const { test_clock: result } = await api.call<{ test_clock: { failed: unknown[] } }>('POST', '/test_clock/settle')
  return result.failed
}

/** The usage of the last weeks day by day, of those who use most: the clock stopped too seldom to have kept it. */
async function chart(api: DemoApi, story: Teller, today: Temporal.PlainDate): Promise<void> {
  const most = story.users.toSorted((a, b) => b.customer.spends * b.share - a.customer.spends * a.share)
  const daily_usage = { from_date: today.subtract({ days: CHARTED.days }).toString(), to_date: today.toString() }
  await atOnce(most.slice(0, CHARTED.subscriptions), ({ subscription }) =>
    api.call('POST', `/subscriptions/${subscription}/daily_usages/backfill`, { daily_usage }),
  )
}

async function count(api: DemoApi) {
  const total = async (path: string) =>
    (await api.call<{ meta: { total_count: number } }>('GET', path)).meta.total_count
  return {
    customers: await total('/customers?per_page=1'),
    subscriptions: await total('/subscriptions?per_page=1'),
    invoices: await total('/invoices?per_page=1'),
    payments: await total('/payments?per_page=1'),
    credit_notes: await total('/credit_notes?per_page=1'),
  }
}

function dayOf(instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO('UTC').toPlainDate()
}
