import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { done, inShort, type Wire } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ LOG_LEVEL: 'fatal' })
})
afterAll(() => app.stop())

/** What background work leaves with the customer that it changed. */
async function leave({ ctx }: Tenant, objectId: string): Promise<string> {
  const id = randomUUID()
  await ctx.db
    .insertInto('unwritten_activities')
    .values({
      id,
      organization_id: ctx.org.id,
      activity_type: 'customer.created',
      object_id: objectId,
      logged_at: '2026-02-01T00:10:00Z',
    })
    .execute()
  return id
}

async function waiting({ ctx }: Tenant): Promise<number> {
  const rows = await ctx.db
    .selectFrom('unwritten_activities')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .execute()
  return rows.length
}

async function listed({ api }: Tenant): Promise<string[]> {
  const { activity_logs: logs } = await done(api.get('/activity_logs?activity_sources[]=system'))
  return logs.map((log: Wire) => inShort(log))
}

async function tenantWithCustomer() {
  const tenant = await app.newOrganization()
  await tenant.setClock('2026-02-01T09:00:00Z')
  const { customer } = await done(tenant.api.post('/customers', { customer: { external_id: 'acme' } }))
  return { tenant, customerId: customer.lago_id as string }
}

test('what background work did is written once, however much waits', async () => {
  const { tenant, customerId } = await tenantWithCustomer()
  const left: string[] = []
  for (let count = 0; count < 450; count += 1) left.push(await leave(tenant, customerId))
  await tenant.settle()
  const written = await tenant.ctx.db
    .selectFrom('activity_logs')
    .select('id')
    .where('organization_id', '=', tenant.organizationId)
    .where('id', 'in', left)
    .execute()
  expect(written).toHaveLength(450)
  expect(await waiting(tenant)).toBe(0)
  expect(await listed(tenant)).toContain('customer.created system Customer acme')
})

test('an activity that cannot be written keeps no other waiting, and is seen to have failed', async () => {
  const { tenant, customerId } = await tenantWithCustomer()
  await leave(tenant, customerId)
  await leave(tenant, 'no id at all')
  await leave(tenant, customerId)
  const { test_clock: result } = await done(tenant.api.post('/test_clock/settle'))
  expect(result.failed).toMatchObject([{ task: 'record_activity', error: expect.stringContaining('no id at all') }])
  expect(await listed(tenant)).toEqual(Array(2).fill('customer.created system Customer acme'))
  expect(await waiting(tenant)).toBe(0)
})
