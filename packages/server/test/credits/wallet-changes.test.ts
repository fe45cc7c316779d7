import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { createMetric, freshCode, invalid, notFound } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createCustomer, createWallet, readWallet, transactionsOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

const put = (id: string, fields: object) => app.api.put(`/wallets/${id}`, { wallet: fields })
const text = (length: number) => 'x'.repeat(length)

describe('an update of a wallet', () => {
  it.each([
    [{ expiration_at: '2020-01-01' }, invalid({ expiration_at: ['invalid_date'] })],
    [
      { recurring_transaction_rules: [{ trigger: 'now' }] },
      invalid({ recurring_transaction_rules: ['invalid_recurring_rule'] }),
    ],
    [
      { applies_to: { fee_types: ['taxes'], billable_metric_codes: ['unknown'] } },
      invalid({ allowed_fee_types: ['invalid_fee_types'], billable_metrics: ['invalid_identifier'] }),
    ],
    [{ payment_method: { payment_method_id: newId() } }, invalid({ payment_method: ['invalid_payment_method'] })],
    [{ billing_entity_code: 'unknown' }, notFound('billing_entity')],
    [{ priority: 0 }, invalid({ priority: ['value_is_invalid'] })],
    [{ code: 'other' }, invalid({ code: ['value_already_exist'] })],
    [{ paid_top_up_min_amount_cents: 1001 }, invalid({ recurring_transaction_rules: ['invalid_recurring_rule'] })],
    [
      { metadata: { [text(101)]: 'a' } },
      invalid({ value: [`key '${text(101)}' must be a String up to 100 characters`] }),
    ],
  ])('is refused: %j', async (fields, refusal) => {
    const { lago_id, external_customer_id } = await createWallet(app, {
      recurring_transaction_rules: [{ trigger: 'interval', interval: 'monthly', paid_credits: '10' }],
    })
    await createWallet(app, { external_customer_id, code: 'other' })
    const before = await readWallet(app, lago_id)
    expect(await put(lago_id, fields)).toMatchObject(refusal)
    expect(await readWallet(app, lago_id)).toEqual(before)
  })

  it('changes what is given, clears what is null, and leaves what is not spoken of', async () => {
    const metric = await createMetric(app)
    const { lago_id } = await createWallet(app, {
      name: 'Main',
      purchase_order_number: 'PO',
      paid_top_up_min_amount_cents: 5,
      expiration_at: '2027-01-01T00:00:00Z',
      metadata: { a: '1' },
      applies_to: { fee_types: ['charge'], billable_metric_codes: [metric.code] },
    })
    const kept = { metadata: { a: '1' }, applies_to: { fee_types: ['charge'], billable_metric_codes: [metric.code] } }
    const rows: [object, object][] = [
      [
        { code: null, priority: null, invoice_requires_successful_payment: null, metadata: null, applies_to: null },
        kept,
      ],
      [
        { name: null, expiration_at: null },
        { name: null, expiration_at: null, ...kept },
      ],
      [
        { purchase_order_number: '', paid_top_up_min_amount_cents: null },
        { purchase_order_number: null, paid_top_up_min_amount_cents: null },
      ],
      [{ metadata: { b: '2' } }, { metadata: { b: '2' } }],
      [{ metadata: {} }, { metadata: {} }],
      [
        { rate_amount: '9', currency: 'USD', code: 'new' },
        { rate_amount: '1.0', currency: 'EUR', code: 'new' },
      ],
      [
        { applies_to: { billable_metric_codes: [] } },
        { applies_to: { fee_types: ['charge'], billable_metric_codes: [] } },
      ],
      [{ billing_entity_code: '' }, { status: 'active' }],
    ]
    for (const [fields, expected] of rows) expect((await put(lago_id, fields)).body.wallet).toMatchObject(expected)
  })

  it('is for active wallets of those who have them', async () => {
    const { lago_id } = await createWallet(app)
    await app.api.delete(`/wallets/${lago_id}`)
    const ended = invalid({ wallet_id: ['wallet_is_terminated'] })
    expect(await put(lago_id, { name: 'x' })).toMatchObject(ended)
    expect(await app.api.post(`/wallets/${lago_id}/metadata`, { metadata: { a: 'b' } })).toMatchObject(ended)
    const stranger = await app.newOrganization()
    for (const id of ['nonsense', newId()]) {
      expect(await put(id, { name: 'x' })).toMatchObject(notFound('wallet'))
      expect(await app.api.get(`/wallets/${id}`)).toMatchObject(notFound('wallet'))
      expect(await app.api.delete(`/wallets/${id}`)).toMatchObject(notFound('wallet'))
      expect(await app.api.patch(`/wallets/${id}/metadata`, { metadata: { a: 'b' } })).toMatchObject(notFound('wallet'))
    }
    expect(await stranger.api.get(`/wallets/${lago_id}`)).toMatchObject(notFound('wallet'))
  })

  it('replaces, changes and ends its rule', async () => {
    const { lago_id } = await createWallet(app, {
      paid_credits: '10',
      granted_credits: '3',
      invoice_requires_successful_payment: true,
      recurring_transaction_rules: [{ trigger: 'interval', interval: 'monthly' }],
    })
    const rules = async (list: object[]) =>
      (await put(lago_id, { recurring_transaction_rules: list })).body.wallet.recurring_transaction_rules
    const [first] = (await readWallet(app, lago_id)).recurring_transaction_rules
    expect(first).toEqual({
      lago_id: expect.any(String),
      trigger: 'interval',
      interval: 'monthly',
      method: 'fixed',
      status: 'active',
      threshold_credits: '0.0',
      target_ongoing_balance: null,
      paid_credits: '10.0',
      granted_credits: '3.0',
      grants_target_top_up: false,
      started_at: null,
      expiration_at: null,
      terminated_at: null,
      invoice_requires_successful_payment: true,
      ignore_paid_top_up_limits: false,
      transaction_metadata: [],
      transaction_name: null,
      purchase_order_number: null,
      applied_invoice_custom_sections: [],
      payment_method: { payment_method_id: null, payment_method_type: 'provider' },
      created_at: '2026-01-10T12:00:00Z',
    })
    const target = { trigger: 'threshold', threshold_credits: '20', method: 'target', target_ongoing_balance: '150' }
    const [changed] = await rules([
      { lago_id: first.lago_id, ...target, grants_target_top_up: true, paid_credits: null },
    ])
    expect(changed).toMatchObject({
      ...first,
      ...target,
      threshold_credits: '20.0',
      target_ongoing_balance: '150.0',
      grants_target_top_up: true,
      paid_credits: '0.0',
    })
    const [fixed] = await rules([
      { lago_id: first.lago_id, trigger: 'threshold', threshold_credits: '1', method: 'fixed' },
    ])
    expect(fixed).toMatchObject({ lago_id: first.lago_id, grants_target_top_up: false, method: 'fixed' })
    const [fresh] = await rules([{ lago_id: newId(), trigger: 'interval', interval: 'weekly' }])
    expect(fresh).toMatchObject({ interval: 'weekly', paid_credits: '0.0' })
    expect(fresh.lago_id).not.toBe(first.lago_id)
    const [method] = [
      await put(lago_id, {
        recurring_transaction_rules: [{ trigger: 'threshold', threshold_credits: '1', method: 'magic' }],
      }),
    ]
    expect(method).toMatchObject(invalid({ method: ['value_is_invalid'] }))
    expect(await rules([])).toEqual([])
    await put(lago_id, { recurring_transaction_rules: [{ trigger: 'interval', interval: 'weekly' }] })
    expect((await app.api.delete(`/wallets/${lago_id}`)).body.wallet.recurring_transaction_rules).toEqual([])
  })
})

