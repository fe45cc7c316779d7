import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalog, serializePlan } from '../../src/catalog/index.ts'
import * as plans from '../../src/catalog/plans.ts'
import { lockPlan } from '../../src/catalog/store/plans.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { recordEvents } from '../support/recorded-events.ts'
import {
  copyPlan,
  createMetric,
  createPlan,
  freshCode,
  invalid,
  notFound,
  planInput,
  readPlan,
  sell,
  standardCharge,
} from './support.ts'

let app: TestApp
let metric: { lago_id: string; code: string }
beforeAll(async () => {
  app = await startTestApp()
  metric = await createMetric(app)
  for (const [code, rate] of [
    ['vat', 20],
    ['eco', 5.5],
  ]) {
    await app.api.post('/taxes', { tax: { code, name: String(code).toUpperCase(), rate } })
  }
  const unit = { name: 'Credits', short_name: 'cr', description: null }
  await app.api.post('/pricing_units', { pricing_unit: { code: 'credits', ...unit } })
})
afterAll(() => app.stop())

const post = (fields: Record<string, unknown>) => app.api.post('/plans', { plan: planInput(fields) })
const put = (code: string, fields: Record<string, unknown>) => app.api.put(`/plans/${code}`, { plan: fields })
const codesOf = (object: { taxes: { code: string }[] }) => object.taxes.map(tax => tax.code)

/** A plan as it is shown, listed and told of. */
async function seen(code: string) {
  const [shown, listed] = [await app.api.get(`/plans/${code}`), await app.api.get('/plans?per_page=1000')]
  return {
    shown: shown.body.plan,
    listed: listed.body.plans.find((plan: { code: string }) => plan.code === code),
    told: await catalog.webhooks?.['plan.updated']?.serialize(app.ctx, shown.body.plan.lago_id),
  }
}

describe('the minimum commitment of a plan', () => {
  it('is shown wherever the plan is, and nowhere without one', async () => {
    const input = { amount_cents: 100000, invoice_display_name: 'Minimum', tax_codes: ['vat'] }
    const plan = await createPlan(app, { minimum_commitment: input })
    expect(plan.minimum_commitment).toEqual({
      lago_id: expect.any(String),
      plan_code: plan.code,
      invoice_display_name: 'Minimum',
      amount_cents: 100000,
      interval: 'monthly',
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      taxes: [expect.objectContaining({ code: 'vat', rate: 20, plans_count: 0 })],
    })
    const { shown, listed, told } = await seen(plan.code)
    for (const view of [shown, listed, told]) expect(view?.minimum_commitment).toEqual(plan.minimum_commitment)
    const without = await seen((await createPlan(app)).code)
    for (const view of Object.values(without)) expect(view).not.toHaveProperty('minimum_commitment')
  })

  it.each([
    [{ invoice_display_name: 'x' }, { amount_cents: ['is not a number'] }],
    [{ amount_cents: null }, { amount_cents: ['is not a number'] }],
    [{ amount_cents: 'much' }, { amount_cents: ['is not a number'] }],
    [{ amount_cents: 0 }, { amount_cents: ['value_is_out_of_range'] }],
    [{ amount_cents: -1 }, { amount_cents: ['value_is_out_of_range'] }],
  ])('is refused as %j, new or changed', async (minimum_commitment, details) => {
    expect(await post({ minimum_commitment })).toMatchObject(invalid(details))
    if (!('amount_cents' in minimum_commitment)) return
    const plan = await createPlan(app, { minimum_commitment: { amount_cents: 1 } })
    expect(await put(plan.code, { minimum_commitment })).toMatchObject(invalid(details))
  })

  it('is created, changed in part, kept and taken away by updates', async () => {
    const plan = await createPlan(app)
    const change = async (minimum_commitment: unknown) =>
      (await put(plan.code, { minimum_commitment })).body.plan.minimum_commitment
    const created = await change({ amount_cents: 500, tax_codes: ['vat', 'eco'] })
    expect(created).toMatchObject({ amount_cents: 500, invoice_display_name: null })
    expect(codesOf(created)).toEqual(['vat', 'eco'])
    const named = await change({ invoice_display_name: 'At least', id: 'whatever' })
    expect(named).toMatchObject({ lago_id: created.lago_id, amount_cents: 500, invoice_display_name: 'At least' })
    expect(codesOf(named)).toEqual(['vat', 'eco'])
    expect(await change({ amount_cents: 700, tax_codes: [] })).toMatchObject({ amount_cents: 700, taxes: [] })
    expect(await change(null)).toMatchObject({ amount_cents: 700, invoice_display_name: 'At least' })
    expect(await change({})).toBeUndefined()
    expect((await change({ amount_cents: 1 })).lago_id).not.toBe(created.lago_id)
  })
})

