import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'

const START = '2024-01-31T15:30:00Z'
const END = '2025-03-02T00:00:00Z'

const zones = ['America/New_York', 'Asia/Tokyo']
const plans = ['monthly', 'yearly'] as const

/** In New York the service starts on 31 January, in Tokyo it is 1 February already. */
const cases = [
  { zone: 'America/New_York', plan: 'monthly', billingTime: 'calendar', periods: 14 },
  { zone: 'America/New_York', plan: 'monthly', billingTime: 'anniversary', periods: 13 },
  { zone: 'America/New_York', plan: 'yearly', billingTime: 'calendar', periods: 1 },
  { zone: 'America/New_York', plan: 'yearly', billingTime: 'anniversary', periods: 1 },
  { zone: 'Asia/Tokyo', plan: 'monthly', billingTime: 'calendar', periods: 13 },
  { zone: 'Asia/Tokyo', plan: 'monthly', billingTime: 'anniversary', periods: 13 },
  { zone: 'Asia/Tokyo', plan: 'yearly', billingTime: 'calendar', periods: 1 },
  { zone: 'Asia/Tokyo', plan: 'yearly', billingTime: 'anniversary', periods: 1 },
] as const

const idOf = ({ zone, plan, billingTime }: (typeof cases)[number]) => `${zone}-${plan}-${billingTime}`

describe('a year in one advance of the test clock', () => {
  let app: TestApp

  beforeAll(async () => {
    app = await startTestApp()
    await app.setClock(START)
    for (const plan of plans) {
      await app.client.plans.createPlan({
        plan: {
          code: plan,
          name: plan,
          interval: plan,
          amount_cents: 10_000,
          amount_currency: 'USD',
          pay_in_advance: false,
        },
      })
    }
    for (const zone of zones) {
      await app.client.customers.createCustomer({
        customer: { external_id: zone, timezone: zone as 'UTC', currency: 'USD' },
      })
    }
    for (const one of cases) {
      await app.client.subscriptions.createSubscription({
        subscription: {
          external_customer_id: one.zone,
          plan_code: one.plan,
          external_id: idOf(one),
          billing_time: one.billingTime,
        },
      })
    }
  })
  afterAll(() => app?.stop())

  it('bills everything that falls due on the way, in seconds', async () => {
    const before = performance.now()
    const result = await app.advanceTo(END)
    expect(performance.now() - before).toBeLessThan(30_000)
    expect(result.failed).toEqual([])
    // One invoice a customer and local day: subscriptions that are due together share it.
    expect(result.invoices_created).toBe(40)
  })

  it.each(cases)('tiles the year of $zone, $plan, $billingTime', async one => {
    const { zone } = one
    const own = (await billingPeriods(app, zone)).filter(period => period.external_subscription_id === idOf(one))
    const periods = own.map(period => ({
      from: Temporal.Instant.from(period.subscription_from_datetime ?? ''),
      to: Temporal.Instant.from(period.subscription_to_datetime ?? ''),
    }))
    expect(periods).toHaveLength(one.periods)
    const startOfService = Temporal.Instant.from(START).toZonedDateTimeISO(zone).startOfDay().toInstant()
    expect(periods[0]?.from.toString()).toBe(startOfService.toString())
    for (const [index, { to }] of periods.entries()) {
      const next = periods[index + 1]
      if (next !== undefined) expect(to.add({ seconds: 1 }).toString()).toBe(next.from.toString())
    }
  })
})

async function billingPeriods(app: TestApp, customer: string) {
  const { data } = await app.client.invoices.findAllInvoices({ external_customer_id: customer, per_page: 100 })
  const invoices = await Promise.all(data.invoices.map(({ lago_id }) => app.client.invoices.findInvoice(lago_id)))
  return invoices
    .flatMap(({ data: { invoice } }) => invoice.billing_periods ?? [])
    .toSorted((a, b) => ((a.subscription_from_datetime ?? '') < (b.subscription_from_datetime ?? '') ? -1 : 1))
}
