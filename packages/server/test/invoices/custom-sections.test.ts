import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CustomSection } from '../../src/accounts/index.ts'
import { chooseSections } from '../../src/invoices/custom-sections.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { type Story, storyOf } from './billing-support.ts'

let app: TestApp
let story: Story

beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(app)
  await app.setClock('2026-06-01T00:00:00Z')
  for (const code of ['bank', 'legal', 'promo', 'thanks']) await section(code)
  await entitySections('bank')
})
afterAll(() => app.stop())

const section = async (code: string, fields: object = {}) =>
  (
    await app.api.post('/invoice_custom_sections', {
      invoice_custom_section: {
        code,
        name: code,
        display_name: code.toUpperCase(),
        details: `${code} details`,
        ...fields,
      },
    })
  ).body

async function entitySections(...codes: string[]) {
  const { billing_entities: entities } = (await app.api.get('/billing_entities')).body
  const { body } = await app.api.put(`/billing_entities/${entities[0].code}`, {
    billing_entity: { invoice_custom_section_codes: codes },
  })
  return codesOf(body.billing_entity.selected_invoice_custom_sections)
}

const codesOf = (sections: readonly { code: string }[]) => sections.map(({ code }) => code)
const selected = (owner: { applied_invoice_custom_sections: { invoice_custom_section: { code: string } }[] }) =>
  codesOf(owner.applied_invoice_custom_sections.map(applied => applied.invoice_custom_section))

describe('which sections an invoice gets', () => {
  const made = (code: string, section_type = 'manual') => ({ id: code, code, section_type }) as CustomSection
  const owners: Readonly<Record<string, string[]>> = { picky: ['p'], none: [], mute: ['m'], wallet: ['w', 'p'] }
  // customer's sections, entity's, customer skips, resources (`!` skips), named -> chosen
  const rows: [string, string, boolean, string, string, string][] = [
    ['', 'e', false, '', '', 'e'],
    ['c', 'e', false, '', '', 'c'],
    ['c', 'e', true, '', '', ''],
    ['', 'e', false, 'none', '', 'e'],
    ['c', 'e', false, 'picky', '', 'p'],
    ['c', 'e', false, 'picky none', '', 'p c'],
    ['', 'e', false, 'picky wallet', '', 'p w'],
    ['c', 'e', true, 'picky', '', 'p'],
    ['c', 'e', true, 'picky none', '', 'p'],
    ['c', 'e', true, 'none', '', ''],
    ['c', 'e', false, '!mute', '', ''],
    ['c', 'e', false, '!mute none', '', 'c'],
    ['c', 'e', false, '!mute picky', '', 'p'],
    ['c s!', 'e', false, '', '', 'c s'],
    ['s!', 'e', false, '', '', 'e s'],
    ['s!', 'e', true, '', '', ''],
    ['s!', 'e', false, 'picky', '', 'p s'],
    ['s!', 'e', false, '!mute', '', ''],
    ['c s!', 'e', false, '', 'n', 'n s'],
    ['c', 'e', true, '', 'n', 'n'],
  ]
  test.each(rows)('customer [%s], entity [%s], skips %s, of [%s], named [%s]: [%s]', (...row) => {
    const [customer, entity, skips, resources, named, expected] = row
    const split = (words: string) => words.split(' ').filter(word => word !== '')
    const sections: Record<string, CustomSection[]> = {
      customer: split(customer).map(code =>
        made(code.replace('!', ''), code.includes('!') ? 'system_generated' : 'manual'),
      ),
      entity: split(entity).map(code => made(code)),
    }
    const invoice = {
      invoiceId: 'i',
      customer: { id: 'customer', billing_entity_id: 'entity', skip_invoice_custom_sections: skips },
      resources: split(resources).map(id => ({
        id: id.replace('!', ''),
        skip_invoice_custom_sections: id.startsWith('!'),
      })),
      codes: split(named),
    }
    const chosen = chooseSections(
      invoice,
      id => sections[id] ?? (owners[id] ?? []).map(code => made(code)),
      split(named).map(code => made(code)),
    )
    expect(codesOf(chosen).join(' ')).toBe(expected)
  })
})

