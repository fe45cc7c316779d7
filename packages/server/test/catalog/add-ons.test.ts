import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { createPlan, freshCode, invalid, notFound } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const addOn = (fields: object = {}) => ({
  add_on: { name: 'Setup', code: freshCode('setup'), amount_cents: 5000, amount_currency: 'EUR', ...fields },
})

describe('an add-on', () => {
  it('lives through the official client', async () => {
    const { client } = await app.newOrganization()
    await client.taxes.createTax({ tax: { code: 'vat', name: 'VAT', rate: '20' } })
    const { data: created } = await client.addOns.createAddOn({
      add_on: {
        name: 'Setup',
        invoice_display_name: 'Setup fee',
        code: 'set/up',
        amount_cents: 5000,
        amount_currency: 'USD',
        description: 'Once',
        tax_codes: ['vat'],
      },
    })
    expect(created.add_on).toEqual({
      lago_id: expect.any(String),
      name: 'Setup',
      invoice_display_name: 'Setup fee',
      code: 'set/up',
      amount_cents: 5000,
      amount_currency: 'USD',
      description: 'Once',
      created_at: expect.stringMatching(/Z$/),
      taxes: [expect.objectContaining({ code: 'vat', rate: 20 })],
    })
    await client.addOns.createAddOn(addOn({ code: 'second' }) as Parameters<typeof client.addOns.createAddOn>[0])
    const { data: updated } = await client.addOns.updateAddOn('set/up', {
      add_on: { code: 'setup', amount_cents: 1, amount_currency: 'EUR', description: null, tax_codes: [] },
    })
    expect(updated.add_on).toEqual({
      ...created.add_on,
      code: 'setup',
      amount_cents: 1,
      amount_currency: 'EUR',
      description: null,
      taxes: [],
    })
    expect((await client.addOns.findAddOn('setup')).data).toEqual(updated)
    const { data: list } = await client.addOns.findAllAddOns({ per_page: 1 })
    expect(list.add_ons.map(item => item.code)).toEqual(['second'])
    expect(list.meta).toMatchObject({ next_page: 2, total_count: 2 })
    expect((await client.addOns.destroyAddOn('setup')).data).toEqual(updated)
    await expect(client.addOns.findAddOn('setup')).rejects.toMatchObject({ status: 404 })
  })

  it.each([
    [
      { name: ' ', code: null },
      { name: ['value_is_mandatory'], code: ['value_is_mandatory'] },
    ],
    [{ amount_cents: null }, { amount_cents: ['is not a number'] }],
    [{ amount_cents: 'much' }, { amount_cents: ['is not a number'] }],
    [{ amount_cents: 0 }, { amount_cents: ['value_is_out_of_range'] }],
    [{ amount_cents: -1 }, { amount_cents: ['value_is_out_of_range'] }],
    [{ amount_cents: 1e30 }, { amount_cents: ['value_is_out_of_range'] }],
    [{ amount_currency: null }, { amount_currency: ['value_is_invalid'] }],
    [{ amount_currency: 'eur' }, { amount_currency: ['value_is_invalid'] }],
  ])('is refused with %j', async (fields, details) => {
    expect(await app.api.post('/add_ons', addOn(fields))).toMatchObject(invalid(details))
    const { body } = await app.api.post('/add_ons', addOn())
    expect(await app.api.put(`/add_ons/${body.add_on.code}`, { add_on: fields })).toMatchObject(invalid(details))
  })

  it('is not changed at all by a request that names a tax that does not exist', async () => {
    const { body } = await app.api.post('/add_ons', addOn())
    const { code } = body.add_on
    expect(await app.api.post('/add_ons', addOn({ tax_codes: ['x'], code: 'never' }))).toMatchObject(notFound('tax'))
    expect(await app.api.get('/add_ons/never')).toMatchObject(notFound('add_on'))
    const wrong = { add_on: { name: '', tax_codes: ['x'] } }
    expect(await app.api.put(`/add_ons/${code}`, wrong)).toMatchObject(notFound('tax'))
    expect((await app.api.get(`/add_ons/${code}`)).body).toEqual(body)
  })

  it('has a code of its own among kept ones of its organization', async () => {
    const [one, two] = [await app.newOrganization(), await app.newOrganization()]
    for (const tenant of [one, two]) expect((await tenant.api.post('/add_ons', addOn({ code: 'a' }))).status).toBe(200)
    const taken = invalid({ code: ['value_already_exist'] })
    expect(await one.api.post('/add_ons', addOn({ code: 'a' }))).toMatchObject(taken)
    await one.api.post('/add_ons', addOn({ code: 'b' }))
    expect(await one.api.put('/add_ons/b', { add_on: { code: 'a' } })).toMatchObject(taken)
    await one.api.delete('/add_ons/a')
    expect(await one.api.put('/add_ons/b', { add_on: { code: 'a' } })).toMatchObject({ status: 200 })
  })

  it('takes the fixed charges on it with it when it is deleted', async () => {
    const plan = await createPlan(app)
    const ids = new Map<string, string>()
    for (const code of ['gone', 'kept']) {
      const { body } = await app.api.post('/add_ons', addOn({ code }))
      ids.set(code, await insertFixedCharge(app, plan.lago_id, body.add_on.lago_id, code))
    }
    await app.api.delete('/add_ons/gone')
    const left = await app.ctx.db.selectFrom('fixed_charges').select('id').where('deleted_at', 'is', null).execute()
    expect(left).toEqual([{ id: ids.get('kept') }])
  })
})

