import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { billingTick, createPlan, readBooks, seedSubscriptions, succeed, until } from './billing.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

async function noJobIsLeft(): Promise<void> {
  await until(async () => {
    const { rows } = await app.server.database.pool.query('select id from graphile_worker.jobs')
    return rows.length === 0
  }, 'no job is left')
}

describe('an organization in real time whose server was down for three months', () => {
  const thisMonth = Temporal.Now.plainDateISO('UTC').with({ day: 1 })
  const missed = [3, 2, 1, 0].map(months => thisMonth.subtract({ months }).toString())
  const oldest = missed[0] ?? ''
  let live: Tenant

  beforeAll(async () => {
    live = await app.newOrganization({ sandbox: false, name: 'Live' })
    await createPlan(live.api, 'startup')
    await seedSubscriptions(live.ctx.db, {
      organizationId: live.organizationId,
      planCode: 'startup',
      customers: 3,
      startedAt: `${thisMonth.subtract({ months: 4 })}T00:00:00Z`,
      nextBillingAt: `${oldest}T00:00:00Z`,
    })
  })

  const tick = () => billingTick(live.ctx.db, Temporal.Now.instant().toString(), null)()

  it('bills every missed period once, in order, dated as if it had not been missed', async () => {
    await tick()
    await noJobIsLeft()
    for (const customer of ['startup-1', 'startup-2', 'startup-3']) {
      const { invoices } = await succeed(live.api.get(`/invoices?external_customer_id=${customer}`))
      const inOrder = invoices.toSorted((a: Numbered, b: Numbered) => a.sequential_id - b.sequential_id)
      expect(inOrder.map((invoice: Numbered) => [invoice.sequential_id, invoice.issuing_date])).toEqual(
        missed.map((day, place) => [place + 1, day]),
      )
      expect(inOrder.map((invoice: Numbered) => invoice.total_amount_cents)).toEqual([4900, 4900, 4900, 4900])
    }
  })

  it('has nothing left to bill when the clock ticks again', async () => {
    const before = await readBooks(live.ctx.db, live.organizationId)
    expect(before).toMatchObject({ invoices: 12, billedPeriods: 12, billedTwice: 0 })
    await Promise.all([tick(), tick()])
    await noJobIsLeft()
    expect(await readBooks(live.ctx.db, live.organizationId)).toEqual(before)
  })
})

describe('a period that is planned although it is billed already', () => {
  it('is not billed again, and the customer’s other subscriptions are billed all the same', async () => {
    const tenant = await app.newOrganization()
    const { db } = tenant.ctx
    await createPlan(tenant.api, 'startup')
    const customer = { external_customer_id: 'ada', plan_code: 'startup' }
    await tenant.setClock('2026-03-01T09:00:00Z')
    await succeed(tenant.api.post('/customers', { customer: { external_id: 'ada' } }))
    await succeed(tenant.api.post('/subscriptions', { subscription: { ...customer, external_id: 'billed' } }))
    await succeed(tenant.api.post('/subscriptions', { subscription: { ...customer, external_id: 'left-out' } }))
    const plan = (externalId: string, at: string | null) =>
      db
        .updateTable('subscriptions')
        .set({ next_billing_at: at === null ? null : Temporal.Instant.from(at) })
        .where('organization_id', '=', tenant.organizationId)
        .where('external_id', '=', externalId)
        .execute()
    await plan('left-out', null)
    await tenant.advanceTo('2026-04-01T01:00:00Z')
    expect(await readBooks(db, tenant.organizationId)).toMatchObject({ invoices: 1, billedPeriods: 1 })

    await plan('billed', '2026-04-01T00:00:00Z')
    await plan('left-out', '2026-04-01T00:00:00Z')
    await tenant.advanceTo('2026-04-01T05:00:00Z')
    expect(await readBooks(db, tenant.organizationId)).toEqual({
      invoices: 2,
      billedPeriods: 2,
      billedTwice: 0,
      brokenSeries: 0,
      feesAmountCents: 2 * 4900,
      nextBillingAt: ['2026-05-01'],
    })
  })
})

interface Numbered {
  readonly sequential_id: number
  readonly issuing_date: string
  readonly total_amount_cents: number
}
