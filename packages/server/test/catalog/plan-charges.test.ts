import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, createPlan, freshCode, invalid, notFound, planInput, sell, standardCharge } from './support.ts'

let app: TestApp
let metric: { lago_id: string; code: string }
beforeAll(async () => {
  app = await startTestApp()
  metric = await createMetric(app)
})
afterAll(() => app.stop())

const UNKNOWN_ID = '0199c0de-0000-7000-8000-000000000000'

const post = (charges: unknown[]) => app.api.post('/plans', { plan: planInput({ charges }) })
const put = (code: string, charges: unknown) => app.api.put(`/plans/${code}`, { plan: { charges } })
const codesOf = (plan: { charges: { code: string }[] }) => plan.charges.map(charge => charge.code)

describe('the charges of a new plan', () => {
  it('are shown in the order given, with defaults for what was not', async () => {
    const named = { code: 'named', invoice_display_name: 'Named', min_amount_cents: 250 }
    const { body } = await post([standardCharge(metric), standardCharge(metric, named)])
    expect(body.plan.charges).toEqual([
      {
        lago_id: expect.any(String),
        lago_billable_metric_id: metric.lago_id,
        code: metric.code,
        invoice_display_name: null,
        billable_metric_code: metric.code,
        created_at: expect.any(String),
        charge_model: 'standard',
        invoiceable: true,
        regroup_paid_fees: null,
        pay_in_advance: false,
        prorated: false,
        min_amount_cents: 0,
        accepts_target_wallet: false,
        properties: { amount: '1' },
        applied_pricing_unit: null,
        lago_parent_id: null,
        filters: [],
        taxes: [],
      },
      expect.objectContaining(named),
    ])
  })

  it('have codes made from the metric where none is given', async () => {
    const charges = [{}, {}, { code: '' }, { code: `${metric.code}_7` }, {}].map(code => standardCharge(metric, code))
    const { code } = metric
    expect(codesOf((await post(charges)).body.plan)).toEqual([code, `${code}_2`, `${code}_3`, `${code}_7`, `${code}_8`])
  })

  it('are looked up before anything else is judged', async () => {
    const unknown = { billable_metric_id: UNKNOWN_ID, charge_model: 'standard' }
    const { api } = app
    expect(await api.post('/plans', { plan: { charges: [unknown] } })).toMatchObject(notFound('billable_metrics'))
    expect(await post([{ ...unknown, billable_metric_id: 'no uuid' }])).toMatchObject(notFound('billable_metrics'))
    expect(await post([{ charge_model: 'standard' }])).toMatchObject(notFound('billable_metric'))
  })

  it('undo the plan when one is wrong', async () => {
    const code = freshCode('undone')
    const charges = [standardCharge(metric), standardCharge(metric, { properties: { amount: 1 } })]
    const answer = await app.api.post('/plans', { plan: planInput({ code, charges }) })
    expect(answer).toMatchObject(invalid({ properties: ['invalid_amount'] }))
    expect((await app.api.get(`/plans/${code}`)).status).toBe(404)
  })

  it('must not share a code', async () => {
    const charges = [standardCharge(metric, { code: 'same' }), standardCharge(metric, { code: 'same' })]
    expect(await post(charges)).toMatchObject(invalid({ code: ['value_already_exist'] }))
  })

  it('cannot name taxes that do not exist', async () => {
    expect(await post([standardCharge(metric, { tax_codes: ['vat'] })])).toMatchObject(notFound('tax'))
  })

  it.each([
    { pay_in_advance: true },
    { pay_in_advance: true, invoiceable: false },
    { pay_in_advance: true, invoiceable: false, regroup_paid_fees: 'invoice' },
    { accepts_target_wallet: true },
    { charge_model: 'dynamic', properties: {} },
    { charge_model: 'percentage', properties: { rate: '1.5' } },
  ])('are taken with %j', async fields => {
    const { status, body } = await post([standardCharge(metric, fields)])
    expect(status).toBe(200)
    expect(body.plan.charges[0]).toMatchObject(fields)
  })

  it.each([
    { pay_in_advance: false, prorated: 0, invoiceable: null, accepts_target_wallet: false },
    { regroup_paid_fees: null, applied_pricing_unit: {}, tax_codes: [], filters: [] },
    { min_amount_cents: null },
  ])('are available with the empty %j', async fields => {
    expect((await post([standardCharge(metric, fields)])).status).toBe(200)
  })
})

