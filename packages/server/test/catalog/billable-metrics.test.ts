import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBillableMetric, deleteBillableMetric, updateBillableMetric } from '../../src/catalog/billable-metrics.ts'
import { catalog } from '../../src/catalog/index.ts'
import { newId } from '../../src/platform/ids.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import { createMetric, createPlan, freshCode, invalid, notFound, sell, standardCharge, unavailable } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const create = (fields: Record<string, unknown>) =>
  app.api.post('/billable_metrics', { billable_metric: { name: 'Calls', code: freshCode('metric'), ...fields } })

describe('a billable metric', () => {
  it('is created with what was given and defaults for the rest', async () => {
    const { status, body } = await create({
      code: 'storage',
      description: 'Peak of the day',
      aggregation_type: 'max_agg',
      field_name: 'gb',
      rounding_function: 'ceil',
      rounding_precision: -1,
    })
    expect(status).toBe(200)
    expect(body.billable_metric).toEqual({
      lago_id: expect.any(String),
      name: 'Calls',
      code: 'storage',
      description: 'Peak of the day',
      aggregation_type: 'max_agg',
      weighted_interval: null,
      recurring: false,
      rounding_function: 'ceil',
      rounding_precision: -1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      field_name: 'gb',
      expression: null,
      filters: [],
      active_subscriptions_count: 0,
      draft_invoices_count: 0,
      plans_count: 0,
    })
  })

  it('is read without the counters of the other answers', async () => {
    const metric = await createMetric(app)
    const { body } = await app.api.get(`/billable_metrics/${metric.code}`)
    const { active_subscriptions_count, draft_invoices_count, plans_count, ...shown } = metric
    expect(body.billable_metric).toEqual(shown)
  })

  it.each(['count_agg', 'sum_agg', 'max_agg', 'unique_count_agg', 'latest_agg'])('aggregates by %s', async type => {
    const { body } = await create({ aggregation_type: type, field_name: 'amount' })
    expect(body.billable_metric).toMatchObject({
      aggregation_type: type,
      field_name: type === 'count_agg' ? null : 'amount',
    })
  })

  it.each([
    [
      { name: '', code: ' ', aggregation_type: null },
      {
        name: ['value_is_mandatory'],
        code: ['value_is_mandatory'],
        aggregation_type: ['value_is_invalid'],
        field_name: ['value_is_mandatory'],
      },
    ],
    [
      { aggregation_type: 'average_agg' },
      { aggregation_type: ['value_is_invalid'], field_name: ['value_is_mandatory'] },
    ],
    [{ aggregation_type: 'sum_agg' }, { field_name: ['value_is_mandatory'] }],
    [{ aggregation_type: 'count_agg', recurring: true }, { recurring: ['not_compatible_with_aggregation_type'] }],
    [
      { aggregation_type: 'max_agg', field_name: 'x', recurring: true },
      { recurring: ['not_compatible_with_aggregation_type'] },
    ],
    [
      { aggregation_type: 'latest_agg', field_name: 'x', recurring: true },
      { recurring: ['not_compatible_with_aggregation_type'] },
    ],
    [{ aggregation_type: 'weighted_sum_agg', field_name: 'x' }, { weighted_interval: ['value_is_invalid'] }],
    [
      { aggregation_type: 'weighted_sum_agg', field_name: 'x', weighted_interval: 'hours' },
      { weighted_interval: ['value_is_invalid'] },
    ],
    [{ aggregation_type: 'count_agg', weighted_interval: 'hours' }, { weighted_interval: ['value_is_invalid'] }],
    [{ aggregation_type: 'count_agg', rounding_function: 'truncate' }, { rounding_function: ['value_is_invalid'] }],
    [{ aggregation_type: 'count_agg', expression: '1 +' }, { expression: ['invalid_expression'] }],
    [{ aggregation_type: 'count_agg', expression: 'round(1, 2, 3)' }, { expression: ['invalid_expression'] }],
    [{ aggregation_type: 'count_agg', rounding_precision: 'two' }, { rounding_precision: ['is not a number'] }],
    [{ aggregation_type: 'count_agg', rounding_precision: 1e12 }, { rounding_precision: ['value_is_out_of_range'] }],
  ])('is refused with %j', async (fields, details) => {
    expect(await create(fields)).toMatchObject(invalid(details))
  })

  it.each([
    { aggregation_type: 'weighted_sum_agg', field_name: 'gb', weighted_interval: 'seconds', recurring: true },
    { aggregation_type: 'sum_agg', field_name: 'seats', recurring: true },
    { aggregation_type: 'unique_count_agg', field_name: 'seat', recurring: true },
    { aggregation_type: 'sum_agg', field_name: 'gb', expression: 'event.properties.mb / 1024' },
  ])('is accepted with %j', async fields => {
    expect((await create(fields)).body.billable_metric).toMatchObject(fields)
  })

  it('has no expression when a blank one is given', async () => {
    const { body } = await create({ aggregation_type: 'count_agg', expression: ' ' })
    expect(body.billable_metric.expression).toBeNull()
  })

  it('cannot be aggregated by code of its own', async () => {
    expect(await create({ aggregation_type: 'custom_agg' })).toMatchObject(unavailable)
  })

  it('keeps a weighted interval that has no effect', async () => {
    const { body } = await create({ aggregation_type: 'count_agg', weighted_interval: 'seconds' })
    expect(body.billable_metric.weighted_interval).toBe('seconds')
  })

  it.each([undefined, {}, { billable_metric: {} }, { billable_metric: { colour: 'red' } }, { billable_metric: [] }])(
    'needs a body with known keys: %j',
    async body => {
      expect(await app.api.post('/billable_metrics', body)).toMatchObject({
        status: 400,
        body: { error: 'BadRequest: param is missing or the value is empty or invalid: billable_metric' },
      })
    },
  )

  it('has a code of its own while it is kept', async () => {
    const metric = await createMetric(app)
    const again = () => create({ code: metric.code, aggregation_type: 'count_agg' })
    expect(await again()).toMatchObject(invalid({ code: ['value_already_exist'] }))
    expect((await app.api.delete(`/billable_metrics/${metric.code}`)).body.billable_metric).toEqual(metric)
    expect(await app.api.get(`/billable_metrics/${metric.code}`)).toMatchObject(notFound('billable_metric'))
    const reborn = await again()
    expect(reborn.status).toBe(200)
    expect(reborn.body.billable_metric.lago_id).not.toBe(metric.lago_id)
  })

  it('is created once when many ask at the same time', async () => {
    const code = freshCode('race')
    const answers = await Promise.all(Array.from({ length: 6 }, () => create({ code, aggregation_type: 'count_agg' })))
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer).toMatchObject(invalid({ code: ['value_already_exist'] }))
    }
  })

  it.each(['a/b', 'a b', 'ünï/cödé', '100%', 'a%2Fb', 'q?x=1#y', 'a.b', 'A'])('is found by the code %j', async code => {
    const metric = await createMetric(app, { code })
    const { body } = await app.api.get(`/billable_metrics/${encodeURIComponent(code)}`)
    expect(body.billable_metric.lago_id).toBe(metric.lago_id)
  })

  it('is found by a code with a slash that is not encoded', async () => {
    await createMetric(app, { code: 'storage/eu/west' })
    const put = await app.api.put('/billable_metrics/storage/eu/west', { billable_metric: { name: 'West' } })
    expect(put.body.billable_metric.name).toBe('West')
    expect((await app.api.delete('/billable_metrics/storage/eu/west')).status).toBe(200)
  })

  it('belongs to its organization', async () => {
    const metric = await createMetric(app)
    const other = await app.newOrganization()
    const path = `/billable_metrics/${metric.code}`
    expect(await other.api.get(path)).toMatchObject(notFound('billable_metric'))
    expect(await other.api.put(path, { billable_metric: { name: 'Mine' } })).toMatchObject(notFound('billable_metric'))
    expect(await other.api.delete(path)).toMatchObject(notFound('billable_metric'))
    expect((await other.api.get('/billable_metrics')).body).toEqual({
      billable_metrics: [],
      meta: { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 },
    })
    expect((await createMetric(other, { code: metric.code })).lago_id).not.toBe(metric.lago_id)
  })

  it('is listed, the newest first', async () => {
    const tenant = await app.newOrganization()
    for (const [index, day] of ['01', '02', '03'].entries()) {
      await tenant.setClock(`2026-03-${day}T00:00:00Z`)
      await createMetric(tenant, { code: `metric_${index}` })
    }
    const { body } = await tenant.api.get('/billable_metrics?per_page=2')
    expect(body.billable_metrics.map((metric: { code: string }) => metric.code)).toEqual(['metric_2', 'metric_1'])
    expect(body.meta).toMatchObject({ total_count: 3, next_page: 2 })
  })

  it('works with the official client', async () => {
    const { data } = await app.client.billableMetrics.createBillableMetric({
      billable_metric: { name: 'Seats', code: 'seats', aggregation_type: 'unique_count_agg', field_name: 'user_id' },
    })
    expect(data.billable_metric.code).toBe('seats')
    await app.client.billableMetrics.updateBillableMetric('seats', { billable_metric: { name: 'Users' } })
    expect((await app.client.billableMetrics.findBillableMetric('seats')).data.billable_metric.name).toBe('Users')
    const { data: list } = await app.client.billableMetrics.findAllBillableMetrics({ per_page: 1 })
    expect(list.billable_metrics).toHaveLength(1)
    expect((await app.client.billableMetrics.destroyBillableMetric('seats')).data.billable_metric.code).toBe('seats')
  })
})

