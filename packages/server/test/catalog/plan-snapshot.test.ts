import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPlanByCode, getPlanIdsOfMetric, getPlans } from '../../src/catalog/index.ts'
import type { Ctx } from '../../src/platform/context.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, createPlan, freshCode, standardCharge } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

/** The same ctx, with a count of the statements that were sent through it. */
function counting(ctx: Ctx): { ctx: Ctx; statements: () => number } {
  let count = 0
  const plugin: KyselyPlugin = {
    transformQuery(args) {
      count += 1
      return args.node
    },
    transformResult: async args => args.result,
  }
  return { ctx: { ...ctx, db: ctx.db.withPlugin(plugin) }, statements: () => count }
}

describe('a snapshot of plans', () => {
  it('holds everything that prices them, and nothing that was deleted', async () => {
    const metric = await createMetric(app, {
      rounding_function: 'ceil',
      filters: [{ key: 'region', values: ['us', 'eu'] }],
    })
    const filters = [
      { values: { region: ['eu'] }, properties: { amount: '2' } },
      { values: { region: ['us'] }, properties: { amount: '3' } },
    ]
    const charges = [standardCharge(metric, { filters, min_amount_cents: 100 }), standardCharge(metric)]
    const plan = await createPlan(app, { charges, trial_period: 14 })
    const [first, second] = plan.charges
    await app.api.delete(`/plans/${plan.code}/charges/${second.code}`)
    await app.api.delete(`/plans/${plan.code}/charges/${first.code}/filters/${first.filters[0].lago_id}`)

    const snapshot = await findPlanByCode(app.ctx, plan.code)
    expect(snapshot).toMatchObject({ id: plan.lago_id, amountCents: 4900n, trialPeriod: 14, parentId: null })
    expect(snapshot?.charges).toEqual([
      expect.objectContaining({
        id: first.lago_id,
        chargeModel: 'standard',
        properties: { amount: '1' },
        minAmountCents: 100n,
        metric: expect.objectContaining({
          code: metric.code,
          aggregationType: 'sum_agg',
          roundingFunction: 'ceil',
          filters: [{ id: expect.any(String), key: 'region', values: ['us', 'eu'] }],
        }),
        filters: [
          expect.objectContaining({
            id: first.filters[1].lago_id,
            properties: { amount: '3' },
            values: { region: ['us'] },
          }),
        ],
      }),
    ])
  })

  it('takes the same number of statements for one plan as for many', async () => {
    const metric = await createMetric(app, { filters: [{ key: 'region', values: ['eu'] }] })
    const filters = [{ values: { region: ['eu'] }, properties: { amount: '2' } }]
    const make = (count: number) =>
      createPlan(app, { charges: Array.from({ length: count }, () => standardCharge(metric, { filters })) })
    const plans = [await make(1), await make(5), await make(9)]
    const one = counting(app.ctx)
    await getPlans(one.ctx, [plans[0].lago_id])
    const many = counting(app.ctx)
    const found = await getPlans(
      many.ctx,
      plans.map(plan => plan.lago_id),
    )
    expect(many.statements()).toBe(one.statements())
    expect([...found.values()].map(plan => plan.charges.length).toSorted()).toEqual([1, 5, 9])
  })

  it('writes a plan with many charges and filters in the same number of statements as a small one', async () => {
    const metric = await createMetric(app, { filters: [{ key: 'n', values: Array.from({ length: 40 }, (_, n) => n) }] })
    const { createPlan: create, updatePlan: update } = await import('../../src/catalog/plans.ts')
    const cost = async (size: number) => {
      const { ctx, statements } = counting(app.ctx)
      const charges = Array.from({ length: size }, () =>
        standardCharge(metric, {
          filters: Array.from({ length: size }, (_, n) => ({ values: { n: [n] }, properties: { amount: '1' } })),
        }),
      )
      const code = freshCode('wide')
      const fields = {
        name: 'Wide',
        interval: 'monthly',
        amount_cents: 0,
        amount_currency: 'EUR',
        pay_in_advance: true,
      }
      await create(ctx, { ...fields, code, charges })
      const plan = await update(ctx, code, { charges })
      expect(plan.charges.map(charge => charge.filters.length)).toEqual(Array(size).fill(size))
      return statements()
    }
    expect(await cost(20)).toBe(await cost(1))
  })

  it('leaves out plans of other organizations and unknown ids', async () => {
    const plan = await createPlan(app)
    const other = await app.newOrganization()
    expect(await getPlans(other.ctx, [plan.lago_id, '0199c0de-0000-7000-8000-000000000000'])).toEqual(new Map())
    expect(await findPlanByCode(other.ctx, plan.code)).toBeUndefined()
  })
})

describe('the plans of a metric', () => {
  it('are those with a charge on it, and after its deletion those that had one', async () => {
    const metric = await createMetric(app)
    const [first, second] = [
      await createPlan(app, { charges: [standardCharge(metric), standardCharge(metric)] }),
      await createPlan(app, { charges: [standardCharge(metric)] }),
    ]
    await createPlan(app)
    expect((await getPlanIdsOfMetric(app.ctx, metric.lago_id)).toSorted()).toEqual(
      [first.lago_id, second.lago_id].toSorted(),
    )
    await app.api.delete(`/plans/${second.code}/charges/${metric.code}`)
    await app.api.delete(`/billable_metrics/${metric.code}`)
    expect(await getPlanIdsOfMetric(app.ctx, metric.lago_id)).toEqual([first.lago_id])
  })
})
