import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { createMetric, freshCode, invalid, notFound } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { createCustomer, createWallet, grant, readWallet, transactionsOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

const put = (id: string, fields: object) => app.api.put(`/wallets/${id}`, { wallet: fields })
const text = (length: number) => 'x'.repeat(length)

describe('a wallet', () => {
  it('lives through the official client, by its id', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    const metric = await createMetric(app)
    const input = {
      external_customer_id: external_id,
      rate_amount: '1.5',
      name: 'Team Crédits #2',
      currency: 'EUR' as const,
      priority: 3,
      paid_credits: '10',
      granted_credits: '1.111',
      expiration_at: '2027-01-01T00:00:00Z',
      invoice_requires_successful_payment: false,
      paid_top_up_min_amount_cents: 100,
      paid_top_up_max_amount_cents: 100000,
      purchase_order_number: ' PO-1 ',
      transaction_name: 'First',
      transaction_metadata: [{ key: 'k', value: 'v' }],
      metadata: { team: 'a', nothing: null },
      applies_to: { fee_types: ['charge' as const], billable_metric_codes: [metric.code] },
    }
    const { data } = await app.client.wallets.createWallet({ wallet: input as never })
    const wallet = data.wallet as never as { lago_id: string }
    expect(wallet).toEqual({
      lago_id: expect.any(String),
      lago_customer_id: customerId,
      external_customer_id: external_id,
      billing_entity_code: expect.any(String),
      status: 'active',
      currency: 'EUR',
      name: 'Team Crédits #2',
      code: 'team_credits_2',
      priority: 3,
      purchase_order_number: 'PO-1',
      rate_amount: '1.5',
      credits_balance: '0.0',
      credits_ongoing_balance: '0.0',
      credits_ongoing_usage_balance: '0.0',
      balance_cents: 0,
      ongoing_balance_cents: 0,
      ongoing_usage_balance_cents: 0,
      consumed_credits: '0.0',
      created_at: '2026-01-10T12:00:00Z',
      expiration_at: '2027-01-01T00:00:00Z',
      last_balance_sync_at: null,
      last_consumed_credit_at: null,
      terminated_at: null,
      invoice_requires_successful_payment: false,
      paid_top_up_min_amount_cents: 100,
      paid_top_up_max_amount_cents: 100000,
      payment_method: { payment_method_id: null, payment_method_type: 'provider' },
      metadata: { team: 'a', nothing: null },
      recurring_transaction_rules: [],
      applies_to: { fee_types: ['charge'], billable_metric_codes: [metric.code] },
      applied_invoice_custom_sections: [],
    })
    await app.settle()
    const [purchase, granted] = await transactionsOf(app, wallet.lago_id).then(list =>
      list.toSorted((a: { status: string }, b: { status: string }) => a.status.localeCompare(b.status)),
    )
    const shared = { name: 'First', metadata: [{ key: 'k', value: 'v' }], source: 'manual', priority: 50 }
    expect(purchase).toMatchObject({ ...shared, status: 'pending', amount: '15.0', purchase_order_number: 'PO-1' })
    expect(granted).toMatchObject({ ...shared, status: 'settled', amount: '1.67', credit_amount: '1.11333' })
    const { data: read } = await app.client.wallets.findWallet(wallet.lago_id)
    expect(read.wallet).toMatchObject({ balance_cents: 167, credits_balance: '1.11333' })

    const { data: updated } = await app.client.wallets.updateWallet(wallet.lago_id, {
      wallet: { name: 'Main', expiration_at: null, priority: 9, applies_to: { fee_types: ['subscription'] } } as never,
    })
    expect(updated.wallet).toMatchObject({
      name: 'Main',
      code: 'team_credits_2',
      expiration_at: null,
      priority: 9,
      applies_to: { fee_types: ['subscription'], billable_metric_codes: [] },
    })
    const { wallets } = app.client
    const replaced = await wallets.replaceWalletMetadata(wallet.lago_id, { metadata: { a: '1' } } as never)
    const merged = await wallets.mergeWalletMetadata(wallet.lago_id, { metadata: { b: '2' } } as never)
    const oneLess = await wallets.deleteWalletMetadataKey(wallet.lago_id, 'a')
    const none = await wallets.deleteAllWalletMetadata(wallet.lago_id)
    expect([replaced.data, merged.data, oneLess.data, none.data].map(answer => answer.metadata)).toEqual([
      { a: '1' },
      { a: '1', b: '2' },
      { b: '2' },
      null,
    ])
    expect((await wallets.findAllWallets({ external_customer_id: external_id })).data.wallets).toHaveLength(1)
    const { data: ended } = await wallets.destroyWallet(wallet.lago_id)
    expect(ended.wallet).toMatchObject({
      status: 'terminated',
      terminated_at: '2026-01-10T12:00:00.000Z',
      balance_cents: 167,
    })
    expect((await app.api.delete(`/wallets/${wallet.lago_id}`)).body.wallet).toEqual(ended.wallet)
  })

  it('lives through the official client, by its code below its customer', async () => {
    const { external_id } = await createCustomer(app)
    const { customers } = app.client
    const { data } = await customers.createCustomerWallet(external_id, {
      wallet: { rate_amount: '2', name: 'Main', currency: 'EUR' } as never,
    })
    expect(data.wallet).toMatchObject({ code: 'main', external_customer_id: external_id })
    await customers.updateCustomerWallet(external_id, 'main', { wallet: { name: 'Renamed' } as never })
    await customers.replaceCustomerWalletMetadata(external_id, 'main', { metadata: { a: '1', c: '3' } } as never)
    await customers.mergeCustomerWalletMetadata(external_id, 'main', { metadata: { b: '2' } } as never)
    await customers.deleteCustomerWalletMetadataKey(external_id, 'main', 'a')
    const { data: read } = await customers.findCustomerWallet(external_id, 'main')
    expect(read.wallet).toMatchObject({ name: 'Renamed', metadata: { b: '2', c: '3' } })
    await customers.deleteAllCustomerWalletMetadata(external_id, 'main')
    await customers.destroyCustomerWallet(external_id, 'main')
    // A terminated wallet is found by its code until an active one has it.
    expect((await customers.findCustomerWallet(external_id, 'main')).data.wallet).toMatchObject({
      status: 'terminated',
    })
    const again = await createWallet(app, { external_customer_id: external_id, code: 'main' })
    expect((await customers.findCustomerWallet(external_id, 'main')).data.wallet).toMatchObject({
      lago_id: again.lago_id,
    })
    expect((await customers.findAllCustomerWallets(external_id)).data.wallets).toHaveLength(2)
  })

  it('tells of its creation, changes and end', async () => {
    const { external_id } = await createCustomer(app)
    const received = await receivedWebhooks(app, async () => {
      const { lago_id } = await createWallet(app, {
        external_customer_id: external_id,
        recurring_transaction_rules: [{ trigger: 'interval', interval: 'monthly', paid_credits: '1' }],
      })
      await put(lago_id, { name: 'New' })
      await app.api.post(`/wallets/${lago_id}/metadata`, { metadata: { a: '1' } })
      await grant(app, lago_id, '10')
      await app.api.delete(`/wallets/${lago_id}`)
    })
    const told = received.map(message => [
      message.webhook_type,
      message.wallet?.recurring_transaction_rules.length ?? message.wallet_transaction.wallet.balance_cents,
    ])
    expect(told.toSorted()).toEqual([
      ['wallet.created', expect.any(Number)],
      ['wallet.terminated', 0],
      ['wallet.updated', expect.any(Number)],
      ['wallet.updated', expect.any(Number)],
      ['wallet.updated', expect.any(Number)],
      ['wallet_transaction.created', 1000],
    ])
    expect(received.find(message => message.wallet !== undefined).wallet).not.toHaveProperty('applies_to')
  })
})

