import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emit } from '../../src/platform/domain-events.ts'
import { newId } from '../../src/platform/ids.ts'
import { invalid, notFound } from '../catalog/support.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { createCustomer, createWallet, grant, readWallet, transact, transactionsOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

/** What becomes of the invoice of a top-up, as the domain of payments says it. */
async function pay(tenant: Tenant, invoiceId: string, status: 'succeeded' | 'failed'): Promise<void> {
  await tenant.ctx.db.updateTable('invoices').set({ payment_status: status }).where('id', '=', invoiceId).execute()
  await tenant.ctx.db.transaction().execute(db => emit({ ...tenant.ctx, db }, `invoice.payment_${status}`, invoiceId))
  await tenant.settle()
}

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
    const before = await readWallet(app, lago_id)
    const answer = await transact(app, lago_id, { granted_credits: '3', ...fields })
    expect(answer).toMatchObject(invalid(details as Record<string, string[]>))
    expect(await readWallet(app, lago_id)).toEqual(before)
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

describe('a purchase', () => {
  it('asks for its money on an invoice, and credits the wallet once that is paid', async () => {
    const { lago_id, external_customer_id } = await createWallet(app, { rate_amount: '2' })
    const received = await receivedWebhooks(app, async () => {
      await transact(app, lago_id, { paid_credits: '50', name: 'Top-up', purchase_order_number: 'PO-9' })
      await app.settle()
    })
    expect(received.map(message => message.webhook_type).toSorted()).toEqual([
      'invoice.paid_credit_added',
      'wallet_transaction.created',
    ])
    const [purchase] = await transactionsOf(app, lago_id)
    const { invoice } = (await app.api.get(`/invoices/${purchase.lago_invoice_id}`)).body
    expect(invoice).toMatchObject({
      invoice_type: 'credit',
      status: 'finalized',
      payment_status: 'pending',
      issuing_date: '2026-01-10',
      purchase_order_number: 'PO-9',
      fees_amount_cents: 10000,
      taxes_amount_cents: 0,
      sub_total_excluding_taxes_amount_cents: 10000,
      sub_total_including_taxes_amount_cents: 10000,
      total_amount_cents: 10000,
      fees: [
        {
          item: {
            type: 'credit',
            code: 'credit',
            name: 'Top-up',
            item_type: 'WalletTransaction',
            lago_item_id: purchase.lago_id,
          },
          units: '50.0',
          amount_cents: 10000,
          precise_unit_amount: '2.0',
          taxes_rate: 0,
        },
      ],
    })
    expect(invoice.customer.external_id).toBe(external_customer_id)
    expect(await readWallet(app, lago_id)).toMatchObject({ balance_cents: 0 })

    const paid = await receivedWebhooks(app, () => pay(app, invoice.lago_id, 'succeeded'))
    expect(paid.map(message => message.webhook_type).toSorted()).toEqual([
      'wallet.updated',
      'wallet_transaction.updated',
    ])
    await pay(app, invoice.lago_id, 'succeeded')
    await pay(app, invoice.lago_id, 'failed')
    expect(await readWallet(app, lago_id)).toMatchObject({ balance_cents: 10000, credits_balance: '50.0' })
    expect(await transactionsOf(app, lago_id)).toMatchObject([
      {
        status: 'settled',
        settled_at: '2026-01-10T12:00:00Z',
        remaining_amount_cents: 10000,
        remaining_credit_amount: '50.0',
      },
    ])
  })

  it('that must be paid first has an open invoice, which nobody sees until it is paid', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2026-01-10T12:00:00Z')
    const { lago_id } = await createWallet(tenant, { invoice_requires_successful_payment: true })
    await transact(tenant, lago_id, { paid_credits: '5' })
    await tenant.settle()
    const [purchase] = await transactionsOf(tenant, lago_id)
    expect(purchase).toMatchObject({ invoice_requires_successful_payment: true })
    expect(await tenant.api.get(`/invoices/${purchase.lago_invoice_id}`)).toMatchObject(notFound('invoice'))
    expect((await tenant.api.get('/invoices')).body.invoices).toEqual([])

    await pay(tenant, purchase.lago_invoice_id, 'failed')
    expect(await transactionsOf(tenant, lago_id)).toMatchObject([
      { status: 'failed', failed_at: '2026-01-10T12:00:00Z' },
    ])
    // Another day, after the wallet ended, the money comes after all.
    await tenant.setClock('2026-01-12T12:00:00Z')
    await tenant.api.delete(`/wallets/${lago_id}`)
    const received = await receivedWebhooks(tenant, () => pay(tenant, purchase.lago_invoice_id, 'succeeded'))
    expect(received.map(message => message.webhook_type)).toContain('invoice.paid_credit_added')
    expect((await tenant.api.get(`/invoices/${purchase.lago_invoice_id}`)).body.invoice).toMatchObject({
      status: 'finalized',
      issuing_date: '2026-01-12',
      payment_due_date: '2026-01-12',
      sequential_id: 1,
    })
    expect(await readWallet(tenant, lago_id)).toMatchObject({ status: 'terminated', balance_cents: 500 })
    expect(await transactionsOf(tenant, lago_id)).toMatchObject([
      { status: 'settled', failed_at: '2026-01-10T12:00:00Z' },
    ])
  })

  it('brings no credits when a credit note settled its invoice', async () => {
    const { lago_id } = await createWallet(app)
    await transact(app, lago_id, { paid_credits: '5' })
    await app.settle()
    const [purchase] = await transactionsOf(app, lago_id)
    await app.ctx.db
      .insertInto('invoice_settlements')
      .values({
        id: newId(),
        organization_id: app.organizationId,
        invoice_id: purchase.lago_invoice_id,
        settlement_type: 'credit_note',
        amount_cents: 500n,
        amount_currency: 'EUR',
        created_at: '2026-01-10T12:00:00Z',
      })
      .execute()
    await pay(app, purchase.lago_invoice_id, 'succeeded')
    expect(await transactionsOf(app, lago_id)).toMatchObject([{ status: 'failed' }])
    expect(await readWallet(app, lago_id)).toMatchObject({ balance_cents: 0 })
  })
})

