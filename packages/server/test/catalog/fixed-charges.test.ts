import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createPlan, freshCode, invalid, notFound, planInput, sell } from './support.ts'

let app: TestApp
let tenant: Tenant

beforeAll(async () => {
  app = await startTestApp()
  tenant = app
})
afterAll(() => app.stop())

async function createAddOn(fields: Record<string, unknown> = {}) {
  const add_on = { name: 'Seats', code: freshCode('seats'), amount_cents: 500, amount_currency: 'EUR', ...fields }
  const { status, body } = await tenant.api.post('/add_ons', { add_on })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.add_on
}

async function createTax() {
  const { body } = await tenant.api.post('/taxes', { tax: { name: 'VAT', code: freshCode('vat'), rate: 20 } })
  return body.tax
}

function standard(addOn: { lago_id: string }, fields: Record<string, unknown> = {}) {
  return { add_on_id: addOn.lago_id, charge_model: 'standard', properties: { amount: '12.4' }, ...fields }
}

const add = (plan: { code: string }, fixed_charge: unknown) =>
  tenant.api.post(`/plans/${plan.code}/fixed_charges`, { fixed_charge })
const edit = (plan: { code: string }, code: string, fixed_charge: unknown) =>
  tenant.api.put(`/plans/${plan.code}/fixed_charges/${code}`, { fixed_charge })
const codesOf = (plan: { fixed_charges: { code: string }[] }) => plan.fixed_charges.map(one => one.code)

const tiers = (first: number) => [
  { from_value: 0, to_value: 10, per_unit_amount: '2', flat_amount: '0' },
  { from_value: first, to_value: null, per_unit_amount: '1', flat_amount: '5' },
]

describe('fixed charges by the official client', () => {
  it('are added, read, changed and removed', async () => {
    const { plans } = tenant.client
    const addOn = await createAddOn()
    const tax = await createTax()
    const plan = await createPlan(tenant)
    const created = await plans.createPlanFixedCharge(plan.code, {
      fixed_charge: {
        add_on_code: addOn.code,
        code: 'seats',
        charge_model: 'standard',
        units: '2.5',
        pay_in_advance: true,
        properties: { amount: '10' },
        tax_codes: [tax.code],
      },
    })
    expect(created.data.fixed_charge).toEqual({
      lago_id: expect.any(String),
      lago_add_on_id: addOn.lago_id,
      code: 'seats',
      invoice_display_name: null,
      add_on_code: addOn.code,
      created_at: expect.any(String),
      charge_model: 'standard',
      pay_in_advance: true,
      prorated: false,
      properties: { amount: '10' },
      units: '2.5',
      lago_parent_id: null,
      taxes: [expect.objectContaining({ code: tax.code, rate: 20 })],
    })
    const changed = await plans.updatePlanFixedCharge(plan.code, 'seats', {
      fixed_charge: { charge_model: 'standard', units: '3', invoice_display_name: 'Seats', tax_codes: [] },
    })
    expect(changed.data.fixed_charge).toMatchObject({
      units: '3.0',
      invoice_display_name: 'Seats',
      properties: { amount: '0' },
      pay_in_advance: true,
      taxes: [],
    })
    expect((await plans.findPlanFixedCharge(plan.code, 'seats')).data).toEqual(changed.data)
    const later = (await add(plan, standard(addOn, { code: 'later' }))).body.fixed_charge
    const { data: list } = await plans.findAllPlanFixedCharges(plan.code)
    expect(list).toMatchObject({
      fixed_charges: [{ code: 'later', units: '0.0' }, { code: 'seats' }],
      meta: { total_count: 2 },
    })
    const removed = await plans.destroyPlanFixedCharge(plan.code, 'later', {})
    expect(removed.data.fixed_charge.lago_id).toBe(later.lago_id)
    expect(await tenant.api.get(`/plans/${plan.code}/fixed_charges/later`)).toMatchObject(notFound('fixed_charge'))
  })
})

