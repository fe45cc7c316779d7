import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processArrivals } from '../../src/events/index.ts'
import { recordActivity } from '../../src/monitoring/activity/record.ts'
import { newId } from '../../src/platform/ids.ts'
import { createMetric } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { subscribe, succeed, type Watched, type Wire, watch, webhooksOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const NOW = '2026-06-10T09:30:00Z'
const ALERTS = '/subscriptions/sub/alerts'

async function newSubscription(parts?: Parameters<typeof subscribe>[1]) {
  const tenant = await watch(app, { now: NOW })
  return { tenant, ...(await subscribe(tenant, parts)) }
}

function alert(fields: Record<string, unknown> = {}) {
  return { alert_type: 'current_usage_amount', code: 'spend', thresholds: [{ value: 1000 }], ...fields }
}

async function create(tenant: Watched, fields: Record<string, unknown> = {}): Promise<Wire> {
  return (await succeed(tenant.api.post(ALERTS, { alert: alert(fields) }))).alert
}

/** The alerts that were told of, as `code: values`, a recurring value with a `+`. */
async function triggeredBy(tenant: Watched, work: () => Promise<unknown>): Promise<string[]> {
  const messages = await webhooksOf(tenant, ['alert.triggered'], work)
  return messages.map(({ triggered_alert: { alert_code, crossed_thresholds } }) => {
    const values = crossed_thresholds.map((one: Wire) => `${one.value}${one.recurring ? '+' : ''}`)
    return `${alert_code}: ${values.join(' ')}`
  })
}

describe('an alert of a subscription', () => {
  it('is created, read, listed, changed and deleted through the official client', async () => {
    const { tenant, metric } = await newSubscription()
    const { client } = tenant
    const created = await client.subscriptions.createSubscriptionAlert('sub', {
      alert: {
        alert_type: 'billable_metric_current_usage_units',
        code: 'calls',
        name: 'Many calls',
        billable_metric_code: metric.code,
        thresholds: [
          { code: 'warn', value: '99.5' },
          { value: 1000, recurring: true },
        ],
      },
    } as never)
    const expected = {
      lago_organization_id: tenant.organizationId,
      subscription_external_id: 'sub',
      external_subscription_id: 'sub',
      lago_wallet_id: null,
      wallet_code: null,
      alert_type: 'billable_metric_current_usage_units',
      code: 'calls',
      name: 'Many calls',
      direction: 'increasing',
      previous_value: '0.0',
      last_processed_at: null,
      thresholds: [
        { code: 'warn', value: '99.5', recurring: false },
        { code: null, value: '1000.0', recurring: true },
      ],
      created_at: NOW,
      billable_metric: { lago_id: metric.lago_id, code: metric.code },
    }
    expect(created.data).toMatchObject({ alert: expected })
    await tenant.settle()
    const processed = { ...expected, last_processed_at: NOW }
    expect((await client.subscriptions.getSubscriptionAlert('sub', 'calls')).data.alert).toMatchObject(processed)

    await create(tenant, { code: 'first' })
    await tenant.setClock('2026-06-10T10:00:00Z')
    await create(tenant, { code: 'latest', alert_type: 'lifetime_usage_amount' })
    const { alerts, meta } = await tenant.read(`${ALERTS}?per_page=2`)
    expect(alerts.map((one: Wire) => one.code)).toEqual(['latest', 'calls'])
    expect(meta).toMatchObject({ total_count: 3, total_pages: 2, next_page: 2 })
    expect((await client.subscriptions.getSubscriptionAlerts('sub')).data.alerts).toHaveLength(3)

    const renamed = await client.subscriptions.updateSubscriptionAlert('sub', 'calls', {
      alert: { code: 'units', name: null, thresholds: [] },
    } as never)
    expect(renamed.data.alert).toMatchObject({
      ...expected,
      code: 'units',
      name: null,
      // Looks that other alerts caused may have come since.
      last_processed_at: expect.any(String),
    })
    const reset = await client.subscriptions.updateSubscriptionAlert('sub', 'units', {
      alert: { alert_type: 'current_usage_amount', thresholds: [{ value: '7' }] },
    } as never)
    expect(reset.data.alert).toMatchObject({
      alert_type: expected.alert_type,
      name: null,
      thresholds: [{ code: null, value: '7.0', recurring: false }],
    })

    const deleted = await client.subscriptions.deleteSubscriptionAlert('sub', 'units')
    expect(deleted.data.alert).toMatchObject({ code: 'units', thresholds: [] })
    await expect(client.subscriptions.getSubscriptionAlert('sub', 'units')).rejects.toMatchObject({ status: 404 })
    for (const expectedCount of [2, 0]) {
      expect((await tenant.read(ALERTS)).meta.total_count).toBe(expectedCount)
      expect((await client.subscriptions.deleteAllSubscriptionAlerts('sub')).status).toBe(200)
    }
    await create(tenant, { code: 'first' })
  })

  it('is found by external id, status and code', async () => {
    const { tenant } = await newSubscription()
    const gone = { status: 404, body: { code: 'subscription_not_found' } }
    const unknown = { status: 404, body: { code: 'alert_not_found' } }
    expect(await tenant.api.get('/subscriptions/nobody/alerts')).toMatchObject(gone)
    expect(await tenant.api.post('/subscriptions/nobody/alerts', {})).toMatchObject(gone)
    expect(await tenant.api.get(`${ALERTS}?status=pending`)).toMatchObject(gone)
    expect(await tenant.api.get(`${ALERTS}/nothing`)).toMatchObject(unknown)
    expect(await tenant.api.put(`${ALERTS}/nothing`, {})).toMatchObject(unknown)
    expect(await tenant.api.delete(`${ALERTS}/nothing`)).toMatchObject(unknown)
    const noRoot = { status: 400, body: { error: expect.stringMatching(/: alert$/) } }
    expect(await tenant.api.post(ALERTS, { alerts: [] })).toMatchObject(noRoot)
    await create(tenant)
    expect(await tenant.api.put(`${ALERTS}/spend`, { alert: {} })).toMatchObject(noRoot)
    await succeed(tenant.api.delete('/subscriptions/sub'))
    await tenant.settle()
    expect(await tenant.api.get(ALERTS)).toMatchObject(gone)
    expect((await tenant.read(`${ALERTS}?subscription_status=terminated`)).alerts).toHaveLength(1)
  })

  describe('is refused', () => {
    let tenant: Watched
    let metricCode: string
    beforeAll(async () => {
      const made = await newSubscription()
      tenant = made.tenant
      metricCode = made.metric.code
      await create(tenant, { code: 'taken' })
      await create(tenant, {
        code: 'units',
        alert_type: 'billable_metric_current_usage_units',
        billable_metric_code: metricCode,
      })
      await create(tenant, { code: 'life', alert_type: 'lifetime_usage_amount' })
    })

    const value = (code: string) => ({ 'thresholds:value': [code] })
    const units = 'billable_metric_current_usage_units'
    const amount = 'billable_metric_current_usage_amount'
    const recurring = (of: unknown) => ({ value: of, recurring: true })
    it.each<[string, Record<string, unknown>, Record<string, string[]>]>([
      ['no type', { alert_type: ' ' }, { alert_type: ['value_is_mandatory', 'value_is_invalid'] }],
      ['an unknown type', { alert_type: 'moon', thresholds: [] }, { alert_type: ['invalid_type'] }],
      ['the type of a wallet', { alert_type: 'wallet_balance_amount' }, { alert_type: ['invalid_type'] }],
      ['a word of objects', { alert_type: 'constructor' }, { alert_type: ['invalid_type'] }],
      ['no thresholds', { thresholds: undefined }, { thresholds: ['value_is_mandatory'] }],
      ['no threshold', { thresholds: [] }, { thresholds: ['value_is_mandatory'] }],
      [
        '21 thresholds',
        { thresholds: Array.from({ length: 21 }, () => ({ value: 1 })) },
        { thresholds: ['too_many_thresholds'] },
      ],
      [
        'equal ones',
        { thresholds: [{ value: null }, { value: 'x' }, { code: 'y', value: 'x' }] },
        { thresholds: ['duplicate_threshold_values'] },
      ],
      ['no value', { thresholds: [{ value: 'x' }, { code: 'a' }] }, value('value_is_mandatory')],
      ['no number', { thresholds: [recurring(-1), { value: 'ten' }] }, value('value_is_invalid')],
      ['nothing', { thresholds: [{ value: '' }] }, value('value_is_invalid')],
      ['a truth', { thresholds: [{ value: true }] }, value('value_is_invalid')],
      ['a huge number', { thresholds: [{ value: '1e25' }] }, value('value_is_out_of_range')],
      ['a recurring 0', { code: '', thresholds: [recurring(0)] }, value('recurring_value_is_negative')],
      ['a recurring next to 0', { thresholds: [recurring('0.000004')] }, value('recurring_value_is_negative')],
      ['no code', { code: null }, { code: ['value_is_mandatory'] }],
      [
        'no code and no metric',
        { alert_type: units, code: '' },
        { code: ['value_is_mandatory'], billable_metric: ['value_is_mandatory'] },
      ],
      ['a taken code', { code: 'taken' }, { code: ['value_already_exist'] }],
      ['a taken type', {}, { base: ['alert_already_exists'] }],
      [
        'two recurring thresholds',
        { alert_type: 'billable_metric_lifetime_usage_units', thresholds: [recurring(10), recurring('10')] },
        { base: ['alert_already_exists'] },
      ],
    ])('with %s', async (_, fields, details) => {
      const ofMetric = fields.alert_type === 'billable_metric_lifetime_usage_units'
      const body = alert({ code: 'new', ...(ofMetric && { billable_metric_code: metricCode }), ...fields })
      expect(await tenant.api.post(ALERTS, { alert: body })).toMatchObject({
        status: 422,
        body: { code: 'validation_errors', error_details: details },
      })
    })

    it('with a metric that is unknown, not wanted, or watched already', async () => {
      const post = (fields: object) => tenant.api.post(ALERTS, { alert: alert({ code: 'new', ...fields }) })
      expect(await post({ billable_metric_code: 'moon', code: '' })).toMatchObject({
        status: 404,
        body: { code: 'billable_metric_not_found' },
      })
      expect((await post({ billable_metric_code: metricCode })).body.error_details).toEqual({
        billable_metric: ['value_must_be_blank'],
      })
      const watched = { alert_type: units, billable_metric_code: metricCode }
      expect((await post(watched)).body.error_details).toEqual({ base: ['alert_already_exists'] })
      const other = await createMetric(tenant)
      expect((await post({ ...watched, billable_metric_code: other.code })).status).toBe(200)
      expect((await post({ ...watched, alert_type: amount, code: 'amount' })).status).toBe(200)
    })

    it.each<[string, Record<string, unknown>, number, unknown]>([
      ['no code', { code: '' }, 422, { code: ['value_is_mandatory'] }],
      ['a taken code', { code: 'taken' }, 422, { code: ['value_already_exist'] }],
      [
        'a metric it has no use for',
        { billable_metric_code: 'METRIC' },
        422,
        { billable_metric: ['value_must_be_blank'] },
      ],
      ['an unknown metric', { code: '', billable_metric_code: 'moon' }, 404, undefined],
      ['bad thresholds', { billable_metric_code: 'moon', thresholds: [{}] }, 422, value('value_is_mandatory')],
    ])('as an update with %s', async (_, fields, status, details) => {
      const metric = fields.billable_metric_code === 'METRIC' ? { billable_metric_code: metricCode } : {}
      const answer = await tenant.api.put(`${ALERTS}/life`, { alert: { ...fields, ...metric } })
      expect(answer.status).toBe(status)
      expect(answer.body.error_details).toEqual(details)
      expect((await tenant.read(`${ALERTS}/life`)).alert.thresholds).toHaveLength(1)
    })
  })

  it('is created with others, or none of them is', async () => {
    const { tenant } = await newSubscription()
    const first = alert({ code: 'a' })
    const same = alert({ code: 'b', name: 'Second' })
    const lost = alert({ code: 'c', alert_type: 'billable_metric_current_usage_units', billable_metric_code: 'moon' })
    const bad = alert({ alert_type: 'moon' })
    expect(await tenant.api.post(ALERTS, { alerts: [first, same, lost, bad, 7] })).toMatchObject({
      status: 422,
      body: {
        code: 'validation_errors',
        error_details: {
          1: { params: same, errors: 'Validation errors: {"base":["alert_already_exists"]}' },
          2: { params: lost, errors: 'billable_metric_not_found' },
          3: { params: bad, errors: 'Validation errors: {"alert_type":["invalid_type"]}' },
          4: { params: 7, errors: 'Validation errors: {"alert_type":["value_is_mandatory","value_is_invalid"]}' },
        },
      },
    })
    expect((await tenant.read(ALERTS)).alerts).toEqual([])
    const second = alert({ code: 'b', alert_type: 'lifetime_usage_amount' })
    const body = await succeed(tenant.api.post(ALERTS, { alerts: [first, second] }))
    expect(Object.keys(body)).toEqual(['alerts'])
    expect(body.alerts.map((one: Wire) => one.code)).toEqual(['a', 'b'])
  })

  it('goes with its metric', async () => {
    const { tenant, metric } = await newSubscription()
    await create(tenant, { alert_type: 'billable_metric_current_usage_units', billable_metric_code: metric.code })
    await succeed(tenant.api.delete(`/billable_metrics/${metric.code}`))
    await tenant.settle()
    expect((await tenant.read(ALERTS)).alerts).toEqual([])
  })
})

describe('an alert is told of', () => {
  it('when usage passes thresholds, once for all that it passes', async () => {
    const { tenant, metric } = await newSubscription()
    const thresholds = [{ value: 2000 }, { code: 'high', value: 4500 }, { code: 'more', value: 1200, recurring: true }]
    await create(tenant, { name: 'Spend', thresholds })
    // Cents of usage after each step, and what it is told of.
    for (const [amount, expected] of [
      [1900, []],
      [2600, ['spend: 2000.0']],
      [7100, ['spend: 4500.0 5700.0+ 6900.0+']],
      [7100, []],
      [3000, []],
      [4600, ['spend: 4500.0']],
      [5700, ['spend: 5700.0+']],
      [6000, ['spend: 5700.0+']],
    ] as const) {
      const { customer_usage } = await tenant.read('/customers/acme/current_usage?external_subscription_id=sub')
      const added = (amount - customer_usage.amount_cents) / 100
      expect(await triggeredBy(tenant, () => tenant.use(metric.code, [{ amount: added }])), `${amount}`).toEqual(
        expected,
      )
      expect((await tenant.read(`${ALERTS}/spend`)).alert.previous_value).toBe(`${amount}.0`)
    }
    const messages = await webhooksOf(tenant, ['alert.triggered'], () => tenant.use(metric.code, [{ amount: 9 }]))
    const { alert: stored } = await tenant.read(`${ALERTS}/spend`)
    const subscription = (await tenant.read('/subscriptions/sub')).subscription
    expect(messages).toEqual([
      {
        webhook_type: 'alert.triggered',
        object_type: 'triggered_alert',
        organization_id: tenant.organizationId,
        triggered_alert: {
          lago_id: expect.any(String),
          lago_organization_id: tenant.organizationId,
          lago_alert_id: stored.lago_id,
          lago_subscription_id: subscription.lago_id,
          external_subscription_id: 'sub',
          lago_wallet_id: null,
          external_customer_id: 'acme',
          billable_metric_code: null,
          alert_name: 'Spend',
          alert_code: 'spend',
          alert_type: 'current_usage_amount',
          current_value: '6900.0',
          previous_value: '6000.0',
          crossed_thresholds: [{ code: 'more', value: '6900.0', recurring: true }],
          triggered_at: NOW,
          subscription_external_id: 'sub',
          customer_external_id: 'acme',
        },
      },
    ])
    // A new period begins with less: nothing is told, and what was passed can be passed again.
    await tenant.setClock('2026-07-02T00:00:00Z')
    expect(await triggeredBy(tenant, () => tenant.use(metric.code, [{ amount: 1 }]))).toEqual([])
    expect(await triggeredBy(tenant, () => tenant.use(metric.code, [{ amount: 20 }]))).toEqual(['spend: 2000.0'])
  })

  it('of what was passed before it was made, and again after it was changed', async () => {
    const { tenant, metric } = await newSubscription()
    await tenant.use(metric.code, [{ amount: 30 }])
    expect(await triggeredBy(tenant, () => create(tenant))).toEqual(['spend: 1000.0'])
    const change = (fields: object) => tenant.api.put(`${ALERTS}/spend`, { alert: fields })
    expect(await triggeredBy(tenant, () => change({ name: 'x' }))).toEqual([])
    await sql`update usage_alerts set previous_value = 2000 where organization_id = ${tenant.organizationId}`.execute(
      tenant.ctx.db,
    )
    expect(await triggeredBy(tenant, () => change({ thresholds: [{ value: 1500 }, { value: 2500 }] }))).toEqual([
      'spend: 2500.0',
    ])
  })

  it('of the largest row of a metric, of its lifetime, and of all that was used', async () => {
    const { tenant, metric } = await newSubscription({
      metric: { filters: [{ key: 'region', values: ['eu', 'us'] }] },
      charge: {
        properties: { amount: '1', pricing_group_keys: ['team'] },
        filters: [{ properties: { amount: '5' }, values: { region: ['eu'] } }],
      },
    })
    const other = await createMetric(tenant)
    const ofMetric = { billable_metric_code: metric.code }
    const types = [
      alert({ code: 'all', thresholds: [{ value: 1 }] }),
      alert({ code: 'life', alert_type: 'lifetime_usage_amount', thresholds: [{ value: 1 }] }),
      alert({ code: 'amount', alert_type: 'billable_metric_current_usage_amount', ...ofMetric }),
      alert({ code: 'units', alert_type: 'billable_metric_current_usage_units', ...ofMetric }),
      alert({ code: 'ever', alert_type: 'billable_metric_lifetime_usage_units', ...ofMetric }),
      alert({
        code: 'none',
        alert_type: 'billable_metric_current_usage_amount',
        billable_metric_code: other.code,
        thresholds: [{ value: 0 }],
      }),
    ]
    await succeed(tenant.api.post(ALERTS, { alerts: types }))
    const values = async () => {
      const { alerts } = await tenant.read(ALERTS)
      return Object.fromEntries(alerts.map((one: Wire) => [one.code, one.previous_value]))
    }
    await tenant.use(metric.code, [
      { region: 'eu', amount: 3 },
      { team: 'a', amount: 4 },
      { team: 'b', amount: 8.123456 },
    ])
    const used = { all: '2712.0', life: '2712.0', amount: '1500.0', units: '8.12346', ever: '8.12346', none: '0.0' }
    expect(await values()).toEqual(used)
    await tenant.advanceTo('2026-07-02T00:00:00Z')
    await tenant.use(metric.code, [{ team: 'b', amount: 2 }])
    expect(await values()).toEqual({
      ...used,
      all: '200.0',
      life: '2912.0',
      amount: '200.0',
      units: '2.0',
      ever: '10.12346',
    })
    expect((await tenant.read(`${ALERTS}/none`)).alert.last_processed_at).toBeNull()
  })

  it('not of the lifetime units of prorated usage', async () => {
    const { tenant, metric } = await newSubscription({ metric: { recurring: true }, charge: { prorated: true } })
    await create(tenant, {
      alert_type: 'billable_metric_lifetime_usage_units',
      billable_metric_code: metric.code,
      thresholds: [{ value: 1 }],
    })
    expect(await triggeredBy(tenant, () => tenant.use(metric.code, [{ amount: 30 }]))).toEqual([])
    expect((await tenant.read(`${ALERTS}/spend`)).alert.last_processed_at).toBeNull()
  })

  it('on whatever subscription has the external id, while one runs', async () => {
    const { tenant, metric, plan } = await newSubscription()
    await create(tenant)
    await succeed(tenant.api.delete('/subscriptions/sub'))
    await tenant.settle()
    expect(await triggeredBy(tenant, () => tenant.use(metric.code, [{ amount: 30 }]))).toEqual([])
    const again = { external_customer_id: 'acme', external_id: 'sub', plan_code: plan.code }
    await tenant.setClock('2026-06-11T00:00:00Z')
    await succeed(tenant.api.post('/subscriptions', { subscription: again }))
    expect(await triggeredBy(tenant, () => tenant.use(metric.code, [{ amount: 12 }]))).toEqual(['spend: 1000.0'])
  })
})

describe('a look at a subscription', () => {
  const activities = (tenant: Watched) =>
    tenant.ctx.db
      .selectFrom('usage_activities')
      .selectAll()
      .where('organization_id', '=', tenant.organizationId)
      .execute()

  it('is repeated for what happens meanwhile', async () => {
    const { tenant, metric } = await newSubscription()
    await create(tenant)
    await tenant.settle()
    const told = await triggeredBy(tenant, async () => {
      let first: Promise<void> | undefined
      await tenant.ctx.db.transaction().execute(async tx => {
        await sql`select from usage_alerts where organization_id = ${tenant.organizationId} for update`.execute(tx)
        first = tenant.use(metric.code, [{ amount: 5 }])
        await waitUntilSomeoneWaits(tenant)
        await arrive(tenant, metric.code, 'late', 7)
      })
      await first
    })
    expect(told).toEqual(['spend: 1000.0'])
    expect((await tenant.read(`${ALERTS}/spend`)).alert.previous_value).toBe('1200.0')
    expect(await activities(tenant)).toEqual([])
  })

  it('evaluates the other alerts when one fails, and is repeated', async () => {
    const { tenant, metric } = await newSubscription()
    await create(tenant, { code: 'broken' })
    await create(tenant, { code: 'life', alert_type: 'lifetime_usage_amount' })
    await tenant.settle()
    const { db } = tenant.ctx
    await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'broken'; end $$`.execute(db)
    await sql`create trigger refuse before update on usage_alerts for each row when (new.code = 'broken')
      execute function refuse()`.execute(db)
    const told = await triggeredBy(tenant, async () => {
      await expect(tenant.use(metric.code, [{ amount: 30 }])).rejects.toThrow('broken')
    }).catch(error => error.message)
    expect(told).toContain('background work failed')
    expect((await tenant.read(`${ALERTS}/life`)).alert.previous_value).toBe('3000.0')
    expect((await activities(tenant))[0]?.attempts).toBeGreaterThan(0)
    // The retry is left to the clock, so that what it tells of can be caught.
    await sql`update graphile_worker._private_jobs set run_at = run_at + interval '1 hour'`.execute(db)
    await sql`drop trigger refuse on usage_alerts`.execute(db)
    await arrive(tenant, metric.code, 'next', 1)
    const again = await triggeredBy(tenant, () => tenant.run('process_subscription_activity'))
    expect(again).toEqual(['broken: 1000.0'])
    expect(await activities(tenant)).toEqual([])
  })

  it('follows events within seconds in real time where there are alerts, however many go on coming', async () => {
    const tenant = await app.newOrganization({ sandbox: false })
    await subscribeLive(tenant)
    const { rows } = await tenant.ctx.db.transaction().execute(async db => {
      const tx = { ...tenant.ctx, db }
      const at = tx.clock.now()
      const watching = { subscription_external_id: 'watched', alert_type: 'current_usage_amount', code: 'spend' }
      await db
        .insertInto('usage_alerts')
        .values({ id: newId(), organization_id: tenant.organizationId, ...watching, created_at: at, updated_at: at })
        .execute()
      await recordActivity(tx, ['live', 'watched', 'nobody'], 'events_arrived')
      await recordActivity(tx, ['live', 'watched'], 'events_arrived')
      // Nobody can take the job before the transaction ends.
      return sql<{ wait: number }>`
        select extract(epoch from run_at - created_at)::float as wait
        from graphile_worker.jobs
        where flags ? ${`organization:${tenant.organizationId}`}
          and task_identifier = 'process_activity_of_subscription'`.execute(db)
    })
    expect(rows).toHaveLength(1)
    expect(rows[0]?.wait).toBeGreaterThan(0.5)
    expect(rows[0]?.wait).toBeLessThan(2)
  })

  /** To a plan without charges, as `live` and as `watched`. */
  async function subscribeLive({ api }: Pick<Watched, 'api'>) {
    await succeed(api.post('/customers', { customer: { external_id: 'acme', currency: 'EUR' } }))
    const terms = { interval: 'monthly', amount_cents: 1, amount_currency: 'EUR', pay_in_advance: false }
    await succeed(api.post('/plans', { plan: { name: 'p', code: 'p', ...terms } }))
    for (const external_id of ['live', 'watched']) {
      const subscription = { external_customer_id: 'acme', external_id, plan_code: 'p' }
      await succeed(api.post('/subscriptions', { subscription }))
    }
  }
})

/** Stores an event and has it told of, without waiting for what follows. */
async function arrive(tenant: Watched, code: string, transactionId: string, amount: number): Promise<void> {
  const timestamp = Temporal.Instant.from(NOW).epochMilliseconds / 1000
  const event = {
    transaction_id: transactionId,
    external_subscription_id: 'sub',
    code,
    timestamp,
    properties: { amount },
  }
  await succeed(tenant.api.post('/events', { event }))
  await processArrivals(tenant.ctx)
}

async function waitUntilSomeoneWaits(tenant: Watched): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%usage_alerts%'`.execute(
      tenant.ctx.db,
    )
    if (rows.length > 0) return
    await pause(5)
  }
}