it('the ledger of a wallet tells its movements, latest first', async () => {
  const { lago_id } = await createWallet(app)
  await grant(app, lago_id, '10')
  await transact(app, lago_id, { voided_credits: '4' })
  await transact(app, lago_id, { paid_credits: '1' })
  await app.settle()
  const [granted, voided, purchase] = (await transactionsOf(app, lago_id)).toSorted(
    (a: { transaction_status: string }, b: { transaction_status: string }) =>
      ['granted', 'voided', 'purchased'].indexOf(a.transaction_status) -
      ['granted', 'voided', 'purchased'].indexOf(b.transaction_status),
  )
  await pay(app, purchase.lago_invoice_id, 'succeeded')
  const { body } = await app.api.get(`/wallets/${lago_id}/ledger?per_page=2`)
  const at = { lago_id: expect.any(String), created_at: '2026-01-10T12:00:00Z' }
  expect(body).toEqual({
    ledger_entries: [
      {
        ...at,
        kind: 'purchased',
        amount_cents: 100,
        balance_after_cents: 700,
        lago_wallet_transaction_id: purchase.lago_id,
      },
      {
        ...at,
        kind: 'voided',
        amount_cents: -400,
        balance_after_cents: 600,
        lago_wallet_transaction_id: voided.lago_id,
      },
    ],
    meta: { current_page: 1, next_page: 2, prev_page: null, total_pages: 2, total_count: 3 },
  })
  const next = (await app.api.get(`/wallets/${lago_id}/ledger?per_page=2&page=2`)).body.ledger_entries
  expect(next).toMatchObject([
    { kind: 'granted', balance_after_cents: 1000, lago_wallet_transaction_id: granted.lago_id },
  ])
  expect(await app.api.get(`/wallets/${newId()}/ledger`)).toMatchObject(notFound('wallet'))
  // The database refuses a balance that its ledger does not have.
  const tamper = app.ctx.db.updateTable('wallets').set({ balance_cents: 1n }).where('id', '=', lago_id).execute()
  await expect(tamper).rejects.toThrow('shows a balance of 1 where its ledger has 700')
})