describe('giving the charges of a plan again', () => {
  it('updates those with an id, creates the others, deletes the rest', async () => {
    const charges = ['a', 'b', 'c'].map(code => standardCharge(metric, { code }))
    const plan = await createPlan(app, { charges })
    const [a, , c] = plan.charges
    const { body } = await put(plan.code, [
      standardCharge(metric, { code: 'd' }),
      standardCharge(metric, { id: c.lago_id, properties: { amount: '3' } }),
      standardCharge(metric, { id: a.lago_id, code: 'a2' }),
    ])
    expect(body.plan.charges).toEqual([
      { ...a, code: 'a2' },
      { ...c, properties: { amount: '3' } },
      expect.objectContaining({ code: 'd' }),
    ])
  })

  it('creates a charge for an id that is not of this plan', async () => {
    const [plan, other] = [
      await createPlan(app, { charges: [standardCharge(metric)] }),
      await createPlan(app, { charges: [standardCharge(metric, { code: 'theirs' })] }),
    ]
    const { body } = await put(plan.code, [
      standardCharge(metric, { id: other.charges[0].lago_id, code: 'mine' }),
      standardCharge(metric, { id: UNKNOWN_ID, code: 'also_mine' }),
    ])
    expect(codesOf(body.plan)).toEqual(['mine', 'also_mine'])
    expect(codesOf((await app.api.get(`/plans/${other.code}`)).body.plan)).toEqual(['theirs'])
  })

  it('lets a charge go only after the others took their codes', async () => {
    const plan = await createPlan(app, { charges: [standardCharge(metric)] })
    const taken = standardCharge(metric, { code: metric.code })
    expect(await put(plan.code, [taken])).toMatchObject(invalid({ code: ['value_already_exist'] }))
    const { body } = await put(plan.code, [standardCharge(metric)])
    expect(codesOf(body.plan)).toEqual([`${metric.code}_2`])
    expect((await put(plan.code, [taken])).status).toBe(200)
  })

  it('removes all with an empty list, and none with null or without the key', async () => {
    const plan = await createPlan(app, { charges: [standardCharge(metric)] })
    const renamed = await app.api.put(`/plans/${plan.code}`, { plan: { name: 'Renamed' } })
    expect(renamed.body.plan.charges).toEqual(plan.charges)
    expect((await put(plan.code, null)).body.plan.charges).toEqual(plan.charges)
    expect((await put(plan.code, [])).body.plan.charges).toEqual([])
  })

  it('takes effect one after the other when many do it at the same time', async () => {
    const plan = await createPlan(app, { charges: [standardCharge(metric)] })
    const answers = await Promise.all(['x', 'y', 'z'].map(code => put(plan.code, [standardCharge(metric, { code })])))
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200])
    const { body } = await app.api.get(`/plans/${plan.code}`)
    expect(body.plan.charges).toHaveLength(1)
  })
})

