import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createPlan, readBooks, seedSubscriptions, succeed } from './billing.ts'

let app: TestApp
let tenant: Tenant
let planOwner: string
beforeAll(async () => {
  app = await startTestApp({ LOG_LEVEL: 'silent' })
})
afterAll(() => app.stop())

/** Twenty customers who can be billed, and one whose plan has been damaged. */
beforeEach(async () => {
  tenant = await app.newOrganization()
  await tenant.setClock('2026-03-15T09:00:00Z')
  const times = { startedAt: '2026-03-01T00:00:00Z', nextBillingAt: '2026-04-01T00:00:00Z' }
  for (const [planCode, customers] of [
    ['healthy', 20],
    ['damaged', 1],
  ] as const) {
    await createPlan(tenant.api, planCode)
    await seedSubscriptions(tenant.ctx.db, { organizationId: tenant.organizationId, planCode, customers, ...times })
  }
  const elsewhere = await app.newOrganization()
  await givePlan(tenant.organizationId, elsewhere.organizationId)
})

/** A subscription whose plan belongs to somebody else cannot be billed. */
async function givePlan(from: string, to: string): Promise<void> {
  await tenant.ctx.db
    .updateTable('plans')
    .set({ organization_id: to })
    .where('code', '=', 'damaged')
    .where('organization_id', '=', from)
    .execute()
  planOwner = to
}

const failure = {
  task: expect.stringMatching(/^bill_customer/),
  // What else is done meanwhile may take until it is tried again.
  attempts: expect.any(Number),
  error: expect.stringContaining('has no plan'),
  given_up: false,
}

test('a job that fails is told with its error, and holds up nobody else', async () => {
  await tenant.setClock('2026-04-01T00:10:00Z')
  const run = { test_clock: { tasks: ['bill_subscriptions'] } }
  const { test_clock: result } = await succeed(tenant.api.post('/test_clock/run', run))
  expect(result).toMatchObject({ failed: [failure], invoices_created: 20 })
  const { test_clock: settled } = await succeed(tenant.api.post('/test_clock/settle'))
  expect(settled).toEqual({ now: '2026-04-01T00:10:00Z', frozen: true, failed: [failure] })
})

test('time moves on over a job that fails every day, and bills the others when they are due', async () => {
  const advance = { test_clock: { to: '2026-05-01T01:00:00Z' } }
  const { test_clock: result } = await succeed(tenant.api.post('/test_clock/advance', advance))
  expect(result).toMatchObject({ now: '2026-05-01T01:00:00Z', failed: [failure], invoices_created: 2 * 20 })
  const { invoices } = await succeed(tenant.api.get('/invoices?external_customer_id=healthy-1'))
  expect(invoices.map((invoice: { issuing_date: string }) => invoice.issuing_date).toSorted()).toEqual([
    '2026-04-01',
    '2026-05-01',
  ])
})

test('once the cause is mended, everything that was missed is billed', async () => {
  await succeed(tenant.api.post('/test_clock/advance', { test_clock: { to: '2026-04-02T00:00:00Z' } }))
  await givePlan(planOwner, tenant.organizationId)
  await tenant.advanceTo('2026-05-02T01:00:00Z')
  expect(await readBooks(tenant.ctx.db, tenant.organizationId)).toEqual({
    invoices: 2 * 21,
    billedPeriods: 2 * 21,
    billedTwice: 0,
    brokenSeries: 0,
    feesAmountCents: 2 * 21 * 4900,
    nextBillingAt: ['2026-06-01'],
  })
})