describe('the usage thresholds of a plan', () => {
  it('are shown with the recurring one first', async () => {
    const usage_thresholds = [
      { amount_cents: 1000, threshold_display_name: 'Soon' },
      { amount_cents: 5000 },
      { amount_cents: 1000, recurring: true },
    ]
    const plan = await createPlan(app, { usage_thresholds })
    const applicable = [
      { threshold_display_name: null, amount_cents: 1000, recurring: true },
      { threshold_display_name: 'Soon', amount_cents: 1000, recurring: false },
      { threshold_display_name: null, amount_cents: 5000, recurring: false },
    ]
    const full = applicable.map(threshold => ({
      lago_id: expect.any(String),
      ...threshold,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    }))
    const { shown, listed, told } = await seen(plan.code)
    for (const view of [plan, shown, listed, told]) expect(view?.usage_thresholds).toEqual(full)
    for (const view of [plan, shown, listed]) expect(view.applicable_usage_thresholds).toEqual(applicable)
    expect(told).not.toHaveProperty('applicable_usage_thresholds')
  })

  it.each([
    [[{ amount_cents: 0 }, { recurring: true }], { usage_thresholds: ['missing_amount_cents'] }],
    [[{ amount_cents: 5 }, { amount_cents: 5, recurring: null }], { usage_thresholds: ['duplicated_values'] }],
    [
      [
        { amount_cents: 5, recurring: true },
        { amount_cents: 5, recurring: true },
      ],
      { usage_thresholds: ['duplicated_values'] },
    ],
    [
      [
        { amount_cents: 5, recurring: true },
        { amount_cents: 6, recurring: true },
      ],
      { usage_thresholds: ['multiple_recurring_thresholds'] },
    ],
    [[{ amount_cents: 5 }, { amount_cents: 0 }], { amount_cents: ['value_is_out_of_range'] }],
    [[{ amount_cents: -5 }], { amount_cents: ['value_is_out_of_range'] }],
  ])('are refused as %j, and nothing changes', async (usage_thresholds, details) => {
    expect(await post({ usage_thresholds })).toMatchObject(invalid(details))
    const plan = await createPlan(app, { usage_thresholds: [{ amount_cents: 77 }] })
    expect(await put(plan.code, { name: 'Other', usage_thresholds })).toMatchObject(invalid(details))
    expect((await app.api.get(`/plans/${plan.code}`)).body.plan).toEqual(plan)
  })

  it('are replaced as a whole, and lifetime usage is told of those that are left', async () => {
    const { ctx, events } = recordEvents(app.ctx)
    const told = () => events.splice(0).filter(event => event.type === 'usage_thresholds.changed')
    const plan = await plans.createPlan(ctx, planInput({ usage_thresholds: [{ amount_cents: 100 }] }))
    expect(told()).toEqual([])
    const again = await plans.updatePlan(ctx, plan.code, { usage_thresholds: [{ amount_cents: 100 }] })
    expect(again.usageThresholds).toMatchObject([{ amountCents: 100n }])
    expect(again.usageThresholds[0]?.id).not.toBe(plan.usageThresholds[0]?.id)
    expect(told()).toMatchObject([{ objectId: plan.id, data: { owner: 'plan' } }])
    expect((await plans.updatePlan(ctx, plan.code, { name: 'Kept' })).usageThresholds).toEqual(again.usageThresholds)
    expect((await put(plan.code, { usage_thresholds: null })).body.plan.usage_thresholds).toHaveLength(1)
    expect((await plans.updatePlan(ctx, plan.code, { usage_thresholds: [] })).usageThresholds).toEqual([])
    expect(told()).toEqual([])
  })
})

