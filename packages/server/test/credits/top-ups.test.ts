import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockInvoiceWithCustomer, setPaymentStatus } from '../../src/invoices/index.ts'
import { transaction } from '../../src/platform/context.ts'
import { newId } from '../../src/platform/ids.ts'
import { notFound } from '../catalog/support.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { createWallet, grant, readWallet, transact, transactionsOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

/** Says what became of the payment of a top-up: by hand, or, while nobody sees its invoice, as the domain of payments does. */
async function pay(tenant: Tenant, invoiceId: string, status: 'succeeded' | 'failed'): Promise<void> {
  const { status: found } = await tenant.api.put(`/invoices/${invoiceId}`, { invoice: { payment_status: status } })
  if (found === 404) {
    // Nobody sees it yet: as a payment provider would tell of it.
    await transaction(tenant.ctx, async tx => {
      const locked = await lockInvoiceWithCustomer(tx, invoiceId)
      if (locked === undefined) throw new Error(`invoice ${invoiceId} does not exist`)
      await setPaymentStatus(tx, locked.invoice, status)
    })
  }
  await tenant.settle()
}

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
      'invoice.payment_status_updated',
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
  const { invoice: bought } = (await app.api.get(`/invoices/${purchase.lago_invoice_id}`)).body
  const listed = await app.api.get(`/wallets/${lago_id}/wallet_transactions?include[]=invoice_number`)
  expect(
    listed.body.wallet_transactions.map((one: { invoice_number: string | null }) => one.invoice_number).filter(Boolean),
  ).toEqual([bought.number])
  const at = { lago_id: expect.any(String), created_at: '2026-01-10T12:00:00Z', name: null, source: 'manual' }
  expect(body).toEqual({
    ledger_entries: [
      {
        ...at,
        kind: 'purchased',
        amount_cents: 100,
        balance_after_cents: 700,
        lago_wallet_transaction_id: purchase.lago_id,
        lago_invoice_id: purchase.lago_invoice_id,
        invoice_number: bought.number,
      },
      {
        ...at,
        kind: 'voided',
        amount_cents: -400,
        balance_after_cents: 600,
        lago_wallet_transaction_id: voided.lago_id,
        lago_invoice_id: null,
        invoice_number: null,
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
