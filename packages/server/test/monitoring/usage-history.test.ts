import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { createPlan } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { subscribe, succeed, type Watched, type Wire, watch } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const NOW = '2026-06-10T09:30:00Z'

async function newSubscription(parts?: Parameters<typeof subscribe>[1]) {
  const tenant = await watch(app, { now: NOW })
  return { tenant, ...(await subscribe(tenant, parts)) }
}

describe('lifetime usage', () => {
  const PATH = '/subscriptions/sub/lifetime_usage'
  const read = async (tenant: Watched, path = PATH): Promise<Wire> => (await tenant.read(path)).lifetime_usage
  const amounts = async (tenant: Watched) => {
    const usage = await read(tenant)
    return [
      usage.external_historical_usage_amount_cents,
      usage.invoiced_usage_amount_cents,
      usage.current_usage_amount_cents,
    ]
  }

  /** Whether it is to be calculated anew. */
  async function flagged(tenant: Watched): Promise<boolean[]> {
    await tenant.settle()
    const rows = await tenant.ctx.db
      .selectFrom('lifetime_usages')
      .selectAll()
      .where('organization_id', '=', tenant.organizationId)
      .execute()
    return rows.map(row => row.recalculate_invoiced_usage && row.recalculate_current_usage)
  }

  it('is what was used before, what was invoiced for usage, and what is used now', async () => {
    const { tenant, metric } = await newSubscription()
    const { client } = tenant
    const begun = await client.subscriptions.getSubscriptionLifetimeUsage('sub')
    expect(begun.data.lifetime_usage).toEqual({
      lago_id: expect.any(String),
      lago_subscription_id: (await tenant.read('/subscriptions/sub')).subscription.lago_id,
      external_subscription_id: 'sub',
      external_historical_usage_amount_cents: 0,
      invoiced_usage_amount_cents: 0,
      current_usage_amount_cents: 0,
      from_datetime: NOW,
      to_datetime: NOW,
    })
    const set = await client.subscriptions.updateSubscriptionLifetimeUsage('sub', {
      lifetime_usage: { external_historical_usage_amount_cents: 700 },
    })
    expect(set.data.lifetime_usage).toMatchObject({ external_historical_usage_amount_cents: 700 })
    await tenant.use(metric.code, [{ amount: 25 }])
    expect(await amounts(tenant)).toEqual([700, 0, 2500])
    // The base fee of the invoice is no usage, and the new period begins with none.
    await tenant.advanceTo('2026-07-01T01:00:00Z')
    expect(await amounts(tenant)).toEqual([700, 2500, 0])
    await tenant.use(metric.code, [{ amount: 3 }])
    expect(await amounts(tenant)).toEqual([700, 2500, 300])
  })

  it('counts drafts as they are, and no longer what was voided', async () => {
    const { tenant, metric } = await newSubscription({
      customer: { billing_configuration: { invoice_grace_period: 5 } },
    })
    await tenant.use(metric.code, [{ amount: 2 }])
    await tenant.advanceTo('2026-07-01T01:00:00Z')
    expect(await amounts(tenant)).toEqual([0, 200, 0])
    const [invoice] = (await tenant.read('/invoices')).invoices
    await tenant.use(metric.code, [{ amount: 4, at: '2026-06-20T00:00:00Z' }])
    await succeed(tenant.api.put(`/invoices/${invoice.lago_id}/refresh`))
    await tenant.run('refresh_lifetime_usage')
    expect(await amounts(tenant)).toEqual([0, 600, 0])
    await sql`update invoices set status = 'voided' where id = ${invoice.lago_id}`.execute(tenant.ctx.db)
    await tenant.use(metric.code, [{ amount: 1 }])
    expect(await amounts(tenant)).toEqual([0, 600, 100])
    await tenant.ctx.db
      .updateTable('lifetime_usages')
      .set({ recalculate_invoiced_usage: true })
      .where('organization_id', '=', tenant.organizationId)
      .execute()
    await tenant.run('refresh_lifetime_usage')
    expect(await amounts(tenant)).toEqual([0, 0, 100])
  })

  it('goes on with the subscription that takes the place of another', async () => {
    const { tenant, metric, plan } = await newSubscription()
    await tenant.use(metric.code, [{ amount: 25 }])
    const next = { external_customer_id: 'acme', external_id: 'next', plan_code: plan.code }
    await succeed(tenant.api.post('/subscriptions', { subscription: next }))
    await succeed(tenant.api.delete('/subscriptions/sub'))
    await tenant.settle()
    const { lago_id: id } = await read(tenant, `${PATH}?status=terminated`)
    const { db, organizationId } = { ...tenant.ctx, ...tenant }
    await sql`
      delete from lifetime_usages using subscriptions
      where subscriptions.id = subscription_id and external_id = 'next' and subscriptions.organization_id = ${organizationId}`.execute(
      db,
    )
    await sql`
      update subscriptions set previous_subscription_id = (
        select id from subscriptions where organization_id = ${organizationId} and external_id = 'sub'
      )
      where organization_id = ${organizationId} and external_id = 'next'`.execute(db)
    expect(await read(tenant, '/subscriptions/next/lifetime_usage')).toMatchObject({
      lago_id: id,
      external_subscription_id: 'next',
      current_usage_amount_cents: 2500,
    })
    expect(await tenant.api.get(`${PATH}?subscription_status=terminated`)).toMatchObject({
      status: 404,
      body: { code: 'lifetime_usage_not_found' },
    })
  })

  it('stays as it is once the subscription ended', async () => {
    const { tenant, metric } = await newSubscription()
    await tenant.use(metric.code, [{ amount: 25 }])
    await succeed(tenant.api.delete('/subscriptions/sub'))
    await tenant.settle()
    await tenant.run('refresh_lifetime_usage')
    expect(await read(tenant, `${PATH}?status=terminated`)).toMatchObject({
      invoiced_usage_amount_cents: 0,
      current_usage_amount_cents: 2500,
    })
    expect(await flagged(tenant)).toEqual([false])
  })

  it('refuses what it cannot be', async () => {
    const { tenant } = await newSubscription()
    const put = (body: object) => tenant.api.put(PATH, body)
    expect(await put({ lifetime_usage: { external_historical_usage_amount_cents: -1 } })).toMatchObject({
      status: 422,
      body: { error_details: { historical_usage_amount_cents: ['value_is_out_of_range'] } },
    })
    expect(await put({})).toMatchObject({ status: 400, body: { error: expect.stringMatching(/: lifetime_usage$/) } })
    expect(await tenant.api.put('/subscriptions/nobody/lifetime_usage', {})).toMatchObject({
      status: 404,
      body: { code: 'subscription_not_found' },
    })
  })

  it('tells how far it is to the thresholds that apply: its own, its plan’s, or its plan’s origin’s', async () => {
    const { tenant, plan } = await newSubscription()
    const { db } = tenant.ctx
    const { lago_subscription_id: subscriptionId } = await read(tenant)
    const setThresholds = (path: string, root: string, ...amounts: [amount: number, recurring?: boolean][]) =>
      succeed(
        tenant.api.put(path, {
          [root]: { usage_thresholds: amounts.map(([amount_cents, recurring]) => ({ amount_cents, recurring })) },
        }),
      )
    const completion = async (used: number) => {
      const lifetime_usage = { external_historical_usage_amount_cents: used }
      const answer = await succeed(tenant.api.put(PATH, { lifetime_usage }))
      return answer.lifetime_usage.usage_thresholds?.map((one: Wire) => [
        one.amount_cents,
        one.completion_ratio,
        one.reached_at,
      ])
    }
    expect(await completion(9000)).toBeUndefined()
    const reached = '2026-06-10T09:30:00.000Z'
    const origin = await createPlan(tenant)
    await db.updateTable('plans').set({ parent_id: origin.lago_id }).where('id', '=', plan.lago_id).execute()
    await setThresholds(`/plans/${origin.code}`, 'plan', [90_000])
    expect(await completion(9000)).toEqual([[90_000, 0.1, null]])
    await db.updateTable('plans').set({ parent_id: null }).where('id', '=', plan.lago_id).execute()
    await setThresholds(`/plans/${plan.code}`, 'plan', [15_000], [6000], [5000, true])
    expect(await flagged(tenant)).toEqual([true])
    expect(await completion(9000)).toEqual([
      [6000, 1, reached],
      [15_000, 0.3333333333333333, null],
      [20_000, 0, null],
    ])
    expect(await completion(26_500)).toEqual([
      [6000, 1, reached],
      [15_000, 1, reached],
      [20_000, 1, reached],
      [25_000, 1, reached],
      [30_000, 0.3, null],
    ])
    await tenant.run('refresh_lifetime_usage')
    await setThresholds('/subscriptions/sub', 'subscription', [50_000])
    expect(await flagged(tenant)).toEqual([true])
    expect(await completion(20_000)).toEqual([[50_000, 0.4, null]])
    await tenant.advanceTo('2026-07-01T01:00:00Z')
    const [invoice] = (await tenant.read('/invoices')).invoices
    await sql`
      insert into applied_usage_thresholds
      select ${newId()}, organization_id, ${invoice.lago_id}, id, 51000, '2026-06-20T00:00:00Z'
      from usage_thresholds where subscription_id = ${subscriptionId}`.execute(db)
    expect(await completion(60_000)).toEqual([[50_000, 1, '2026-06-20T00:00:00.000Z']])
    await succeed(tenant.api.put('/subscriptions/sub', { subscription: { progressive_billing_disabled: true } }))
    expect(await completion(20_000)).toBeUndefined()
  })
})