describe('the taxes of plans and charges', () => {
  it('are shown, kept, replaced and removed', async () => {
    const charge = standardCharge(metric, { tax_codes: ['eco'] })
    const plan = await createPlan(app, { tax_codes: ['vat', 'vat'], charges: [charge] })
    expect([codesOf(plan), codesOf(plan.charges[0])]).toEqual([['vat'], ['eco']])
    const { listed, told } = await seen(plan.code)
    expect(listed.taxes).toEqual(plan.taxes)
    expect(told).toMatchObject({ taxes: plan.taxes, charges: [{ taxes: plan.charges[0].taxes }] })

    const untaxed = standardCharge(metric, { id: plan.charges[0].lago_id })
    const kept = await put(plan.code, { tax_codes: null, charges: [untaxed] })
    expect([codesOf(kept.body.plan), codesOf(kept.body.plan.charges[0])]).toEqual([['vat'], ['eco']])
    const replaced = await put(plan.code, { tax_codes: ['eco'], charges: [{ ...untaxed, tax_codes: ['vat', 'eco'] }] })
    expect([codesOf(replaced.body.plan), codesOf(replaced.body.plan.charges[0])]).toEqual([['eco'], ['vat', 'eco']])
    await sell(app, plan.lago_id)
    const removed = await put(plan.code, { tax_codes: [], charges: [{ ...untaxed, tax_codes: [] }] })
    expect([codesOf(removed.body.plan), codesOf(removed.body.plan.charges[0])]).toEqual([[], []])
  })

  it('undo everything where one is unknown', async () => {
    const code = freshCode('taxed')
    for (const fields of [
      { tax_codes: ['vat', 'none'] },
      { charges: [standardCharge(metric, { tax_codes: ['none'] })] },
      { minimum_commitment: { amount_cents: 1, tax_codes: ['none'] } },
    ]) {
      expect(await post({ code, ...fields })).toMatchObject(notFound('tax'))
      expect((await app.api.get(`/plans/${code}`)).status).toBe(404)
      const plan = await createPlan(app)
      expect(await put(plan.code, { name: 'Changed', ...fields })).toMatchObject(notFound('tax'))
      expect((await app.api.get(`/plans/${plan.code}`)).body.plan).toEqual(plan)
    }
  })
})

describe('the pricing unit of a charge', () => {
  it.each([
    [{ code: 'none', conversion_rate: '1' }, { pricing_unit: ['relation_must_exist'] }],
    [{ conversion_rate: 1 }, { pricing_unit: ['relation_must_exist'] }],
    [{ code: 'credits' }, { conversion_rate: ['value_is_mandatory', 'is not a number'] }],
    [{ code: 'credits', conversion_rate: 0 }, { conversion_rate: ['value_is_out_of_range'] }],
    [{ code: 'credits', conversion_rate: '-0.5' }, { conversion_rate: ['value_is_out_of_range'] }],
    [{ code: 'credits', conversion_rate: 'half' }, { conversion_rate: ['is not a number'] }],
    [
      { code: null, conversion_rate: null },
      { pricing_unit: ['relation_must_exist'], conversion_rate: ['value_is_mandatory', 'is not a number'] },
    ],
  ])('is refused as %j', async (applied_pricing_unit, details) => {
    expect(await post({ charges: [standardCharge(metric, { applied_pricing_unit })] })).toMatchObject(invalid(details))
  })

  it('has a rate that can change; the unit is not replaced, added or taken away', async () => {
    const priced = standardCharge(metric, { applied_pricing_unit: { code: 'credits', conversion_rate: 1.25 } })
    const plan = await createPlan(app, { charges: [priced, standardCharge(metric)] })
    expect(plan.charges[0].applied_pricing_unit).toEqual({ conversion_rate: '1.25', code: 'credits' })
    expect(plan.charges[1].applied_pricing_unit).toBeNull()
    await sell(app, plan.lago_id)
    const update = async (unit: unknown) => {
      const [first, second] = plan.charges.map((charge: { lago_id: string }) => ({
        ...standardCharge(metric),
        id: charge.lago_id,
        applied_pricing_unit: unit,
      }))
      const { status, body } = await put(plan.code, { charges: [first, second] })
      return status === 200
        ? body.plan.charges.map((charge: { applied_pricing_unit: unknown }) => charge.applied_pricing_unit)
        : body.error_details
    }
    expect(await update({ code: 'other', conversion_rate: '2' })).toEqual([
      { code: 'credits', conversion_rate: '2.0' },
      null,
    ])
    expect(await update({ conversion_rate: '' })).toEqual([{ code: 'credits', conversion_rate: '2.0' }, null])
    expect(await update(null)).toEqual([{ code: 'credits', conversion_rate: '2.0' }, null])
    expect(await update({ conversion_rate: '0' })).toEqual({ conversion_rate: ['value_is_out_of_range'] })
  })
})

