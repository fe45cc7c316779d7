import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replaceUsageThresholds } from '../../src/catalog/index.ts'
import { getApplicableThresholds } from '../../src/subscriptions/index.ts'
import { copyPlan, readPlan } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createPlan, fresh, invalid, post, subscribe } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const put = (id: string, subscription: Record<string, unknown>) => app.api.put(`/subscriptions/${id}`, { subscription })
const shown = (amount_cents: number, recurring = false) => ({ threshold_display_name: null, amount_cents, recurring })

async function rowOf(externalId: string) {
  return app.ctx.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organization_id', '=', app.organizationId)
    .where('external_id', '=', externalId)
    .executeTakeFirstOrThrow()
}

describe('the usage thresholds of a subscription', () => {
  it('are those of its plan until it has its own, and none while they are switched off', async () => {
    const plan_code = await createPlan(app, { usage_thresholds: [{ amount_cents: 300 }] })
    const external_id = fresh('sub')
    const { applicable_usage_thresholds, plan } = await subscribe(app, { plan_code, external_id })
    expect(applicable_usage_thresholds).toEqual([shown(300)])
    expect(plan.usage_thresholds).toMatchObject([{ amount_cents: 300 }])

    const own = [{ amount_cents: 100 }, { amount_cents: 50, recurring: true }]
    const updated = await put(external_id, { usage_thresholds: own })
    expect(updated.body.subscription.applicable_usage_thresholds).toEqual([shown(50, true), shown(100)])
    expect(updated.body.subscription.plan.usage_thresholds).toMatchObject([{ amount_cents: 300 }])
    const read = async () =>
      (await app.api.get(`/subscriptions/${external_id}`)).body.subscription.applicable_usage_thresholds
    expect(await read()).toEqual([shown(50, true), shown(100)])

    await put(external_id, { progressive_billing_disabled: true })
    expect(await read()).toEqual([])
    await put(external_id, { progressive_billing_disabled: false })
    expect(await read()).toEqual([shown(50, true), shown(100)])
    await put(external_id, { name: 'Kept' })
    expect(await read()).toHaveLength(2)
    await put(external_id, { usage_thresholds: [] })
    expect(await read()).toEqual([shown(300)])
  })

  it('are given at creation, and again by the same request', async () => {
    const order = {
      plan_code: await createPlan(app),
      external_id: fresh('sub'),
      external_customer_id: fresh('customer'),
    }
    const thresholds = async (usage_thresholds: unknown[]) =>
      (await post(app, { ...order, usage_thresholds })).body.subscription.applicable_usage_thresholds
    expect(await thresholds([{ amount_cents: 100 }])).toEqual([shown(100)])
    expect(await thresholds([{ amount_cents: 200 }])).toEqual([shown(200)])
    expect(await thresholds([])).toEqual([shown(200)])
  })

  it('are refused like those of plans, with the rest of the request', async () => {
    const external_id = fresh('sub')
    const faulty = [{ amount_cents: 5 }, { amount_cents: 5 }]
    const details = invalid({ usage_thresholds: ['duplicated_values'] })
    expect(await post(app, { external_id, usage_thresholds: faulty })).toMatchObject(details)
    expect((await app.api.get(`/subscriptions/${external_id}`)).status).toBe(404)
    await subscribe(app, { external_id })
    expect(await put(external_id, { name: 'Lost', usage_thresholds: faulty })).toMatchObject(details)
    expect((await rowOf(external_id)).name).toBe('')
  })

  it('stand in for those of a private plan, which go; without them the original’s apply', async () => {
    const plan_code = await createPlan(app, { usage_thresholds: [{ amount_cents: 300 }] })
    const external_id = fresh('sub')
    await subscribe(app, { plan_code, external_id })
    const plan_id = await copyPlan(app, plan_code)
    await replaceUsageThresholds(app.ctx, { planId: plan_id }, [{ amount_cents: 200 }])
    await app.ctx.db.updateTable('subscriptions').set({ plan_id }).where('external_id', '=', external_id).execute()
    const applicable = async () => {
      const row = await rowOf(external_id)
      const thresholds = await getApplicableThresholds(app.ctx, [row])
      return thresholds.get(row.id)?.map(threshold => Number(threshold.amountCents))
    }
    expect(await applicable()).toEqual([200])
    const { body } = await put(external_id, { usage_thresholds: [{ amount_cents: 100 }] })
    expect(body.subscription.applicable_usage_thresholds).toEqual([shown(100)])
    expect((await readPlan(app, plan_id)).usageThresholds).toEqual([])
    await put(external_id, { usage_thresholds: [] })
    expect(await applicable()).toEqual([300])
  })
})