describe('the metadata of a wallet', () => {
  it.each([
    [null, 'patch', {}, null],
    [null, 'patch', { a: '1' }, { a: '1' }],
    [{ a: '1' }, 'post', null, null],
    [{ a: '1' }, 'patch', null, { a: '1' }],
    [{ a: '1' }, 'put', { a: '2', b: null }, { a: '2', b: null }],
    [{ a: '1' }, 'post', { b: '2' }, { b: '2' }],
  ] as const)('%j %s %j: %j', async (before, method, given, after) => {
    const { lago_id } = await createWallet(app, { metadata: before })
    expect((await app.api[method](`/wallets/${lago_id}/metadata`, { metadata: given })).body).toEqual({
      metadata: after,
    })
  })

  it('stays where a request to replace it says nothing', async () => {
    const { lago_id } = await createWallet(app, { metadata: { a: '1' } })
    expect((await app.api.post(`/wallets/${lago_id}/metadata`, {})).body).toEqual({ metadata: { a: '1' } })
  })

  it('has no key to be removed where there is none', async () => {
    const { lago_id } = await createWallet(app)
    expect(await app.api.delete(`/wallets/${lago_id}/metadata/a`)).toMatchObject(notFound('metadata'))
    await app.api.post(`/wallets/${lago_id}/metadata`, { metadata: { a: '1' } })
    expect((await app.api.delete(`/wallets/${lago_id}/metadata/b`)).body).toEqual({ metadata: { a: '1' } })
  })
})