describe('trying an expression', () => {
  const event = {
    code: '77',
    timestamp: 1735689600,
    properties: { qty: '4.250', bytes: 1536000, name: 'blue', neg: '-7.5', flag: true, nothing: null },
  }
  const attempt = (expression: unknown, about: unknown = event) =>
    app.api.post('/billable_metrics/evaluate_expression', { expression, event: about })
  const result = (value: string) => ({ status: 200, body: { expression_result: { value } } })

  it.each([
    ['event.properties.qty * 3', '12.75'],
    ['ceil(event.properties.bytes / 1048576, 3)', '1.465'],
    ['round(event.properties.bytes, -4)', '1540000.0'],
    ["concat(event.properties.name, '-', event.code)", 'blue-77'],
    ['event.timestamp', '1735689600.0'],
    ['event.properties.flag', 'true'],
    ['event.properties.nothing', ''],
    [2, '2.0'],
  ])('%s gives %s', async (expression, value) => {
    expect(await attempt(expression)).toMatchObject(result(value))
  })

  it.each([
    [undefined, { expression: ['value_is_mandatory'] }],
    [null, { expression: ['value_is_mandatory'] }],
    [' ', { expression: ['value_is_mandatory'] }],
    ['properties.qty', { expression: ['invalid_expression'] }],
    ['event.properties.unknown', { event: ['invalid_event'] }],
    ['event.code + 1', { event: ['invalid_event'] }],
    ['1 / 0', { event: ['invalid_event'] }],
  ])('%s is refused', async (expression, details) => {
    expect(await attempt(expression)).toMatchObject(invalid(details))
  })

  it.each([
    ['2025-01-01T00:00:00Z', '2025.0'],
    ['1735689600.9', '1735689600.0'],
    [1735689600.9, '1735689600.0'],
    [-1.5, '-1.0'],
    ['+12', '12.0'],
    ['soon', '0.0'],
    [null, '1772323200.0'],
  ])('takes the time %j for %s', async (timestamp, value) => {
    await app.setClock('2026-03-01T00:00:00.9Z')
    expect(await attempt('event.timestamp', { timestamp })).toMatchObject(result(value))
  })

  it.each([undefined, null, {}, [], { properties: [1] }])('does without an event: %j', async about => {
    await app.setClock('2026-03-01T00:00:00Z')
    const ask = (expression: string) =>
      app.api.post('/billable_metrics/evaluate_expression', { expression, event: about })
    expect(await ask("concat(event.code, '/', event.timestamp)")).toMatchObject(result('/1772323200'))
    expect(await ask('event.properties.qty')).toMatchObject(invalid({ event: ['invalid_event'] }))
  })

  it('works with the official client', async () => {
    const { data } = await app.client.billableMetrics.evaluateBillableMetricExpression({
      expression: 'event.properties.a + event.properties.b',
      event: { code: 'sum', properties: { a: 1, b: '2' } },
    })
    expect(data.expression_result.value).toBe('3.0')
  })
})

