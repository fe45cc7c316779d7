import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { invalid, notFound } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createCustomer, createWallet, grant, readWallet, transact, transactionsOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

describe('transactions', () => {
  it('are made and read through the official client', async () => {
    const { lago_id } = await createWallet(app, { purchase_order_number: 'PO' })
    await grant(app, lago_id, '1.5', { priority: 50, name: 'Earlier' })
    const { walletTransactions, wallets } = app.client
    const { data } = await walletTransactions.createWalletTransaction({
      wallet_transaction: {
        wallet_id: lago_id,
        paid_credits: '5',
        granted_credits: '7.123456789',
        voided_credits: '1.5',
        name: 'Gift',
        priority: 10,
        metadata: [{ key: 'k', value: 'v' }],
      } as never,
    })
    const made = data.wallet_transactions as never as Record<string, unknown>[]
    const shared = {
      lago_id: expect.any(String),
      lago_wallet_id: lago_id,
      lago_invoice_id: null,
      lago_credit_note_id: null,
      lago_voided_invoice_id: null,
      billing_entity_code: expect.any(String),
      source: 'manual',
      priority: 10,
      purchase_order_number: 'PO',
      failed_at: null,
      created_at: '2026-01-10T12:00:00Z',
      invoice_requires_successful_payment: false,
      metadata: [{ key: 'k', value: 'v' }],
      name: 'Gift',
      payment_method: { payment_method_id: null, payment_method_type: 'provider' },
    }
    const settled = { ...shared, status: 'settled', settled_at: '2026-01-10T12:00:00Z' }
    expect(made).toEqual([
      {
        ...shared,
        status: 'pending',
        transaction_status: 'purchased',
        transaction_type: 'inbound',
        amount: '5.0',
        credit_amount: '5.0',
        remaining_amount_cents: null,
        remaining_credit_amount: null,
        settled_at: null,
      },
      {
        ...settled,
        transaction_status: 'granted',
        transaction_type: 'inbound',
        amount: '7.12',
        credit_amount: '7.12',
        remaining_amount_cents: 712,
        remaining_credit_amount: '7.12',
      },
      {
        ...settled,
        transaction_status: 'voided',
        transaction_type: 'outbound',
        amount: '1.5',
        credit_amount: '1.5',
        remaining_amount_cents: null,
        remaining_credit_amount: null,
      },
    ])
    const [purchase, granted, voided] = made.map(one => String(one.lago_id))
    await app.settle()
    const { data: read } = await walletTransactions.findWalletTransaction(purchase ?? '')
    expect(read).toMatchObject({
      wallet_transaction: { lago_invoice_id: expect.any(String), applied_invoice_custom_sections: [] },
    })
    const { data: listed } = await wallets.findAllWalletTransactions(lago_id, { transaction_status: 'granted' })
    expect(listed.wallet_transactions).toContainEqual(
      expect.objectContaining({ lago_id: granted, remaining_amount_cents: 562 }),
    )
    const { data: used } = await walletTransactions.findAllWalletTransactionConsumptions(granted ?? '')
    const { data: paid } = await walletTransactions.findAllWalletTransactionFundings(voided ?? '')
    const link = {
      lago_id: expect.any(String),
      amount_cents: 150,
      credit_amount: '1.5',
      created_at: '2026-01-10T12:00:00Z',
    }
    expect(used.wallet_transaction_consumptions).toEqual([{ ...link, wallet_transaction: made[2] }])
    expect(paid.wallet_transaction_fundings).toMatchObject([{ ...link, wallet_transaction: { lago_id: granted } }])
    expect(used.meta).toMatchObject({ total_count: 1 })
    const wrong = invalid({ transaction_type: ['invalid_transaction_type'] })
    expect(await app.api.get(`/wallet_transactions/${voided}/consumptions`)).toMatchObject(wrong)
    expect(await app.api.get(`/wallet_transactions/${granted}/fundings`)).toMatchObject(wrong)
    for (const path of ['', '/consumptions', '/fundings']) {
      expect(await app.api.get(`/wallet_transactions/${newId()}${path}`)).toMatchObject(notFound('wallet_transaction'))
    }
    expect(await app.api.get(`/wallets/${newId()}/wallet_transactions`)).toMatchObject(notFound('wallet'))
  })

  it('keep the billing entity that their wallet named when they were made', async () => {
    for (const code of ['north', 'south']) {
      await app.api.post('/billing_entities', { billing_entity: { code, name: code } })
    }
    const { lago_id } = await createWallet(app, { billing_entity_code: 'north' })
    await grant(app, lago_id, '1')
    await app.api.put(`/wallets/${lago_id}`, { wallet: { billing_entity_code: 'south' } })
    await grant(app, lago_id, '2')
    const made = await transactionsOf(app, lago_id)
    const issuers = made.map((one: Record<string, unknown>) => [one.amount, one.billing_entity_code])
    expect(Object.fromEntries(issuers)).toEqual({ '1.0': 'north', '2.0': 'south' })
  })

  it('are filtered by what they are and by their metadata', async () => {
    const { lago_id } = await createWallet(app)
    await grant(app, lago_id, '1', {
      name: 'a',
      metadata: [
        { key: 'team', value: 'x' },
        { key: 'of', value: 'y' },
      ],
    })
    await grant(app, lago_id, '2', { name: 'b', metadata: [{ key: 'team', value: 'x' }] })
    await transact(app, lago_id, { voided_credits: '1', name: 'c' })
    const names = async (query: string) =>
      (await transactionsOf(app, lago_id, query)).map((one: { name: string }) => one.name).toSorted()
    expect(await names('transaction_type=inbound')).toEqual(['a', 'b'])
    expect(await names('transaction_status=voided&status=settled')).toEqual(['c'])
    expect(await names('transaction_type=sideways&status=pending')).toEqual([])
    expect(await names('transaction_type=sideways')).toEqual(['a', 'b', 'c'])
    expect(await names('metadata[team]=x')).toEqual(['a', 'b'])
    expect(await names('metadata[team]=x&metadata[of]=y')).toEqual(['a'])
    expect(await names('metadata[team]=&metadata=x')).toEqual(['a', 'b', 'c'])
  })

  const pair = { key: 'k', value: 'v' }
  const amount = (field: string) => ({ [field]: [`invalid_${field}`, 'invalid_amount'] })

  it.each([
    [{ paid_credits: 10 }, amount('paid_credits')],
    [
      { paid_credits: '-0.1', granted_credits: '1e26', voided_credits: 'x' },
      { ...amount('paid_credits'), ...amount('granted_credits'), ...amount('voided_credits') },
    ],
    [{ paid_credits: '0.004' }, { paid_credits: ['amount_rounds_to_zero'] }],
    [{ granted_credits: '0.004' }, { granted_credits: ['amount_rounds_to_zero'] }],
    [{ voided_credits: '10.000001' }, { voided_credits: ['insufficient_credits'] }],
    [{ voided_transaction_id: newId() }, { voided_transaction_id: ['wallet_transaction_not_found'] }],
    [{ voided_transaction_id: 'nonsense' }, { voided_transaction_id: ['wallet_transaction_not_found'] }],
    [{ metadata: 'x' }, { metadata: ['invalid_type'] }],
    [{ metadata: Array(16).fill(pair) }, { metadata: ['too_many_keys'] }],
    [{ metadata: [{ ...pair, more: 1 }] }, { metadata: ['invalid_key_value_pair'] }],
    [{ metadata: [{ key: '', value: 'v' }] }, { metadata: ['invalid_key_value_pair'] }],
    [{ metadata: [{ key: 'k'.repeat(21), value: 'v' }] }, { metadata: ['key_too_long'] }],
    [{ metadata: [{ key: 'k', value: 'v'.repeat(101) }] }, { metadata: ['value_too_long'] }],
    [{ metadata: [{ key: 2 ** 60, value: 'v' }] }, { metadata: ['invalid_key_value_pair'] }],
    [{ metadata: [pair, { key: 'k', value: ['v'] }] }, { metadata: ['nested_structure_not_allowed'] }],
    [{ name: 5 }, { name: ['invalid_value'] }],
    [{ name: 'x'.repeat(256) }, { name: ['too_long'] }],
    [{ priority: 51 }, { priority: ['value_is_invalid'] }],
    [{ purchase_order_number: 'x'.repeat(256) }, { purchase_order_number: ['value_is_too_long'] }],
    [{ payment_method: { payment_method_id: newId() } }, { payment_method: ['invalid_payment_method'] }],
    // Then what the wallet has and lets be bought.
    [{ paid_credits: '4.99' }, { paid_credits: ['amount_below_minimum'] }],
    [{ paid_credits: '20.01' }, { paid_credits: ['amount_above_maximum'] }],
  ])('are refused: %j', async (fields, details) => {
    const { lago_id } = await createWallet(app, {
      paid_top_up_min_amount_cents: 500,
      paid_top_up_max_amount_cents: 2000,
    })
    await grant(app, lago_id, '10')
    const answer = await transact(app, lago_id, { granted_credits: '3', ...fields })
    expect(answer).toMatchObject(invalid(details as Record<string, string[]>))
    expect(await readWallet(app, lago_id)).toMatchObject({ balance_cents: 1000, credits_balance: '10.0' })
    expect(await transactionsOf(app, lago_id)).toHaveLength(1)
  })

  it('are refused for wallets that are unknown, ended or of others', async () => {
    const { lago_id } = await createWallet(app)
    const stranger = await app.newOrganization()
    const unknown = invalid({ wallet_id: ['wallet_not_found'] })
    expect(await transact(stranger, lago_id, { granted_credits: '1' })).toMatchObject(unknown)
    expect(await transact(app, 'nonsense', { granted_credits: 1 })).toMatchObject(
      invalid({ granted_credits: ['invalid_granted_credits', 'invalid_amount'], wallet_id: ['wallet_not_found'] }),
    )
    await app.api.delete(`/wallets/${lago_id}`)
    expect(await transact(app, lago_id, { granted_credits: '1' })).toMatchObject(
      invalid({ wallet_id: ['wallet_is_terminated'] }),
    )
    expect(await app.api.post('/wallet_transactions', {})).toMatchObject({ status: 400 })
  })

  it.each([
    [{}],
    [{ paid_credits: '0', granted_credits: '0' }],
    [{ voided_credits: '0' }],
    [{ paid_credits: null, name: 'x' }],
  ])('are none for %j', async fields => {
    const { lago_id } = await createWallet(app)
    expect((await transact(app, lago_id, fields)).body).toEqual({ wallet_transactions: [] })
  })

  it.each([
    ['10', '1', 'EUR', '10.0', '10.0', 1000],
    ['1.111', '1.5', 'EUR', '1.67', '1.11333', 167],
    ['33', '0.07', 'EUR', '2.31', '33.0', 231],
    ['0.33333', '3', 'EUR', '1.0', '0.33333', 100],
    ['0.005', '1', 'EUR', '0.01', '0.01', 1],
    ['2.5', '25', 'JPY', '63.0', '2.52', 63],
    ['12.34567', '0.1', 'KWD', '1.235', '12.35', 1235],
  ])('%s credits at %s %s are %s for %s credits', async (credits, rate, currency, money, counted, cents) => {
    const { external_id } = await createCustomer(app, { currency: null })
    const { lago_id } = await createWallet(app, { external_customer_id: external_id, rate_amount: rate, currency })
    expect(await grant(app, lago_id, credits)).toMatchObject({ amount: money, credit_amount: counted })
    expect(await readWallet(app, lago_id)).toMatchObject({
      balance_cents: cents,
      credits_balance: counted,
      last_balance_sync_at: '2026-01-10T12:00:00Z',
      last_consumed_credit_at: null,
    })
  })
})