describe('usage beyond all that a column can hold', () => {
  it('stops nothing that looks at it: what is kept of it stands at the limit of its column', async () => {
    const { tenant, metric } = await newSubscription()
    const wallet = { external_customer_id: 'acme', currency: 'EUR', rate_amount: '1', granted_credits: '10' }
    await succeed(tenant.api.post('/wallets', { wallet }))
    for (const alert of [
      { code: 'amount', alert_type: 'current_usage_amount' },
      { code: 'units', alert_type: 'billable_metric_current_usage_units', billable_metric_code: metric.code },
    ]) {
      await succeed(
        tenant.api.post('/subscriptions/sub/alerts', { alert: { ...alert, thresholds: [{ value: '100' }] } }),
      )
    }
    await tenant.use(metric.code, [{ amount: `1${'0'.repeat(30)}` }])
    await tenant.advanceTo('2026-06-11T03:00:00Z')
    const { alerts } = await tenant.read('/subscriptions/sub/alerts')
    const most = '9999999999999999999999999.99999'
    expect(alerts.map((alert: Wire) => alert.previous_value)).toEqual([most, most])
    const rows = async (table: 'lifetime_usages' | 'wallets') =>
      tenant.ctx.db.selectFrom(table).selectAll().where('organization_id', '=', tenant.organizationId).execute()
    expect(await rows('lifetime_usages')).toMatchObject([{ current_usage_amount_cents: 2n ** 63n - 1n }])
    expect(await rows('wallets')).toMatchObject([
      {
        balance_cents: 1000n,
        ongoing_balance_cents: -(2n ** 63n) + 1n,
        ongoing_usage_balance_cents: 2n ** 63n - 1n,
        credits_ongoing_balance: `-${most}`,
      },
    ])
    await tenant.advanceTo('2026-06-12T03:00:00Z')
    await tenant.use(metric.code, [{ amount: 1 }])
    const { daily_usages: days } = await tenant.read('/subscriptions/sub/daily_usages')
    expect(days.map((day: Wire) => [day.usage_date, day.usage.charges_usage[0].units])).toEqual([
      ['2026-06-10', `1${'0'.repeat(30)}.0`],
    ])
  })
})