describe('what a fixed charge may be', () => {
  const VALID = { code: 'x', charge_model: 'standard', properties: { amount: '1' }, units: 1 }

  it.each<[string, Record<string, unknown>, Record<string, string[]>]>([
    ['no code', { code: ' ' }, { code: ['value_is_mandatory'] }],
    ['a code in use', { code: 'taken' }, { code: ['value_already_exist'] }],
    ['no model', { charge_model: null, properties: { amount: '1' } }, { charge_model: ['value_is_mandatory'] }],
    ['a model for usage', { charge_model: 'percentage' }, { charge_model: ['value_is_invalid'] }],
    ['properties of another model', { properties: { rate: '1' } }, { properties: ['value_is_mandatory'] }],
    ['a number for an amount', { properties: { amount: 1 } }, { properties: ['invalid_amount'] }],
    [
      'volume tiers that touch',
      { charge_model: 'volume', properties: { volume_ranges: tiers(10) } },
      { properties: ['invalid_volume_ranges'] },
    ],
    [
      'volume in advance',
      { charge_model: 'volume', pay_in_advance: true, properties: { volume_ranges: tiers(11) } },
      { pay_in_advance: ['invalid_charge_model'] },
    ],
    [
      'prorated tiers in advance',
      { charge_model: 'graduated', pay_in_advance: true, prorated: true, properties: { graduated_ranges: tiers(10) } },
      { prorated: ['invalid_charge_model'] },
    ],
    ['negative units', { units: -1 }, { units: ['value_is_out_of_range'] }],
    ['too many units', { units: '1e20' }, { units: ['value_is_out_of_range'] }],
    ['units in words', { units: 'ten' }, { units: ['is not a number'] }],
    [
      'several faults at once',
      { code: '', charge_model: '', properties: { amount: 'x' }, units: 'ten' },
      { code: ['value_is_mandatory'], charge_model: ['value_is_mandatory'], units: ['is not a number'] },
    ],
  ])('refuses %s', async (_, fields, details) => {
    const addOn = await createAddOn()
    const plan = await createPlan(tenant, { fixed_charges: [standard(addOn, { code: 'taken' })] })
    const answer = await add(plan, { add_on_id: addOn.lago_id, ...VALID, ...fields })
    expect(answer).toMatchObject(invalid(details))
    expect(answer.body.error_details).toEqual(details)
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['no properties', { properties: undefined }, { properties: { amount: '0' } }],
    ['empty properties', { properties: {} }, { properties: { amount: '0' } }],
    ['keys it does not know', { properties: { amount: '1', rate: '2' } }, { properties: { amount: '1' } }],
    ['no units', { units: null }, { units: '0.0' }],
    ['units as text', { units: '10.50' }, { units: '10.5' }],
    ['more places than are kept', { units: '0.12345678901' }, { units: '0.123456789' }],
    [
      'tiers of volume',
      { charge_model: 'volume', prorated: true, properties: { volume_ranges: tiers(11) } },
      { prorated: true, pay_in_advance: false },
    ],
    [
      'tiers in advance',
      { charge_model: 'graduated', pay_in_advance: true, properties: { graduated_ranges: tiers(10) } },
      { pay_in_advance: true, prorated: false },
    ],
  ])('takes %s', async (_, fields, shown) => {
    const addOn = await createAddOn()
    const plan = await createPlan(tenant)
    const answer = await add(plan, { add_on_id: addOn.lago_id, ...VALID, ...fields })
    expect(answer.body.fixed_charge).toMatchObject(shown)
  })

  it('tells what is missing before what is wrong', async () => {
    const addOn = await createAddOn()
    const plan = await createPlan(tenant)
    const missing = '00000000-0000-4000-8000-000000000000'
    expect(await add({ code: 'no plan' }, VALID)).toMatchObject(notFound('plan'))
    expect(await tenant.api.post('/plans/none/fixed_charges')).toMatchObject(notFound('plan'))
    expect((await tenant.api.post(`/plans/${plan.code}/fixed_charges`, {})).status).toBe(400)
    expect(await edit(plan, 'none', VALID)).toMatchObject(notFound('fixed_charge'))
    for (const named of [{}, { add_on_id: missing }, { add_on_id: 'x' }, { add_on_code: 'none' }]) {
      expect(await add(plan, { ...VALID, ...named, code: '' })).toMatchObject(notFound('add_on'))
    }
    const untaxed = { ...standard(addOn, { code: 'x' }), tax_codes: ['none'] }
    expect(await add(plan, untaxed)).toMatchObject(notFound('tax'))
    const inPlan = (fixed_charge: unknown) =>
      tenant.api.post('/plans', { plan: planInput({ name: null, fixed_charges: [fixed_charge] }) })
    expect(await inPlan({ ...VALID, add_on_id: missing })).toMatchObject(notFound('add_ons'))
    expect(await inPlan({ ...VALID, add_on_code: 'none' })).toMatchObject(invalid({ name: ['value_is_mandatory'] }))
    const whole = planInput({ fixed_charges: [VALID] })
    expect(await tenant.api.post('/plans', { plan: whole })).toMatchObject(notFound('add_on'))
    expect(await tenant.api.get(`/plans/${whole.code}`)).toMatchObject(notFound('plan'))
  })
})