async function insertFixedCharge(tenant: Tenant, planId: string, addOnId: string, code: string): Promise<string> {
  const id = newId()
  const at = '2026-01-01T00:00:00Z'
  await tenant.ctx.db
    .insertInto('fixed_charges')
    .values({
      id,
      organization_id: tenant.organizationId,
      plan_id: planId,
      add_on_id: addOnId,
      code,
      charge_model: 'standard',
      properties: JSON.stringify({ amount: '1' }),
      created_at: at,
      updated_at: at,
    })
    .execute()
  return id
}

describe('a pricing unit', () => {
  const unit = (fields: object = {}) => ({
    pricing_unit: { code: freshCode('unit'), name: 'Credits', short_name: 'CR', ...fields },
  })

  it('is created, changed but for its code, and found', async () => {
    const { api } = await app.newOrganization()
    const { status, body } = await api.post('/pricing_units', unit({ code: 'credits/1', description: 'Prepaid' }))
    expect(status).toBe(200)
    expect(body.pricing_unit).toEqual({
      lago_id: expect.any(String),
      code: 'credits/1',
      name: 'Credits',
      short_name: 'CR',
      description: 'Prepaid',
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    })
    expect((await api.get('/pricing_units/credits/1')).body).toEqual(body)
    const changes = { code: 'x', name: 'Tokens', description: null }
    const changed = await api.put('/pricing_units/credits/1', { pricing_unit: changes })
    expect(changed.body.pricing_unit).toMatchObject({ code: 'credits/1', name: 'Tokens', description: null })
    expect(changed.body.pricing_unit.short_name).toBe('CR')
    expect(await api.put('/pricing_units/x', { pricing_unit: changes })).toMatchObject(notFound('pricing_unit'))
    expect(await api.get('/pricing_units/x')).toMatchObject(notFound('pricing_unit'))
  })

  it.each([
    [
      { code: '', name: null, short_name: ' ' },
      { code: ['value_is_mandatory'], name: ['value_is_mandatory'], short_name: ['value_is_mandatory'] },
    ],
    [{ short_name: 'CRED' }, { short_name: ['value_is_too_long'] }],
    [{ description: 'x'.repeat(601) }, { description: ['value_is_too_long'] }],
  ])('is refused with %j', async (fields, details) => {
    expect(await app.api.post('/pricing_units', unit(fields))).toMatchObject(invalid(details))
    await app.api.post('/pricing_units', unit({ code: 'there' }))
    const { code: _code, ...changes } = details as Record<string, string[]>
    expect(await app.api.put('/pricing_units/there', { pricing_unit: fields })).toMatchObject(invalid(changes))
  })

  it('has a code of its own', async () => {
    const tenants = [await app.newOrganization(), await app.newOrganization()]
    for (const { api } of tenants) {
      expect((await api.post('/pricing_units', unit({ code: 'same' }))).status).toBe(200)
      const raced = await Promise.all([1, 2].map(() => api.post('/pricing_units', unit({ code: 'same' }))))
      for (const answer of raced) expect(answer).toMatchObject(invalid({ code: ['value_already_exist'] }))
    }
  })

  it('is listed by name, and searched by name and code', async () => {
    const { api } = await app.newOrganization()
    for (const [code, name] of [
      ['c', 'Tokens'],
      ['b', 'Credits'],
      ['a_%', 'Minutes'],
    ]) {
      await api.post('/pricing_units', unit({ code, name }))
    }
    const codes = async (query: string) => {
      const { body } = await api.get(`/pricing_units${query}`)
      return body.pricing_units.map((item: { code: string }) => item.code)
    }
    expect(await codes('')).toEqual(['b', 'a_%', 'c'])
    expect(await codes('?per_page=1&page=2')).toEqual(['a_%'])
    expect(await codes('?search_term=TOK')).toEqual(['c'])
    expect(await codes('?search_term=%25')).toEqual(['a_%'])
    expect((await api.get('/pricing_units?search_term=none')).body.meta.total_count).toBe(0)
  })
})