it('lists of wallets are filtered and paged, terminated ones included', async () => {
  const tenant = await app.newOrganization()
  await tenant.setClock('2026-01-10T12:00:00Z')
  const { external_id } = await createCustomer(tenant)
  const first = await createWallet(tenant, { external_customer_id: external_id, code: 'a' })
  await tenant.api.delete(`/wallets/${first.lago_id}`)
  await tenant.setClock('2026-01-10T13:00:00Z')
  await createWallet(tenant, { external_customer_id: external_id, code: 'b', currency: 'USD' })
  await createWallet(tenant, { external_customer_id: (await createCustomer(tenant)).external_id, code: 'c' })
  const codes = async (path: string) => {
    const { body } = await tenant.api.get(path)
    return body.wallets?.map((wallet: { code: string }) => wallet.code).toSorted() ?? body.code
  }
  const entity = first.billing_entity_code
  expect(await codes('/wallets')).toEqual(['a', 'b', 'c'])
  expect(await codes(`/wallets?external_customer_id=${external_id}`)).toEqual(['a', 'b'])
  expect(await codes(`/customers/${external_id}/wallets?currency=USD`)).toEqual(['b'])
  expect(await codes(`/wallets?billing_entity_codes[]=${entity}`)).toEqual(['a', 'b', 'c'])
  expect(await codes('/wallets?billing_entity_codes[]=none')).toBe('billing_entity_not_found')
  expect(await codes('/wallets?external_customer_id=nobody')).toBe('customer_not_found')
  const { body } = await tenant.api.get('/wallets?per_page=2&page=2')
  expect(body.wallets.map((wallet: { code: string }) => wallet.code)).toEqual(['a'])
  expect(body.meta).toMatchObject({ current_page: 2, total_pages: 2, total_count: 3 })
})

describe('time', () => {
  it('ends wallets and rules that expire, once', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-10T12:00:00Z')
    const wallet = await createWallet(tenant, { expiration_at: '2026-01-10T14:45:00Z' })
    const { lago_id } = await createWallet(tenant, {
      recurring_transaction_rules: [{ trigger: 'interval', interval: 'yearly', expiration_at: '2026-01-10T14:50:00Z' }],
    })
    await tenant.advanceTo('2026-01-10T14:44:00Z')
    expect(await readWallet(tenant, wallet.lago_id)).toMatchObject({ status: 'active' })
    await tenant.advanceTo('2026-01-10T15:00:00Z')
    expect(await readWallet(tenant, wallet.lago_id)).toMatchObject({ terminated_at: '2026-01-10T14:45:00.000Z' })
    const rule = await tenant.ctx.db
      .selectFrom('recurring_transaction_rules')
      .select(['status', 'terminated_at'])
      .where('wallet_id', '=', lago_id)
      .executeTakeFirstOrThrow()
    expect({ ...rule, terminated_at: String(rule.terminated_at) }).toEqual({
      status: 'terminated',
      terminated_at: '2026-01-10T14:50:00Z',
    })
  })

  it('ends the wallets of a customer that is deleted', async () => {
    const { lago_id, external_customer_id } = await createWallet(app)
    await app.api.delete(`/customers/${external_customer_id}`)
    await app.settle()
    expect(await readWallet(app, lago_id)).toMatchObject({ status: 'terminated', external_customer_id })
  })

  it('tops up by the calendar once a day, in the time zone of the customer', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-31T12:00:00Z')
    const { external_id } = await createCustomer(tenant, { timezone: 'America/New_York' })
    const shared = { external_customer_id: external_id, rate_amount: '1' }
    const monthly = await createWallet(tenant, {
      ...shared,
      code: freshCode('monthly'),
      paid_top_up_min_amount_cents: 2000,
      recurring_transaction_rules: [
        {
          trigger: 'interval',
          interval: 'monthly',
          paid_credits: '20',
          granted_credits: '5',
          transaction_name: 'Monthly',
          transaction_metadata: [{ key: 'by', value: 'rule' }],
        },
      ],
    })
    const target = await createWallet(tenant, {
      ...shared,
      code: freshCode('target'),
      recurring_transaction_rules: [
        {
          trigger: 'interval',
          interval: 'weekly',
          method: 'target',
          target_ongoing_balance: '7.5',
          grants_target_top_up: true,
        },
      ],
    })
    await tenant.advanceTo('2026-03-01T04:56:00Z')
    const made = await transactionsOf(tenant, monthly.lago_id, 'per_page=50')
    expect(
      made
        .map((one: Record<string, unknown>) => [
          one.transaction_status,
          one.amount,
          one.source,
          one.name,
          one.created_at,
        ])
        .toSorted(),
    ).toEqual([
      ['granted', '5.0', 'interval', 'Monthly', '2026-02-28T05:55:00Z'],
      ['purchased', '20.0', 'interval', 'Monthly', '2026-02-28T05:55:00Z'],
    ])
    expect(made[0].metadata).toEqual([{ key: 'by', value: 'rule' }])
    const grants = await transactionsOf(tenant, target.lago_id, 'transaction_status=granted')
    expect(grants[0]).toMatchObject({ amount: '7.5', created_at: '2026-02-07T05:55:00Z' })
  })
})