describe('fixed charges of a plan payload', () => {
  it('are the full new set', async () => {
    const addOn = await createAddOn()
    const code = addOn.code
    const plan = await createPlan(tenant, {
      fixed_charges: [standard(addOn), { ...standard(addOn), add_on_id: undefined, add_on_code: code, units: 4 }],
    })
    expect(codesOf(plan)).toEqual([code, `${code}_2`])
    expect((await tenant.api.get('/plans')).body.plans[0]).not.toHaveProperty('fixed_charges')
    const [first] = plan.fixed_charges
    const put = (fixed_charges: unknown) => tenant.api.put(`/plans/${plan.code}`, { plan: { fixed_charges } })
    const changed = await put([
      { id: first.lago_id, charge_model: 'graduated', properties: { graduated_ranges: tiers(10) }, units: 7 },
      standard(addOn, { id: '00000000-0000-4000-8000-000000000000' }),
    ])
    expect(codesOf(changed.body.plan)).toEqual([code, `${code}_3`])
    expect(changed.body.plan.fixed_charges[0]).toMatchObject({
      lago_id: first.lago_id,
      charge_model: 'graduated',
      units: '7.0',
    })
    // What is not named goes last: its code is still taken.
    expect(await put([standard(addOn, { code })])).toMatchObject(invalid({ code: ['value_already_exist'] }))
    expect(codesOf((await tenant.api.put(`/plans/${plan.code}`, { plan: { name: 'Other' } })).body.plan)).toHaveLength(
      2,
    )
    expect(codesOf((await put([])).body.plan)).toEqual([])
  })
})

describe('an update', () => {
  it.each<[string, boolean, Record<string, unknown>, Record<string, unknown> | Record<string, string[]>]>([
    ['keeps nothing that is not sent', false, { charge_model: 'standard', units: 1 }, { properties: { amount: '0' } }],
    [
      'moves a plan nobody bought to another model and code',
      false,
      { charge_model: 'volume', code: 'new', units: 2 },
      { code: 'new', charge_model: 'volume', properties: { volume_ranges: [expect.any(Object)] } },
    ],
    [
      'keeps model and code of a plan that was sold',
      true,
      { charge_model: 'volume', code: 'new', units: 2, properties: { amount: '3' } },
      { code: 'x', charge_model: 'standard', units: '2.0', properties: { amount: '3' } },
    ],
    [
      'never changes how it is paid',
      false,
      { charge_model: 'standard', units: 1, prorated: true, pay_in_advance: true, add_on_id: 'x' },
      { prorated: false, pay_in_advance: false },
    ],
  ])('%s', async (_, sold, fields, shown) => {
    const addOn = await createAddOn()
    const plan = await createPlan(tenant, { fixed_charges: [standard(addOn, { code: 'x', units: 1 })] })
    if (sold) await sell(tenant, plan.lago_id)
    expect((await edit(plan, 'x', fields)).body.fixed_charge).toMatchObject(shown)
  })

  it.each<[string, boolean, Record<string, unknown>, Record<string, string[]>]>([
    ['without a model', false, { units: 1, properties: { amount: '1' } }, { charge_model: ['value_is_mandatory'] }],
    ['without units', false, { charge_model: 'standard' }, { units: ['is not a number'] }],
    ['without model and properties, once sold', true, { units: 1 }, { properties: ['value_is_mandatory'] }],
    [
      'with properties of the model that is not kept',
      true,
      { charge_model: 'volume', units: 1 },
      { properties: ['value_is_mandatory'] },
    ],
  ])('is refused %s', async (_, sold, fields, details) => {
    const addOn = await createAddOn()
    const plan = await createPlan(tenant, { fixed_charges: [standard(addOn, { code: 'x' })] })
    if (sold) await sell(tenant, plan.lago_id)
    expect(await edit(plan, 'x', fields)).toMatchObject(invalid(details))
  })
})