describe('updating a billable metric', () => {
  it('changes only what is given, null clears', async () => {
    const metric = await createMetric(app, { description: 'Old', rounding_function: 'ceil', rounding_precision: 2 })
    const { body } = await app.api.put(`/billable_metrics/${metric.code}`, {
      billable_metric: { description: null, rounding_function: null, field_name: 'size', recurring: null },
    })
    expect(body.billable_metric).toEqual({
      ...metric,
      description: null,
      rounding_function: null,
      field_name: 'size',
      recurring: false,
    })
  })

  it('validates the result', async () => {
    const metric = await createMetric(app)
    const put = (fields: object) => app.api.put(`/billable_metrics/${metric.code}`, { billable_metric: fields })
    expect(await put({ name: null })).toMatchObject(invalid({ name: ['value_is_mandatory'] }))
    expect(await put({ field_name: '' })).toMatchObject(invalid({ field_name: ['value_is_mandatory'] }))
    expect(await put({ aggregation_type: null })).toMatchObject(invalid({ aggregation_type: ['value_is_invalid'] }))
    expect(await put({ aggregation_type: 'custom_agg' })).toMatchObject(unavailable)
    const other = await createMetric(app)
    expect(await put({ code: other.code })).toMatchObject(invalid({ code: ['value_already_exist'] }))
    expect((await put({ aggregation_type: 'count_agg' })).body.billable_metric.field_name).toBeNull()
  })

  it('keeps what was sold: once a plan uses it, only name, description and filters change', async () => {
    const metric = await createMetric(app)
    await createPlan(app, { charges: [standardCharge(metric)] })
    const { status, body } = await app.api.put(`/billable_metrics/${metric.code}`, {
      billable_metric: {
        name: 'Renamed',
        description: 'New',
        filters: [{ key: 'region', values: ['eu'] }],
        code: 'other',
        aggregation_type: 'count_agg',
        field_name: 'size',
        recurring: true,
        rounding_function: 'ceil',
        rounding_precision: 3,
        expression: '1',
      },
    })
    expect(status).toBe(200)
    expect(body.billable_metric).toEqual({
      ...metric,
      name: 'Renamed',
      description: 'New',
      filters: [{ key: 'region', values: ['eu'] }],
    })
  })

  it('is undone as a whole when a part fails', async () => {
    const metric = await createMetric(app, { filters: [{ key: 'region', values: ['eu'] }] })
    const { status } = await app.api.put(`/billable_metrics/${metric.code}`, {
      billable_metric: { name: '', filters: [] },
    })
    expect(status).toBe(422)
    expect((await app.api.get(`/billable_metrics/${metric.code}`)).body.billable_metric.filters).toHaveLength(1)
  })
})