test('sections are made, read, changed and deleted by their codes', async () => {
  expect(await section('')).toMatchObject({ error_details: { code: ['value_is_mandatory'] } })
  expect(await section('x', { name: ' ' })).toMatchObject({ error_details: { name: ['value_is_mandatory'] } })
  expect(await section('bank')).toMatchObject({ error_details: { code: ['value_already_exist'] } })
  const { invoice_custom_section: made } = await section('a/b', { description: 'inner', details: null })
  expect(made).toEqual({
    lago_id: expect.any(String),
    code: 'a/b',
    name: 'a/b',
    display_name: 'A/B',
    description: 'inner',
    details: '',
    organization_id: app.organizationId,
    created_at: '2026-06-01T00:00:00Z',
    updated_at: '2026-06-01T00:00:00Z',
  })
  const path = '/invoice_custom_sections/a/b'
  const changed = await app.api.put(path, { invoice_custom_section: { code: 'other', name: 'B', details: 'D' } })
  expect(changed.body.invoice_custom_section).toMatchObject({
    code: 'a/b',
    name: 'B',
    details: 'D',
    description: 'inner',
  })
  expect((await app.api.put(path, { invoice_custom_section: { name: '' } })).body.error_details).toEqual({
    name: ['value_is_mandatory'],
  })
  expect((await app.api.get(path)).body.invoice_custom_section.name).toBe('B')
  const list = (await app.api.get('/invoice_custom_sections?per_page=2')).body
  expect([codesOf(list.invoice_custom_sections), list.meta.total_count]).toEqual([['a/b', 'bank'], 5])
  await story.customer('holder', { invoice_custom_section_codes: ['a/b'] })
  expect((await app.api.delete(path)).status).toBe(200)
  expect((await app.api.get('/customers/holder')).body.customer.applicable_invoice_custom_sections).toMatchObject([
    { code: 'bank' },
  ])
  expect((await app.api.get(path)).body.code).toBe('invoice_custom_section_not_found')
  await section('a/b')
  expect((await app.api.delete(path)).status).toBe(200)
})

test('billing entities and customers select sections; a customer may want none', async () => {
  expect(await entitySections('thanks', 'unknown', 'legal')).toEqual(['legal', 'thanks'])
  expect(await entitySections('bank')).toEqual(['bank'])
  const applicable = (customer: { applicable_invoice_custom_sections: { code: string }[] }) =>
    codesOf(customer.applicable_invoice_custom_sections)
  const upsert = (fields: object) => story.customer('chooser', fields)
  expect(applicable(await upsert({}))).toEqual(['bank'])
  expect(applicable(await upsert({ invoice_custom_section_codes: ['promo', 'legal', 'x'] }))).toEqual([
    'legal',
    'promo',
  ])
  const skipping = await upsert({ skip_invoice_custom_sections: true })
  expect([skipping.skip_invoice_custom_sections, applicable(skipping)]).toEqual([true, []])
  const again = await upsert({ skip_invoice_custom_sections: false })
  expect(applicable(again)).toEqual(['bank'])
  expect(applicable(await upsert({ invoice_custom_section_codes: ['promo'] }))).toEqual(['promo'])
  expect(applicable(await upsert({ invoice_custom_section_codes: [] }))).toEqual(['bank'])
})

test('a subscription selects sections when it is made, asked for again, updated, or put on another plan', async () => {
  await story.customer('sub')
  await story.plan('small', { amount_cents: 100, pay_in_advance: true })
  await story.plan('large', { amount_cents: 200, pay_in_advance: true })
  const choose = (...codes: string[]) => ({ invoice_custom_section: { invoice_custom_section_codes: codes } })
  const skip = { invoice_custom_section: { skip_invoice_custom_sections: true } }
  const made = await story.subscribe('s', 'large', 'sub', choose('promo', 'legal', 'unknown'))
  expect(selected(made)).toEqual(['legal', 'promo'])
  expect(made.applied_invoice_custom_sections[0]).toEqual({
    lago_id: expect.any(String),
    created_at: '2026-06-01T00:00:00Z',
    invoice_custom_section_id: expect.any(String),
    invoice_custom_section: expect.objectContaining({ code: 'legal', details: 'legal details' }),
  })
  expect(selected(await story.subscribe('s', 'large', 'sub'))).toEqual(['legal', 'promo'])
  expect(selected(await story.subscribe('s', 'large', 'sub', choose('thanks')))).toEqual(['thanks'])
  const { subscription } = await app.client.subscriptions
    .updateSubscription('s', { subscription: choose('legal') as never })
    .then(({ data }) => data)
  expect(selected(subscription as never)).toEqual(['legal'])
  await story.subscribe('s', 'small', 'sub', choose('promo'))
  const read = async (query = '') => (await app.api.get(`/subscriptions/s${query}`)).body.subscription
  // A cheaper plan waits for the end of the period: what runs keeps its sections.
  expect([selected(await read()), selected(await read('?status=pending'))]).toEqual([['legal'], ['promo']])
  const skipped = await app.api.put('/subscriptions/s', { subscription: skip })
  expect(selected(skipped.body.subscription)).toEqual([])
})