describe('a void', () => {
  it('takes credits by priority, granted ones first, then the oldest', async () => {
    const { lago_id } = await createWallet(app)
    const made: string[] = []
    for (const [credits, priority] of [
      ['3', 50],
      ['15', 50],
      ['7', 10],
    ] as const) {
      made.push((await grant(app, lago_id, credits, { priority })).lago_id)
    }
    const { body } = await transact(app, lago_id, { voided_credits: '12' })
    const [voided] = body.wallet_transactions
    const fundings = (await app.api.get(`/wallet_transactions/${voided.lago_id}/fundings`)).body
      .wallet_transaction_fundings
    const taken = fundings.map((one: { amount_cents: number; wallet_transaction: { lago_id: string } }) => [
      made.indexOf(one.wallet_transaction.lago_id),
      one.amount_cents,
    ])
    expect(taken.toSorted()).toEqual([
      [0, 300],
      [1, 200],
      [2, 700],
    ])
    expect(await readWallet(app, lago_id)).toMatchObject({
      balance_cents: 1300,
      consumed_credits: '12.0',
      last_consumed_credit_at: '2026-01-10T12:00:00Z',
    })
  })

  it('takes from one transaction what is asked, or all that is left of it', async () => {
    const { lago_id } = await createWallet(app, { rate_amount: '0.9' })
    const { lago_id: first } = await grant(app, lago_id, '10')
    await grant(app, lago_id, '10')
    const rest = (await transact(app, lago_id, { voided_credits: '3.33789', voided_transaction_id: first })).body
    expect(rest.wallet_transactions).toMatchObject([{ amount: '3.0', credit_amount: '3.33789' }])
    const tooMuch = await transact(app, lago_id, { voided_credits: '6.7', voided_transaction_id: first })
    expect(tooMuch).toMatchObject(invalid({ amount_cents: ['exceeds_remaining_transaction_amount'] }))
    const all = (await transact(app, lago_id, { voided_transaction_id: first })).body
    expect(all.wallet_transactions).toMatchObject([{ amount: '6.0', credit_amount: '6.66667' }])
    expect(await transact(app, lago_id, { voided_transaction_id: first })).toMatchObject(
      invalid({ voided_transaction_id: ['no_remaining_amount'] }),
    )
    expect(await readWallet(app, lago_id)).toMatchObject({ balance_cents: 900, credits_balance: '9.99544' })
    // Credits and money have drifted apart: there is less money than the credits say.
    expect(await transact(app, lago_id, { voided_transaction_id: ' ', voided_credits: '9.99' })).toMatchObject({
      status: 200,
    })
  })

  it('cannot take more money than is left', async () => {
    const { lago_id } = await createWallet(app)
    await grant(app, lago_id, '1')
    for (let n = 0; n < 3; n += 1) await transact(app, lago_id, { voided_credits: '0.005' })
    expect(await readWallet(app, lago_id)).toMatchObject({ balance_cents: 97, credits_balance: '0.985' })
    expect(await transact(app, lago_id, { voided_credits: '0.985' })).toMatchObject(
      invalid({ amount_cents: ['exceeds_available_amount'] }),
    )
  })
})