describe('updating a charge', () => {
  async function chargeOf(fields: Record<string, unknown>) {
    const plan = await createPlan(app, { charges: [standardCharge(metric, fields)] })
    const [charge] = plan.charges
    const update = async (change: Record<string, unknown>) => {
      const answer = await put(plan.code, [{ id: charge.lago_id, ...change }])
      return answer.status === 200 ? answer.body.plan.charges[0] : answer
    }
    return { plan, charge, update }
  }

  it('takes back name and minimum when they are not given again', async () => {
    const { charge, update } = await chargeOf({ invoice_display_name: 'Shown', min_amount_cents: 100 })
    expect(await update({ charge_model: 'standard', properties: { amount: '1' } })).toEqual({
      ...charge,
      invoice_display_name: null,
      min_amount_cents: 0,
    })
  })

  it('takes the default price of the model when none is given', async () => {
    const { update } = await chargeOf({})
    expect((await update({ charge_model: 'package' })).properties).toEqual({
      package_size: 1,
      amount: '0',
      free_units: 0,
    })
  })

  it('needs the model again', async () => {
    const { update } = await chargeOf({})
    expect(await update({ properties: { amount: '1' } })).toMatchObject(
      invalid({ charge_model: ['value_is_invalid', 'value_is_mandatory'] }),
    )
  })

  it('keeps code and metric unless they are given', async () => {
    const other = await createMetric(app)
    const { charge, update } = await chargeOf({ code: 'first' })
    const terms = { charge_model: 'standard', properties: { amount: '1' } }
    expect((await update({ ...terms, code: '' })).code).toBe('first')
    expect(await update({ ...terms, code: 'second', billable_metric_id: other.lago_id })).toEqual({
      ...charge,
      code: 'second',
      lago_billable_metric_id: other.lago_id,
      billable_metric_code: other.code,
    })
  })

  it('leaves filters alone unless they are given', async () => {
    const regional = await createMetric(app, { filters: [{ key: 'region', values: ['eu'] }] })
    const filters = [{ values: { region: ['eu'] }, properties: { amount: '2' } }]
    const { charge, update } = await chargeOf({ billable_metric_id: regional.lago_id, filters })
    const terms = { charge_model: 'standard', properties: { amount: '5' } }
    expect((await update(terms)).filters).toEqual(charge.filters)
    expect((await update({ ...terms, filters: [] })).filters).toEqual([])
  })

  it('changes only the price once the plan was sold', async () => {
    const { plan, charge, update } = await chargeOf({ code: 'sold', min_amount_cents: 100 })
    await sell(app, plan.lago_id)
    const changed = await update({
      invoice_display_name: 'Shown',
      properties: { amount: '9' },
      code: 'other',
      charge_model: 'graduated',
      min_amount_cents: 0,
      invoiceable: false,
      pay_in_advance: true,
      prorated: true,
      billable_metric_id: (await createMetric(app)).lago_id,
    })
    expect(changed).toEqual({ ...charge, invoice_display_name: 'Shown', properties: { amount: '9' } })
  })

  it('needs properties with the model once the plan was sold', async () => {
    const { plan, update } = await chargeOf({})
    await sell(app, plan.lago_id)
    expect(await update({ invoice_display_name: 'Shown' })).toMatchObject(invalid({ properties: ['invalid_amount'] }))
    expect((await update({ charge_model: 'standard' })).properties).toEqual({ amount: '0' })
  })

  it('is judged as it would be then', async () => {
    const { update } = await chargeOf({})
    const terms = { charge_model: 'standard', properties: { amount: '1' } }
    expect(await update({ ...terms, pay_in_advance: true, min_amount_cents: 1 })).toMatchObject(
      invalid({ min_amount_cents: ['not_compatible_with_pay_in_advance'] }),
    )
    const advance = { pay_in_advance: true, invoiceable: false, regroup_paid_fees: 'invoice' }
    expect(await update({ ...terms, ...advance, accepts_target_wallet: true })).toMatchObject({
      ...advance,
      accepts_target_wallet: true,
    })
    expect(await update({ ...terms, pay_in_advance: false })).toMatchObject(
      invalid({
        regroup_paid_fees: ['only_compatible_with_pay_in_advance_and_non_invoiceable'],
        invoiceable: ['must_be_true_unless_pay_in_advance'],
      }),
    )
    expect(await update({ ...terms, accepts_target_wallet: null })).toMatchObject(advance)
  })

  it('takes or refuses wallets also once the plan was sold', async () => {
    const { plan, update } = await chargeOf({})
    await sell(app, plan.lago_id)
    const change = { charge_model: 'standard', properties: { amount: '1' }, accepts_target_wallet: true }
    expect(await update(change)).toMatchObject({ accepts_target_wallet: true })
  })
})
