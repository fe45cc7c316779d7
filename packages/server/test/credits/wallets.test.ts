import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetric, invalid, notFound } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { createCustomer, createWallet, grant, transactionsOf } from './support.ts'

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
