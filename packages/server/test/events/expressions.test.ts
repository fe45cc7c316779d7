import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deriveProperties } from '../../src/events/index.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await createMetric(app, {
    code: 'storage',
    field_name: 'gb',
    expression: 'round(event.properties.bytes / 1073741824, 2)',
  })
  await createMetric(app, {
    code: 'label',
    aggregation_type: 'unique_count_agg',
    field_name: 'label',
    expression: "concat(event.code, '/', event.properties.name, '/', event.timestamp)",
  })
  await createMetric(app, { code: 'counted', aggregation_type: 'count_agg', expression: 'event.properties.needed' })
})
afterAll(() => app.stop())

async function createMetric(tenant: Tenant, fields: Record<string, unknown>): Promise<void> {
  const { status, body } = await tenant.api.post('/billable_metrics', {
    billable_metric: { name: 'Metric', aggregation_type: 'sum_agg', ...fields },
  })
  if (status !== 200) throw new Error(JSON.stringify(body))
}

let counter = 0
function event(fields: Record<string, unknown>) {
  counter += 1
  return { transaction_id: `t${counter}`, code: 'storage', external_subscription_id: 'sub', ...fields }
}

const send = (fields: Record<string, unknown>, tenant: Tenant = app) =>
  tenant.api.post('/events', { event: event(fields) })

const failed = (details: unknown) => ({
  status: 422,
  body: { status: 422, error: 'Unprocessable Entity', code: 'validation_errors', error_details: details },
})

describe('an event of a metric with an expression', () => {
  it.each([
    ['storage', { bytes: 5_368_709_120, gb: 'sent', region: 'eu' }, { bytes: 5_368_709_120, gb: '5.0', region: 'eu' }],
    ['storage', { bytes: '1e10' }, { bytes: '1e10', gb: '9.31' }],
    ['label', { name: 'blue' }, { name: 'blue', label: 'label/blue/1700000000' }],
    ['label', { name: null }, { name: null, label: 'label//1700000000' }],
    ['counted', { needed: 1 }, { needed: 1 }],
    ['other', { bytes: 1 }, { bytes: 1 }],
  ])('of %s with %j is stored with %j', async (code, properties, stored) => {
    const sent = event({ code, properties, timestamp: 1_700_000_000.9 })
    const { body } = await app.api.post('/events', { event: sent })
    expect(body.event.properties).toEqual(stored)
    expect((await app.api.get(`/events/${sent.transaction_id}`)).body.event.properties).toEqual(stored)
    const batch = await app.api.post('/events/batch', {
      events: [event({ code, properties, timestamp: 1_700_000_000 })],
    })
    expect(batch.body.events[0].properties).toEqual(stored)
  })

  it.each([
    [{ properties: {} }, 'Variable: bytes not found'],
    [{}, 'Variable: bytes not found'],
    [{ properties: [1] }, 'Variable: bytes not found'],
    [{ properties: { bytes: 'many' } }, 'Expected a decimal'],
    [{ properties: { bytes: null } }, 'Expected a decimal'],
    [{ properties: { bytes: true } }, 'Expected a decimal'],
    [{ code: 'counted' }, 'Variable: needed not found'],
    [{ transaction_id: '' }, 'Variable: bytes not found'],
  ])('is refused with %j', async (fields, message) => {
    expect(await send(fields)).toMatchObject(failed(`expression_evaluation_failed: ${message}`))
  })

  it('is refused for its time first', async () => {
    expect(await send({ timestamp: 'soon' })).toMatchObject(failed({ timestamp: ['invalid_format'] }))
  })

  it('makes its batch fail, by its place', async () => {
    const { status, body } = await app.api.post('/events/batch', {
      events: [
        event({ properties: { bytes: 1 } }),
        event({}),
        event({ transaction_id: ' ' }),
        event({ timestamp: 'soon' }),
        event({ properties: { bytes: 'x' } }),
      ],
    })
    expect({ status, body }).toMatchObject(
      failed({
        1: 'expression_evaluation_failed: Variable: bytes not found',
        2: { transaction_id: ['value_is_mandatory'] },
        3: { timestamp: ['invalid_format'] },
        4: 'expression_evaluation_failed: Expected a decimal',
      }),
    )
    expect((await app.api.get(`/events/t${counter - 4}`)).status).toBe(404)
  })

  it('belongs to one organization', async () => {
    const other = await app.newOrganization()
    expect((await send({ properties: {} }, other)).body.event.properties).toEqual({})
  })
})

describe('a change of the metric', () => {
  it('counts for the next event, and leaves the earlier ones as they are', async () => {
    const tenant = await app.newOrganization()
    const derived = async (code = 'calls') => (await send({ code, properties: { n: 2 } }, tenant)).body.event.properties
    const change = (fields: Record<string, unknown>, code = 'calls') =>
      tenant.api.put(`/billable_metrics/${code}`, { billable_metric: fields })
    expect(await derived()).toEqual({ n: 2 })
    const first = `t${counter}`
    await createMetric(tenant, { code: 'calls', field_name: 'm', expression: 'event.properties.n * 2' })
    expect(await derived()).toEqual({ n: 2, m: '4.0' })
    await change({ expression: 'event.properties.n * 3' })
    expect(await derived()).toEqual({ n: 2, m: '6.0' })
    await change({ field_name: 'n' })
    expect(await derived()).toEqual({ n: '6.0' })
    await change({ code: 'requests' })
    expect(await derived()).toEqual({ n: 2 })
    expect(await derived('requests')).toEqual({ n: '6.0' })
    await change({ expression: '' }, 'requests')
    expect(await derived('requests')).toEqual({ n: 2 })
    await change({ expression: '1' }, 'requests')
    await tenant.api.delete('/billable_metrics/requests')
    expect(await derived('requests')).toEqual({ n: 2 })
    expect((await tenant.api.get(`/events/${first}`)).body.event.properties).toEqual({ n: 2 })
  })
})

it('is evaluated for events that are only thought of, too', async () => {
  const about = { code: 'storage', timestamp: 0n, properties: { bytes: 1_073_741_824 } }
  expect(await deriveProperties(app.ctx, about)).toEqual({ properties: { bytes: 1_073_741_824, gb: '1.0' } })
  expect(await deriveProperties(app.ctx, { ...about, properties: null })).toEqual({
    failure: 'expression_evaluation_failed: Variable: bytes not found',
  })
})