describe('the code of a wallet', () => {
  it.each([
    ['Team Crédits #2', 'team_credits_2'],
    ['--a b--', '--a_b--'],
    ['***', 'default'],
    [undefined, 'default'],
  ])('is made from the name %s: %s', async (name, code) => {
    expect(await createWallet(app, { name })).toMatchObject({ code })
  })

  it('is another one when an active wallet of the customer has it', async () => {
    const { external_customer_id } = await createWallet(app, { name: 'Main' })
    expect(await createWallet(app, { external_customer_id, name: 'Main' })).toMatchObject({ code: 'main_1768046400' })
  })
})

describe('a new wallet is refused', () => {
  const rule = { trigger: 'interval', interval: 'monthly' }
  const ruleProblem = { recurring_transaction_rules: ['invalid_recurring_rule'] }

  it.each([
    [{ paid_credits: 10 }, { paid_credits: ['invalid_paid_credits', 'invalid_amount'] }],
    [{ paid_credits: '-1' }, { paid_credits: ['invalid_paid_credits', 'invalid_amount'] }],
    [{ granted_credits: 'ten' }, { granted_credits: ['invalid_granted_credits', 'invalid_amount'] }],
    [{ granted_credits: '1e40' }, { granted_credits: ['invalid_granted_credits', 'invalid_amount'] }],
    [{ expiration_at: 'soon' }, { expiration_at: ['invalid_date'] }],
    [{ expiration_at: '2026-01-10T12:00:00Z' }, { expiration_at: ['invalid_date'] }],
    [
      { recurring_transaction_rules: [rule, rule] },
      { recurring_transaction_rules: ['invalid_number_of_recurring_rules'] },
    ],
    [{ recurring_transaction_rules: [{ trigger: 'interval', interval: 'daily' }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ trigger: 'now' }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ trigger: 'threshold' }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ trigger: 'threshold', threshold_credits: 10 }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ ...rule, method: 'target' }] }, ruleProblem],
    [
      {
        recurring_transaction_rules: [
          { trigger: 'threshold', threshold_credits: '20', method: 'target', target_ongoing_balance: '19' },
        ],
      },
      ruleProblem,
    ],
    [{ recurring_transaction_rules: [{ ...rule, paid_credits: '10', granted_credits: 3 }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ ...rule, granted_credits: '-3' }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ ...rule, transaction_metadata: [{ key: 'k' }] }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ ...rule, expiration_at: '2026-01-01T00:00:00Z' }] }, ruleProblem],
    [{ recurring_transaction_rules: [{ ...rule, grants_target_top_up: true }] }, ruleProblem],
    [
      { paid_top_up_min_amount_cents: 1001, recurring_transaction_rules: [{ ...rule, paid_credits: '10' }] },
      ruleProblem,
    ],
    [{ transaction_metadata: {} }, { metadata: ['invalid_type'] }],
    [{ transaction_metadata: Array(6).fill({ key: 'k', value: 'v' }) }, { metadata: ['too_many_keys'] }],
    [{ applies_to: { fee_types: ['taxes'] } }, { applies_to: ['invalid_limitations'] }],
    [{ applies_to: { billable_metric_codes: ['unknown'] } }, { applies_to: ['invalid_limitations'] }],
    [{ payment_method: { payment_method_type: 'card' } }, { payment_method: ['invalid_payment_method'] }],
    [{ external_customer_id: 'nobody' }, { customer: ['customer_not_found'] }],
    [
      { external_customer_id: 'nobody', paid_credits: '', expiration_at: 'soon' },
      {
        customer: ['customer_not_found'],
        paid_credits: ['invalid_paid_credits', 'invalid_amount'],
        expiration_at: ['invalid_date'],
      },
    ],
    // Once the request by itself is fine, the wallet is looked at.
    [{ rate_amount: null }, { rate_amount: ['is not a number'] }],
    [
      { rate_amount: '0', priority: 51 },
      { rate_amount: ['value_is_out_of_range'], priority: ['value_is_invalid'] },
    ],
    [{ currency: 'XXX' }, { currency: ['value_is_invalid'] }],
    [{ paid_top_up_min_amount_cents: 0 }, { paid_top_up_min_amount_cents: ['value_is_out_of_range'] }],
    [
      { paid_top_up_min_amount_cents: 10, paid_top_up_max_amount_cents: 9 },
      { paid_top_up_max_amount_cents: ['must_be_greater_than_or_equal_min'] },
    ],
    [{ purchase_order_number: text(256) }, { purchase_order_number: ['value_is_too_long'] }],
    [{ transaction_name: text(256) }, { transaction_name: ['value_is_too_long'] }],
    [{ transaction_priority: 0 }, { transaction_priority: ['value_is_invalid'] }],
    [{ metadata: { a: 1 } }, { value: ["value for key 'a' must be empty or a String up to 255 characters"] }],
    // Then its first credits.
    [{ paid_credits: '0.004' }, { paid_credits: ['amount_rounds_to_zero'] }],
    [{ granted_credits: '3', rate_amount: '0.0012' }, { granted_credits: ['amount_rounds_to_zero'] }],
    [{ paid_credits: '9.99', paid_top_up_min_amount_cents: 1000 }, { paid_credits: ['amount_below_minimum'] }],
    [{ paid_credits: '10.01', paid_top_up_max_amount_cents: 1000 }, { paid_credits: ['amount_above_maximum'] }],
  ])('%j', async (fields, details) => {
    const { external_id } = await createCustomer(app)
    const wallet = { external_customer_id: external_id, rate_amount: '1', currency: 'EUR', ...fields }
    expect(await app.api.post('/wallets', { wallet })).toMatchObject(invalid(details))
    expect((await app.api.get(`/wallets?external_customer_id=${external_id}`)).body.wallets).toEqual([])
  })

  it('where nothing of it is told, where its customer or billing entity is unknown, and where a code is taken', async () => {
    const { external_customer_id } = await createWallet(app, { code: 'taken' })
    const wallet = { external_customer_id, rate_amount: '1', code: 'taken' }
    const path = `/customers/${external_customer_id}/wallets`
    const answers = await Promise.all([
      app.api.post('/wallets', {}),
      app.api.post('/customers/nobody/wallets', { wallet }),
      app.api.post('/wallets', { wallet: { ...wallet, billing_entity_code: 'none' } }),
      app.api.post(path, { wallet: { ...wallet, external_customer_id: 'nobody' } }),
    ])
    expect(answers).toMatchObject([
      { status: 400 },
      notFound('customer'),
      notFound('billing_entity'),
      invalid({ code: ['value_already_exist'] }),
    ])
  })

  it('where the customer has six active ones', async () => {
    const { external_id } = await createCustomer(app)
    const wallets = []
    for (let n = 0; n < 6; n += 1)
      wallets.push(await createWallet(app, { external_customer_id: external_id, code: `w${n}` }))
    const seventh = { external_customer_id: external_id, rate_amount: '1' }
    expect(await app.api.post('/wallets', { wallet: seventh })).toMatchObject(
      invalid({ customer: ['wallet_limit_reached'] }),
    )
    await app.api.delete(`/wallets/${wallets[0].lago_id}`)
    expect(await app.api.post('/wallets', { wallet: seventh })).toMatchObject({ status: 200 })
  })
})