test('invoices keep what sections said: subscriptions, drafts, one-off, credit and progressive invoices', async () => {
  const metric = await story.metric('calls')
  const charge = { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '1' } }
  const choose = (...codes: string[]) => ({ invoice_custom_section: { invoice_custom_section_codes: codes } })
  await story.plan('paid', { amount_cents: 500, pay_in_advance: true })
  await story.plan('metered', { charges: [charge], usage_thresholds: [{ amount_cents: 1000 }] })
  await story.customer('acme', { invoice_custom_section_codes: ['legal'] })
  const messages = await receivedWebhooks(app, () => story.subscribe('p', 'paid', 'acme', choose('promo')))
  const created = messages.find(message => message.webhook_type === 'invoice.created')
  expect(created.invoice.applied_invoice_custom_sections).toEqual([
    {
      lago_id: expect.any(String),
      lago_invoice_id: created.invoice.lago_id,
      code: 'promo',
      display_name: 'PROMO',
      details: 'promo details',
      created_at: '2026-06-01T00:00:00Z',
    },
  ])
  await app.api.put('/invoice_custom_sections/promo', { invoice_custom_section: { details: 'changed' } })
  const [kept] = await story.invoices('acme')
  expect(kept.applied_invoice_custom_sections[0].details).toBe('promo details')

  await story.subscribe('m', 'metered', 'acme', choose('promo'))
  await story.send('m', 'calls', '2026-06-01T00:00:00Z 20')
  await app.api.post('/test_clock/run', { test_clock: { tasks: ['process_subscription_activity'] } })
  await app.settle()
  const progressive = (await story.invoices('acme')).find(invoice => invoice.invoice_type === 'progressive_billing')
  expect(codesOf(progressive.applied_invoice_custom_sections)).toEqual(['legal'])

  await story.addOn('setup')
  const oneOff = async (fields: object) => {
    const invoice = { external_customer_id: 'acme', currency: 'USD', fees: [{ add_on_code: 'setup' }], ...fields }
    return codesOf((await app.api.post('/invoices', { invoice })).body.invoice.applied_invoice_custom_sections)
  }
  expect(await oneOff({})).toEqual(['legal'])
  expect(await oneOff(choose('thanks', 'promo', 'x'))).toEqual(['promo', 'thanks'])
  expect(await oneOff({ invoice_custom_section: { skip_invoice_custom_sections: true } })).toEqual([])

  const { wallet } = (
    await app.api.post('/wallets', {
      wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', name: 'w', ...choose('bank') },
    })
  ).body
  expect(selected(wallet)).toEqual(['bank'])
  const topUp = async (fields: object = {}) => {
    const { body } = await app.api.post('/wallet_transactions', {
      wallet_transaction: { wallet_id: wallet.lago_id, paid_credits: '5', ...fields },
    })
    await app.settle()
    const [{ lago_id: id }] = body.wallet_transactions
    const { lago_invoice_id: invoiceId } = (await app.api.get(`/wallet_transactions/${id}`)).body.wallet_transaction
    return codesOf((await app.api.get(`/invoices/${invoiceId}`)).body.invoice.applied_invoice_custom_sections)
  }
  expect(await topUp()).toEqual(['bank'])
  expect(await topUp(choose('thanks'))).toEqual(['thanks'])
  expect(await topUp({ invoice_custom_section: { skip_invoice_custom_sections: true } })).toEqual([])
})

test('a draft asks the customer alone when it is computed again', async () => {
  await story.customer('late', { billing_configuration: { invoice_grace_period: 3 } })
  const own = { invoice_custom_section: { invoice_custom_section_codes: ['thanks'] } }
  await story.subscribe('d', 'paid', 'late', own)
  await app.settle()
  const draft = async () => (await story.invoices('late'))[0]
  expect(codesOf((await draft()).applied_invoice_custom_sections)).toEqual(['thanks'])
  await app.api.put(`/invoices/${(await draft()).lago_id}/refresh`)
  expect(codesOf((await draft()).applied_invoice_custom_sections)).toEqual(['bank'])
  await story.customer('late', { skip_invoice_custom_sections: true })
  await app.api.put(`/invoices/${(await draft()).lago_id}/finalize`)
  expect([(await draft()).status, (await draft()).applied_invoice_custom_sections]).toEqual(['finalized', []])
})