describe('daily usage', () => {
  const PATH = '/subscriptions/sub/daily_usages'
  /** By day, oldest first: the day, its cents, and the cents it added. */
  const days = async (tenant: Watched, query = '') => {
    const { daily_usages } = await tenant.read(`${PATH}${query}`)
    return daily_usages
      .map((day: Wire) => [day.usage_date, day.usage.amount_cents, day.usage_diff.amount_cents])
      .toReversed()
  }

  it('is kept of days with events, and of the last day of a period from its invoice', async () => {
    const { tenant, metric } = await newSubscription()
    await tenant.use(metric.code, [{ amount: 3 }])
    await tenant.advanceTo('2026-06-12T12:00:00Z')
    await tenant.use(metric.code, [{ amount: 4 }])
    await tenant.advanceTo('2026-07-03T12:00:00Z')
    expect(await days(tenant)).toEqual([
      ['2026-06-10', 300, 300],
      ['2026-06-12', 700, 400],
      ['2026-06-30', 700, 0],
    ])
    const [invoice] = (await tenant.read('/invoices')).invoices
    const { daily_usages, meta } = await tenant.read(`${PATH}?per_page=2`)
    expect(meta).toMatchObject({ total_count: 3, next_page: 2 })
    const period = { from_datetime: NOW, to_datetime: '2026-06-30T23:59:59Z' }
    const usage = (units: string, events_count: number, amount_cents: number) => ({
      ...period,
      currency: 'EUR',
      amount_cents,
      taxes_amount_cents: 0,
      total_amount_cents: amount_cents,
      charges_usage: [{ billable_metric: { code: metric.code }, units, events_count, amount_cents }],
    })
    expect(daily_usages).toMatchObject([
      {
        lago_id: expect.any(String),
        usage_date: '2026-06-30',
        ...period,
        usage: { ...usage('7.0', 2, 700), issuing_date: invoice.issuing_date },
        usage_diff: usage('0.0', 0, 0),
      },
      {
        usage_date: '2026-06-12',
        ...period,
        usage: usage('7.0', 2, 700),
        usage_diff: usage('4.0', 1, 400),
        refreshed_at: '2026-06-13T00:15:00Z',
      },
    ])
    expect(await days(tenant, '?from_date=2026-06-11&to_date=2026-06-12')).toEqual([['2026-06-12', 700, 400]])
    expect(await tenant.api.get(`${PATH}?from_date=soon`)).toMatchObject({
      status: 422,
      body: { error_details: { from_date: ['invalid_date'] } },
    })
    expect((await tenant.api.get('/subscriptions/nobody/daily_usages')).status).toBe(404)
  })

  it('is what was used by the end of the day where the customer is', async () => {
    const { tenant, metric } = await newSubscription({ customer: { timezone: 'America/New_York' } })
    await tenant.use(metric.code, [
      { amount: 1, at: '2026-06-11T03:59:59Z' },
      { amount: 2, at: '2026-06-11T04:00:00Z' },
    ])
    await tenant.setClock('2026-06-11T03:45:00Z')
    await tenant.run('compute_daily_usage')
    expect(await days(tenant)).toEqual([])
    await tenant.setClock('2026-06-11T06:30:00Z')
    await tenant.run('compute_daily_usage')
    expect(await days(tenant)).toEqual([['2026-06-10', 100, 100]])
    await tenant.setClock('2026-06-12T07:15:00Z')
    await tenant.run('compute_daily_usage')
    expect(await days(tenant)).toHaveLength(1)
  })

  it.each([
    ['grows with time alone', { prorated: true }, ['2026-06-29', '2026-06-30', '2026-07-01', '2026-07-02']],
    ['carries over', {}, ['2026-06-30', '2026-07-01']],
  ])('of usage that %s is kept without events', async (_, charge, expected) => {
    const { tenant, metric } = await newSubscription({ metric: { recurring: true }, charge })
    await tenant.setClock('2026-06-28T12:00:00Z')
    await tenant.use(metric.code, [{ amount: 3 }])
    await tenant.advanceTo('2026-07-03T12:00:00Z')
    expect((await days(tenant)).map(([day]: [string]) => day)).toEqual(['2026-06-28', ...expected])
  })

  it('is not kept of subscriptions that do without', async () => {
    const { tenant, metric } = await newSubscription()
    await tenant.use(metric.code, [{ amount: 3 }])
    await sql`update subscriptions set skip_daily_usage = true where organization_id = ${tenant.organizationId}`.execute(
      tenant.ctx.db,
    )
    await tenant.advanceTo('2026-06-12T12:00:00Z')
    expect(await days(tenant)).toEqual([])
  })

  it('of days that are missing is computed on demand, as of the end of each', async () => {
    const { tenant, metric } = await newSubscription()
    await tenant.use(metric.code, [{ amount: 3 }])
    await tenant.advanceTo('2026-06-14T12:00:00Z')
    await tenant.use(metric.code, [
      { amount: 1, at: '2026-06-11T12:00:00Z' },
      { amount: 2, at: '2026-06-12T23:59:59Z' },
      { amount: 5 },
    ])
    await tenant.advanceTo('2026-06-15T12:00:00Z')
    expect(await days(tenant)).toEqual([
      ['2026-06-10', 300, 300],
      ['2026-06-14', 1100, 800],
    ])
    const fill = (body: object) => tenant.api.post(`${PATH}/backfill`, { daily_usage: body })
    const { daily_usages } = await succeed(fill({ from_date: '2026-06-09', to_date: '2026-06-30' }))
    expect(daily_usages).toHaveLength(5)
    expect(await days(tenant)).toEqual([
      ['2026-06-10', 300, 300],
      ['2026-06-11', 400, 100],
      ['2026-06-12', 600, 200],
      ['2026-06-13', 600, 0],
      ['2026-06-14', 1100, 500],
    ])
    expect(await fill({ from_date: '', to_date: '2026-06-31' })).toMatchObject({
      status: 422,
      body: { error_details: { from_date: ['value_is_mandatory'], to_date: ['invalid_date'] } },
    })
    expect(await fill({ from_date: '2026-06-11', to_date: '2026-06-10' })).toMatchObject({
      status: 422,
      body: { error_details: { to_date: ['value_is_out_of_range'] } },
    })
  })

  it('of earlier periods is computed for the period of the day', async () => {
    const { tenant, metric } = await newSubscription()
    await tenant.setClock('2026-07-20T12:00:00Z')
    await tenant.use(metric.code, [
      { amount: 1, at: '2026-06-29T12:00:00Z' },
      { amount: 2, at: '2026-07-01T12:00:00Z' },
    ])
    await succeed(
      tenant.api.post(`${PATH}/backfill`, { daily_usage: { from_date: '2026-06-28', to_date: '2026-07-02' } }),
    )
    expect(await days(tenant)).toEqual([
      ['2026-06-29', 100, 100],
      ['2026-06-30', 100, 0],
      ['2026-07-01', 200, 200],
      ['2026-07-02', 200, 0],
    ])
  })
})