describe('a new wallet', () => {
  it.each([
    [{ rate_amount: '1', currency: 'USD' }, { currency: 'USD' }, 'USD'],
    [{ rate_amount: 2 }, { rate_amount: '2.0' }, null],
    [{ invoice_requires_successful_payment: '1' }, { invoice_requires_successful_payment: true }, 'USD'],
    [{ paid_credits: '1e2' }, { priority: 50 }, 'USD'],
    [
      { applies_to: null, payment_method: null, metadata: null, recurring_transaction_rules: null },
      { status: 'active' },
      'USD',
    ],
    [
      { payment_method: { payment_method_type: 'manual' } },
      { payment_method: { payment_method_type: 'manual' } },
      'USD',
    ],
    [{ paid_credits: '9', paid_top_up_min_amount_cents: 1000, ignore_paid_top_up_limits_on_creation: true }, {}, 'USD'],
  ])('takes %j', async (fields, expected, currency) => {
    const { external_id } = await createCustomer(app, { currency: null })
    const wallet = { external_customer_id: external_id, rate_amount: '1', currency: 'USD', ...fields }
    expect((await app.api.post('/wallets', { wallet })).body.wallet).toMatchObject(expected)
    if (currency !== null) expect((await app.api.get(`/customers/${external_id}`)).body.customer.currency).toBe('USD')
  })
})

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
