import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cascadeTasks } from '../../src/catalog/cascades/jobs.ts'
import type { Charge, PlanSnapshot } from '../../src/catalog/index.ts'
import * as plans from '../../src/catalog/plans.ts'
import { saveCharges } from '../../src/catalog/store/save-charges.ts'
import { type Answer, startTestApp, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import { copyPlan, createMetric, createPlan, readPlan, standardCharge } from './support.ts'

let app: TestApp
let metric: { lago_id: string; code: string }
beforeAll(async () => {
  app = await startTestApp()
  const filters = [
    { key: 'region', values: ['eu', 'us'] },
    { key: 'tier', values: ['gold', 'iron'] },
  ]
  metric = await createMetric(app, { filters })
})
afterAll(() => app.stop())

async function done(answer: Promise<Answer>) {
  const { status, body } = await answer
  if (status !== 200) throw new Error(JSON.stringify(body))
  await app.settle()
  return body
}

const put = (code: string, plan: Record<string, unknown>) =>
  done(app.api.put(`/plans/${code}`, { plan: { cascade_updates: true, ...plan } }))

const priced = (amount: string) => (charge: Charge) => ({ ...charge, properties: { amount } })
const propertiesOf = (plan: PlanSnapshot) => plan.charges.map(charge => charge.properties)
const filtersOf = (plan: PlanSnapshot) =>
  plan.charges.flatMap(charge =>
    charge.filters.map(({ values, properties, invoiceDisplayName }) => ({ values, properties, invoiceDisplayName })),
  )

describe('the private copies of a plan', () => {
  it('follow price and amount unless they have their own, and always the group keys', async () => {
    const charge = standardCharge(metric, { properties: { amount: '10' } })
    const plan = await createPlan(app, { amount_cents: 5000, charges: [charge] })
    const asPackage = (own: Charge): Charge => ({
      ...own,
      chargeModel: 'package',
      properties: { amount: '10', package_size: 1, free_units: 0 },
    })
    const copies = {
      a: await copyPlan(app, plan.code),
      b: await copyPlan(app, plan.code, { amountCents: 4500n, change: priced('8') }),
      c: await copyPlan(app, plan.code, { change: priced('10.0') }),
      d: await copyPlan(app, plan.code, { change: asPackage, status: 'pending' }),
      unused: await copyPlan(app, plan.code, { status: 'terminated' }),
    }
    const properties = { amount: '12', pricing_group_keys: ['region'] }
    await put(plan.code, { amount_cents: 6000, charges: [{ ...charge, id: plan.charges[0].lago_id, properties }] })

    const after = Object.fromEntries(
      await Promise.all(
        Object.entries(copies).map(async ([name, id]) => {
          const copy = await readPlan(app, id)
          return [name, [copy.amountCents, ...propertiesOf(copy)]]
        }),
      ),
    )
    expect(after).toEqual({
      a: [6000n, properties],
      b: [4500n, { amount: '8', pricing_group_keys: ['region'] }],
      c: [6000n, { amount: '10.0', pricing_group_keys: ['region'] }],
      d: [6000n, { amount: '10', package_size: 1, free_units: 0 }],
      unused: [6000n, { amount: '10' }],
    })

    // Without the option nothing reaches them; keys that the original has no more are taken from all.
    const reverted = [{ ...charge, id: plan.charges[0].lago_id }]
    await put(plan.code, { amount_cents: 1, charges: reverted, cascade_updates: false })
    expect((await readPlan(app, copies.a)).amountCents).toBe(6000n)
    expect(propertiesOf(await readPlan(app, copies.a))).toEqual([properties])
    await put(plan.code, { charges: reverted })
    expect(propertiesOf(await readPlan(app, copies.b))).toEqual([{ amount: '8' }])
  })

  it('tell of their new amount, and that it was not theirs to give', async () => {
    const plan = await createPlan(app, { amount_cents: 100 })
    const copy = await copyPlan(app, plan.code)
    const { ctx, events } = recordEvents(app.ctx)
    await plans.updatePlan(ctx, plan.code, { amount_cents: 200 })
    expect(events.map(event => event.type)).toEqual(['plan.amount_changed', 'plan.prices_changed', 'plan.updated'])
    const job = { organizationId: app.organizationId, planId: plan.lago_id, from: '100', to: '200' }
    const task = cascadeTasks.find(({ name }) => name === 'cascade_plan_amount')
    events.splice(0)
    await task?.run(ctx, job)
    await task?.run(ctx, job)
    expect(events).toMatchObject([{ type: 'plan.amount_changed', objectId: copy, data: { cascaded: true } }])
  })

  it('get what is added, lose what is deleted, and take code, wallets and rate from a payload that has them', async () => {
    await app.api.post('/pricing_units', {
      pricing_unit: { code: 'credits', name: 'Credits', short_name: 'cr', description: null },
    })
    const unit = (conversion_rate: string) => ({ applied_pricing_unit: { code: 'credits', conversion_rate } })
    await app.api.post('/taxes', { tax: { code: 'vat', name: 'VAT', rate: 20 } })
    const first = standardCharge(metric, { code: 'first', ...unit('2') })
    const gone = standardCharge(metric, {
      code: 'gone',
      filters: [{ values: { region: ['eu'] }, properties: { amount: '2' } }],
    })
    const plan = await createPlan(app, { charges: [first, gone] })
    const [a, b] = [await copyPlan(app, plan.code), await copyPlan(app, plan.code)]
    const own = (await readPlan(app, b)).charges
    await saveCharges(
      app.ctx,
      own,
      own.map(charge => ({
        ...charge,
        appliedPricingUnit: charge.appliedPricingUnit && {
          ...charge.appliedPricingUnit,
          conversionRate: charge.appliedPricingUnit.conversionRate.plus(1),
        },
      })),
    )

    const added = standardCharge(metric, {
      code: 'added',
      invoice_display_name: 'Added',
      min_amount_cents: 500,
      tax_codes: ['vat'],
      filters: [{ values: { tier: ['gold'] }, properties: { amount: '9' }, invoice_display_name: 'Gold' }],
    })
    const { plan: updated } = await put(plan.code, {
      charges: [
        { ...first, id: plan.charges[0].lago_id, code: 'renamed', accepts_target_wallet: true, ...unit('4') },
        added,
      ],
    })
    for (const [id, rate] of [
      [a, '4'],
      [b, '3'],
    ] as const) {
      const copy = await readPlan(app, id)
      expect(copy.charges).toMatchObject([
        { code: 'renamed', acceptsTargetWallet: true, parentId: plan.charges[0].lago_id },
        {
          code: 'added',
          parentId: updated.charges[1].lago_id,
          invoiceDisplayName: 'Added',
          minAmountCents: 500n,
          taxes: [{ code: 'vat' }],
          filters: [{ values: { tier: ['gold'] }, properties: { amount: '9' }, invoiceDisplayName: 'Gold' }],
        },
      ])
      expect(copy.charges[0]?.appliedPricingUnit?.conversionRate.toString()).toBe(rate)
    }
  })

  it('follow the endpoints of charges', async () => {
    const plan = await createPlan(app, { charges: [standardCharge(metric, { code: 'old' })] })
    const copy = await copyPlan(app, plan.code)
    const path = `/plans/${plan.code}/charges`
    const cascade_updates = true
    const added = standardCharge(metric, { code: 'new', properties: { amount: '3' }, cascade_updates })
    const { charge } = await done(app.api.post(path, { charge: added }))
    expect((await readPlan(app, copy)).charges[1]).toMatchObject({ code: 'new', parentId: charge.lago_id })

    const change = { charge_model: 'standard', properties: { amount: '4' }, code: 'newer', cascade_updates }
    await done(app.api.put(`${path}/new`, { charge: change }))
    const kept = standardCharge(metric, { properties: { amount: '5' } })
    await done(app.api.put(`${path}/old`, { charge: kept }))
    expect((await readPlan(app, copy)).charges).toMatchObject([
      { code: 'old', properties: { amount: '1' } },
      { code: 'newer', properties: { amount: '4' } },
    ])

    await done(app.api.delete(`${path}/newer?${encodeURIComponent('charge[cascade_updates]')}=true`))
    expect((await readPlan(app, copy)).charges).toHaveLength(1)
    await done(app.api.delete(`${path}/old`))
    expect((await readPlan(app, copy)).charges).toHaveLength(1)
  })
})

describe('the filters of private copies', () => {
  const eu = { values: { region: ['eu'] }, properties: { amount: '10' } }
  const us = { values: { region: ['us'] }, properties: { amount: '20' } }
  const all = { values: { tier: ['__ALL_FILTER_VALUES__'] }, properties: { amount: '30' } }
  const unnamed = { invoice_display_name: null }

  async function regional() {
    const charge = standardCharge(metric, { code: 'calls', filters: [eu, us] })
    const plan = await createPlan(app, { charges: [charge] })
    const own = (amount: string) => (copied: Charge) => ({
      ...copied,
      filters: copied.filters.map(filter =>
        filter.values.region?.[0] === 'eu' ? { ...filter, properties: { amount } } : filter,
      ),
    })
    return {
      plan,
      charge,
      path: `/plans/${plan.code}/charges/calls/filters`,
      plain: await copyPlan(app, plan.code, { change: own('10.0') }),
      custom: await copyPlan(app, plan.code, { change: own('7') }),
    }
  }

  const shown = (filter: { values: object; properties: object }, invoiceDisplayName: string | null = null) => ({
    values: filter.values,
    properties: filter.properties,
    invoiceDisplayName,
  })

  it('follow what a payload replaces: changed, added, removed', async () => {
    const { plan, charge, plain, custom } = await regional()
    const dearer = { ...eu, properties: { amount: '11', pricing_group_keys: ['team'] }, invoice_display_name: 'Europe' }
    await put(plan.code, { charges: [{ ...charge, id: plan.charges[0].lago_id, filters: [dearer, all] }] })
    expect(filtersOf(await readPlan(app, plain))).toEqual([shown(dearer, 'Europe'), shown(all)])
    const kept = { ...eu, properties: { amount: '7', pricing_group_keys: ['team'] } }
    expect(filtersOf(await readPlan(app, custom))).toEqual([shown(kept), shown(all)])
  })

  it('keep a filter of which the original had two, and has one', async () => {
    const charge = standardCharge(metric, { code: 'calls', filters: [eu, { ...eu, properties: { amount: '9' } }, us] })
    const plan = await createPlan(app, { charges: [charge] })
    const copy = await copyPlan(app, plan.code)
    await put(plan.code, { charges: [{ ...charge, id: plan.charges[0].lago_id, filters: [eu] }] })
    const filters = filtersOf(await readPlan(app, copy))
    expect(filters).toContainEqual(shown(eu))
    expect(filters).not.toContainEqual(shown(us))
  })

  it('follow the endpoints of filters, one change each', async () => {
    const { plan, path, plain, custom } = await regional()
    const [first] = plan.charges[0].filters
    const cascade_updates = true
    const gold = { values: { tier: ['gold'] }, properties: { amount: '5' } }
    await done(app.api.post(path, { filter: { ...gold, ...unnamed, cascade_updates } }))
    expect(filtersOf(await readPlan(app, plain))).toContainEqual(shown(gold))
    await done(app.api.put(`${path}/${first.lago_id}`, { filter: { properties: { amount: '12' }, cascade_updates } }))
    expect(filtersOf(await readPlan(app, plain))).toContainEqual(shown({ ...eu, properties: { amount: '12' } }))
    expect(filtersOf(await readPlan(app, custom))).toContainEqual(shown({ ...eu, properties: { amount: '7' } }))
    await done(app.api.delete(`${path}/${first.lago_id}`, { filter: { cascade_updates } }))
    for (const copy of [plain, custom]) {
      expect(filtersOf(await readPlan(app, copy))).toEqual([shown(us), shown(gold)])
    }
  })

  it('are the same when the work is repeated', async () => {
    const { plan, plain } = await regional()
    const task = cascadeTasks.find(({ name }) => name === 'cascade_charge_change')
    const run = (change: object, times = 2) =>
      Promise.all(
        Array.from({ length: times }, () =>
          task?.run(app.ctx, {
            organizationId: app.organizationId,
            planId: plan.lago_id,
            chargeId: plan.charges[0].lago_id,
            change,
          }),
        ),
      )
    const undeclared = { values: { tier: ['gold', 'lead'], colour: ['red'] }, properties: { amount: '1' } }
    const created = { type: 'filter_created', chargeModel: 'standard', invoiceDisplayName: 'Gold' }
    await run({ ...created, ...undeclared })
    await run({ ...created, values: { colour: ['red'] }, properties: { amount: '1' } })
    // A price of another model would not be one of this charge.
    const dynamic = { chargeModel: 'dynamic', properties: {}, values: { tier: ['iron'] } }
    await run({ ...created, ...dynamic })
    await run({ ...created, ...dynamic, type: 'filter_updated', values: eu.values, propertiesBefore: eu.properties })
    await run({ type: 'filter_deleted', values: us.values })
    expect(filtersOf(await readPlan(app, plain))).toEqual([
      shown({ ...eu, properties: { amount: '10.0' } }),
      shown({ values: { tier: ['gold'] }, properties: { amount: '1' } }, 'Gold'),
    ])

    // A charge that its subscription's plan lost is not given to it again.
    await run({ type: 'charge_created' })
    expect((await readPlan(app, plain)).charges).toHaveLength(1)
    await run({ type: 'charge_deleted' })
    await run({ type: 'charge_created' })
    expect((await readPlan(app, plain)).charges).toHaveLength(0)
  })
})

describe('deleting a plan', () => {
  it('takes its private copies along', async () => {
    const plan = await createPlan(app, { charges: [standardCharge(metric)] })
    const copy = await copyPlan(app, plan.code, { status: 'terminated' })
    const { ctx, events } = recordEvents(app.ctx)
    await plans.requestPlanDeletion(ctx, plan.code)
    expect((await readPlan(app, copy)).pendingDeletion).toBe(true)
    await plans.completePlanDeletion(ctx, plan.lago_id)
    await plans.completePlanDeletion(ctx, plan.lago_id)
    for (const id of [copy, plan.lago_id]) {
      expect(await readPlan(app, id)).toMatchObject({ pendingDeletion: false, deletedAt: expect.anything() })
    }
    expect((await readPlan(app, copy)).charges).toHaveLength(1)
    const completed = events.filter(event => event.type === 'plan.deletion_completed')
    expect(completed.map(event => event.objectId)).toEqual([copy, plan.lago_id])
  })
})