describe('a private copy of a plan', () => {
  it('shows its own thresholds, and its original’s as those that apply', async () => {
    const plan = await createPlan(app, { usage_thresholds: [{ amount_cents: 100 }] })
    const id = await copyPlan(app, plan.code)
    const webhook = await catalog.webhooks?.['plan.updated']?.serialize(app.ctx, id)
    expect(webhook).toMatchObject({ lago_id: id, parent_id: plan.lago_id, usage_thresholds: [] })
    const copy = serializePlan(await readPlan(app, id))
    expect(copy.applicable_usage_thresholds).toEqual(plan.applicable_usage_thresholds)
  })

  it('changes like a plan that was sold, and keeps the code that it shares', async () => {
    const plan = await createPlan(app, { charges: [standardCharge(metric, { code: 'calls' })] })
    const id = await copyPlan(app, plan.code)
    const { ctx, events } = recordEvents(app.ctx)
    const row = await lockPlan(ctx, id)
    if (row === undefined) throw new Error('no copy')
    const changed = await plans.changePlan(ctx, row, {
      amount_cents: 1,
      interval: 'yearly',
      minimum_commitment: { amount_cents: 5 },
      charges: [{ ...standardCharge(metric, { code: 'calls', properties: { amount: '2' } }) }],
    })
    expect(changed).toMatchObject({ code: plan.code, amountCents: 1n, interval: 'monthly', parentId: plan.lago_id })
    expect(changed.charges).toMatchObject([{ code: 'calls', parentId: null, properties: { amount: '2' } }])
    expect(events.at(-1)).toMatchObject({ type: 'plan.updated', objectId: id })
    expect((await app.api.get(`/plans/${plan.code}`)).body.plan).toEqual(plan)
  })
})

describe('the official client', () => {
  it('reads and writes everything a plan has', async () => {
    const { plans: sdk } = app.client
    const code = freshCode('sdk')
    const { data } = await sdk.createPlan({
      plan: {
        ...planInput({ code }),
        interval: 'monthly',
        amount_currency: 'EUR',
        tax_codes: ['vat'],
        minimum_commitment: { amount_cents: 1000, invoice_display_name: 'Minimum', tax_codes: ['eco'] },
        usage_thresholds: [{ amount_cents: 100, recurring: true, threshold_display_name: 'Step' }],
        charges: [
          {
            billable_metric_id: metric.lago_id,
            code: 'calls',
            charge_model: 'standard',
            pay_in_advance: true,
            invoiceable: false,
            regroup_paid_fees: 'invoice',
            properties: { amount: '1' },
            applied_pricing_unit: { code: 'credits', conversion_rate: '0.5' },
          },
        ],
      },
    })
    expect(data.plan).toMatchObject({ minimum_commitment: { amount_cents: 1000 }, taxes: [{ code: 'vat' }] })
    const { data: list } = await sdk.findAllPlanCharges(code)
    expect(list.charges).toMatchObject([{ code: 'calls', applied_pricing_unit: { conversion_rate: '0.5' } }])
    expect((await sdk.findPlanCharge(code, 'calls')).data.charge.regroup_paid_fees).toBe('invoice')
    await sdk.replacePlanMetadata(code, { metadata: { team: 'a' } })
    await sdk.mergePlanMetadata(code, { metadata: { tier: 'b' } })
    await sdk.deletePlanMetadataKey(code, 'team')
    expect((await sdk.findPlan(code)).data.plan.metadata).toEqual({ tier: 'b' })
    await sdk.deleteAllPlanMetadata(code)
    expect((await sdk.destroyPlanCharge(code, 'calls', { charge: { cascade_updates: true } })).status).toBe(200)
    expect((await sdk.findPlan(code)).data.plan).toMatchObject({ charges: [] })
  })
})