describe('deleting a billable metric', () => {
  it('deletes the alerts on its usage', async () => {
    const [metric, other] = [await createMetric(app), await createMetric(app)]
    const at = Temporal.Instant.from('2026-01-01T00:00:00Z')
    const alert = { organization_id: app.organizationId, alert_type: 'billable_metric_current_usage_amount' }
    await app.ctx.db
      .insertInto('usage_alerts')
      .values(
        [metric, other].map(({ lago_id, code }) => ({
          ...alert,
          id: newId(),
          subscription_external_id: 'sub',
          billable_metric_id: lago_id,
          code,
          created_at: at,
          updated_at: at,
        })),
      )
      .execute()
    await app.api.delete(`/billable_metrics/${metric.code}`)
    const kept = await app.ctx.db.selectFrom('usage_alerts').select('code').where('deleted_at', 'is', null).execute()
    expect(kept).toEqual([{ code: other.code }])
  })

  it('deletes its charges, also those of plans that are in use', async () => {
    const [metric, other] = [await createMetric(app), await createMetric(app)]
    const plan = await createPlan(app, { charges: [standardCharge(metric), standardCharge(other)] })
    await sell(app, plan.lago_id)
    await app.api.delete(`/billable_metrics/${metric.code}`)
    const { body } = await app.api.get(`/plans/${plan.code}`)
    expect(body.plan.charges).toEqual([plan.charges[1]])
  })
})

describe('what is told of billable metrics', () => {
  it('is their creation, every update, and their deletion with the filters they had', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    const filters = [{ key: 'region', values: ['eu', 'us'] }]
    const metric = await createBillableMetric(ctx, {
      name: 'Calls',
      code: 'told',
      aggregation_type: 'count_agg',
      filters,
    })
    await updateBillableMetric(ctx, 'told', { name: 'Calls' })
    await updateBillableMetric(ctx, 'told', { filters })
    await deleteBillableMetric(ctx, 'told')
    expect(events.map(event => event.type)).toEqual([
      'billable_metric.created',
      'billable_metric.updated',
      'billable_metric.changed',
      'billable_metric.updated',
      'billable_metric.changed',
      'billable_metric.deleted',
    ])
    expect(new Set(events.map(event => event.objectId))).toEqual(new Set([metric.id]))
    const message = await catalog.webhooks?.['billable_metric.deleted']?.serialize(app.ctx, metric.id)
    expect(message).toMatchObject({ lago_id: metric.id, code: 'told', filters })
    expect(message).not.toHaveProperty('plans_count')
  })
})
