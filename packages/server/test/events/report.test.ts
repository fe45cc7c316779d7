import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'

let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  app = await startTestApp()
  receiver = await startReceiver()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

async function newTenant(clock: string): Promise<Tenant> {
  const tenant = await app.newOrganization()
  await tenant.setClock(clock)
  await tenant.api.post('/webhook_endpoints', {
    webhook_endpoint: { webhook_url: receiver.url, event_types: ['events.errors'] },
  })
  const metrics = [
    { code: 'calls', aggregation_type: 'count_agg', filters: [{ key: 'region', values: ['eu', '1', 'true'] }] },
    { code: 'gb', aggregation_type: 'sum_agg', field_name: 'gb' },
    { code: 'seats', aggregation_type: 'unique_count_agg', field_name: 'seat' },
    { code: 'gone', aggregation_type: 'sum_agg', field_name: 'gb' },
  ]
  for (const metric of metrics)
    await tenant.api.post('/billable_metrics', { billable_metric: { name: 'M', ...metric } })
  await tenant.api.delete('/billable_metrics/gone')
  return tenant
}

const send = (tenant: Tenant, events: Record<string, unknown>[]) =>
  tenant.api.post('/events/batch', { events: events.map(event => ({ external_subscription_id: 'any', ...event })) })

function reportsOf(tenant: Tenant) {
  return receiver.received
    .map(({ body }) => JSON.parse(body.toString()))
    .filter(message => message.organization_id === tenant.organizationId)
}

describe('the hourly report of events', () => {
  it('names those that will not count, of one full hour, five minutes after it', async () => {
    const tenant = await newTenant('2026-03-01T10:59:59Z')
    await send(tenant, [{ transaction_id: 'last_hour', code: 'unknown' }])
    await tenant.setClock('2026-03-01T11:00:00Z')
    const odd = (id: string, code: string, properties: unknown) => ({ transaction_id: id, code, properties })
    await send(tenant, [
      odd('fine', 'calls', { region: 'eu' }),
      odd('number', 'calls', { region: 1 }),
      odd('word', 'calls', { region: true }),
      odd('nowhere', 'calls', {}),
      odd('null', 'calls', { region: null }),
      odd('mars', 'calls', { region: 'mars' }),
      odd('space', 'calls', { region: 'eu ' }),
      odd('unknown', 'unknown', {}),
      odd('deleted', 'gone', {}),
      odd('no_gb', 'gb', {}),
      odd('null_gb', 'gb', { gb: null }),
      odd('exponent', 'gb', { gb: '1e3' }),
      odd('text', 'gb', { gb: ' 5' }),
      odd('gb', 'gb', { gb: '-5.25' }),
      odd('number_gb', 'gb', { gb: 1000 }),
      odd('seat', 'seats', { seat: 'anything' }),
      odd('no_seat', 'seats', {}),
    ])
    await send(
      tenant,
      [odd('unknown', 'Calls', {})].map(event => ({ ...event, external_subscription_id: 'other' })),
    )
    await tenant.setClock('2026-03-01T12:00:00Z')
    await send(tenant, [{ transaction_id: 'next_hour', code: 'unknown' }])
    await tenant.setClock('2026-03-01T11:50:00Z')

    await tenant.advanceTo('2026-03-01T12:04:59Z')
    expect(reportsOf(tenant)).toEqual([])
    await tenant.advanceTo('2026-03-01T12:05:00Z')
    expect(reportsOf(tenant)).toEqual([
      {
        webhook_type: 'events.errors',
        object_type: 'events_errors',
        organization_id: tenant.organizationId,
        events_errors: {
          invalid_code: ['unknown'],
          missing_aggregation_property: ['exponent', 'no_gb', 'no_seat', 'null_gb', 'text'],
          missing_group_key: null,
          invalid_filter_values: ['mars', 'space'],
        },
      },
    ])
    await tenant.advanceTo('2026-03-02T00:00:00Z')
    const reports = reportsOf(tenant)
    expect(reports).toHaveLength(2)
    expect(reports[1].events_errors.invalid_code).toEqual(['next_hour'])
  })

  it('is not sent when all events count', async () => {
    const tenant = await newTenant('2026-03-01T10:00:00Z')
    await send(tenant, [{ transaction_id: 'fine', code: 'calls' }])
    await tenant.advanceTo('2026-03-01T12:00:00Z')
    expect(reportsOf(tenant)).toEqual([])
  })

  it('leaves out an hour when it did not run', async () => {
    const tenant = await newTenant('2026-03-01T10:00:00Z')
    await send(tenant, [{ transaction_id: 'missed', code: 'unknown' }])
    await tenant.setClock('2026-03-01T13:05:00Z')
    await tenant.api.post('/test_clock/run', { test_clock: { tasks: ['report_event_errors'] } })
    await tenant.advanceTo('2026-03-01T16:00:00Z')
    expect(reportsOf(tenant)).toEqual([])
  })
})
