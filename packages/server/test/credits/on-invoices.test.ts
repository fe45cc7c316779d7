import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as credits from '../../src/credits/index.ts'
import { type Ctx, transaction } from '../../src/platform/context.ts'
import { newId } from '../../src/platform/ids.ts'
import { createMetric } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { insertInvoice, insertInvoices, locked, NOTHING, payable } from './invoice-support.ts'
import { createCustomer, createWallet, grant, readWallet, transact, transactionsOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

describe('prepaid credits', () => {
  it('pay for what their wallets may, and come back as granted ones', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    const metric = await createMetric(app)
    const wallet = async (code: string, priority: number, amount: string, applies_to: object) => {
      const made = await createWallet(app, { external_customer_id: external_id, code, priority, applies_to })
      await grant(app, made.lago_id, amount)
      return made.lago_id as string
    }
    const ids = [
      await wallet('w1', 1, '20', { billable_metric_codes: [metric.code] }),
      await wallet('w2', 2, '50', { fee_types: ['charge'] }),
      await wallet('w3', 3, '30', {}),
    ]
    await createWallet(app, { external_customer_id: external_id, code: 'empty', priority: 1 })
    const invoiceId = await insertInvoice(app, customerId)
    const invoice = {
      invoiceId,
      customerId,
      currency: 'EUR',
      totalCents: 8157n,
      fees: [
        payable('subscription', null, 4000n, '800'),
        payable('charge', metric.lago_id, 2505n, '501.08'),
        payable('charge', newId(), 333n, '18.304'),
      ],
    }
    const received = await receivedWebhooks(app, async () => {
      const paid = await locked(app, customerId, tx => credits.applyPrepaidCredits(tx, invoice))
      expect(paid).toEqual({ amountCents: 6357n, grantedAmountCents: 6357n, purchasedAmountCents: null })
    })
    const types = received.map(message => message.webhook_type)
    expect(types.filter(type => type !== 'wallet.depleted_ongoing_balance').toSorted()).toEqual([
      ...Array(3).fill('wallet.updated'),
      ...Array(3).fill('wallet_transaction.created'),
    ])
    const balances = async () => Promise.all(ids.map(async id => (await readWallet(app, id)).balance_cents))
    expect(await balances()).toEqual([0, 3643, 0])
    await expect(locked(app, customerId, tx => credits.applyPrepaidCredits(tx, invoice))).rejects.toThrow()

    await app.api.delete(`/wallets/${ids[2]}`)
    await locked(app, customerId, tx => credits.recreditWallets(tx, invoiceId))
    await locked(app, customerId, tx => credits.recreditWallets(tx, invoiceId))
    expect(await balances()).toEqual([2000, 5000, 0])
    expect(await readWallet(app, ids[0] ?? '')).toMatchObject({ consumed_credits: '0.0', credits_balance: '20.0' })
    const back = await transactionsOf(app, ids[0] ?? '', 'transaction_status=granted')
    expect(back).toContainEqual(
      expect.objectContaining({ lago_voided_invoice_id: invoiceId, amount: '20.0', priority: 50 }),
    )
  })

  it('say how much was granted and how much bought', async () => {
    const { lago_id, lago_customer_id: customerId } = await createWallet(app)
    await grant(app, lago_id, '3')
    await grant(app, lago_id, '15')
    const bought = (await transact(app, lago_id, { paid_credits: '40' })).body.wallet_transactions[0].lago_id
    const urgent = (await transact(app, lago_id, { paid_credits: '7', priority: 10 })).body.wallet_transactions[0]
      .lago_id
    for (const id of [bought, urgent]) await credits.settlePurchase(app.ctx, id)
    const pay = async (totalCents: bigint) => {
      const invoiceId = await insertInvoice(app, customerId)
      const fees = [payable('subscription', null, totalCents)]
      return locked(app, customerId, tx =>
        credits.applyPrepaidCredits(tx, { invoiceId, customerId, currency: 'EUR', totalCents, fees }),
      )
    }
    expect(await pay(3000n)).toEqual({ amountCents: 3000n, grantedAmountCents: 1800n, purchasedAmountCents: 1200n })
    expect(await pay(2600n)).toEqual({ amountCents: 2600n, grantedAmountCents: null, purchasedAmountCents: 2600n })
    expect(await pay(2600n)).toEqual({
      amountCents: 900n,
      grantedAmountCents: null,
      purchasedAmountCents: 900n,
    })
  })

  it('are exact when 1,000 invoices use one wallet at the same time', async () => {
    const { lago_id, lago_customer_id: customerId } = await createWallet(app)
    await grant(app, lago_id, '50')
    await grant(app, lago_id, '49.5')
    const invoices = await insertInvoices(app, customerId, 1000)
    const fees = [payable('charge', null, 10n)]
    const paid = await Promise.all(
      invoices.map(invoiceId =>
        locked(app, customerId, tx =>
          credits.applyPrepaidCredits(tx, { invoiceId, customerId, currency: 'EUR', totalCents: 10n, fees }),
        ),
      ),
    )
    expect(paid.reduce((sum, { amountCents }) => sum + amountCents, 0n)).toBe(9950n)
    expect(paid.filter(({ amountCents }) => amountCents === 0n)).toHaveLength(5)
    expect(await readWallet(app, lago_id)).toMatchObject({
      balance_cents: 0,
      credits_balance: '0.0',
      consumed_credits: '99.5',
    })
    expect(await remainingOf(lago_id)).toEqual({ remaining: 0n, ledger: 0n, entries: 997n })
  }, 240_000)

  it('a purchase that a credit note gives back is taken out of what is left of it', async () => {
    const { lago_id, lago_customer_id: customerId } = await createWallet(app, { rate_amount: '2' })
    const purchase = (await transact(app, lago_id, { paid_credits: '50' })).body.wallet_transactions[0].lago_id
    await credits.settlePurchase(app.ctx, purchase)
    const fees = [payable('charge', null, 3700n)]
    const invoiceId = await insertInvoice(app, customerId)
    await locked(app, customerId, tx =>
      credits.applyPrepaidCredits(tx, { invoiceId, customerId, currency: 'EUR', totalCents: 3700n, fees }),
    )
    const note = await insertCreditNote(customerId, 0n)
    const back = (amountCents: bigint) =>
      transaction(app.ctx, tx => credits.voidPurchase(tx, { transactionId: purchase, amountCents, creditNoteId: note }))
    await expect(back(6301n)).rejects.toThrow('higher_than_wallet_balance')
    expect(await back(6300n)).toMatchObject({
      credit_amount: '31.50000',
      credit_note_id: note,
      transaction_status: 'voided',
    })
    expect(await readWallet(app, lago_id)).toMatchObject({ balance_cents: 0 })
  })
})

async function remainingOf(walletId: string) {
  const { rows } = await app.ctx.pool.query(
    `select
       (select coalesce(sum(remaining_amount_cents), 0)::bigint from wallet_transactions where wallet_id = $1 and status = 'settled') as remaining,
       (select balance_cents from ledger_accounts where wallet_id = $1 and kind = 'balance') as ledger,
       (select entries_count from ledger_accounts where wallet_id = $1 and kind = 'balance') as entries`,
    [walletId],
  )
  return rows[0]
}

/** A finalized credit note whose balance is entered. */
async function insertCreditNote(
  customerId: string,
  amountCents: bigint,
  createdAt = '2026-01-10T12:00:00Z',
): Promise<string> {
  const id = newId()
  const invoiceId = await insertInvoice(app, customerId)
  await transaction(app.ctx, async tx => {
    await tx.db
      .insertInto('credit_notes')
      .values({
        id,
        organization_id: app.organizationId,
        customer_id: customerId,
        invoice_id: invoiceId,
        sequential_id: 1,
        number: `CN-${id}`,
        status: 'finalized',
        issuing_date: '2026-01-10',
        total_amount_currency: 'EUR',
        total_amount_cents: amountCents,
        credit_amount_cents: amountCents,
        balance_amount_cents: amountCents,
        created_at: createdAt,
        updated_at: createdAt,
      })
      .execute()
    await credits.openCreditNoteBalance(tx, { id, customerId, currency: 'EUR', amountCents })
  })
  return id
}

describe('credit notes', () => {
  it('pay for later invoices, oldest first, and get back what an invoice that closed took', async () => {
    const { lago_id: customerId } = await createCustomer(app)
    const later = await insertCreditNote(customerId, 5000n, '2026-01-10T12:00:01Z')
    const first = await insertCreditNote(customerId, 1000n)
    const invoiceId = await insertInvoice(app, customerId)
    const settled = (id: string, amountCents: bigint, taxesAmountCents: bigint) => ({
      id,
      amountCents,
      taxesAmountCents,
      preciseCouponsAmountCents: NOTHING,
    })
    const result = await locked(app, customerId, tx =>
      credits.useCreditNotes(tx, {
        invoiceId,
        customerId,
        currency: 'EUR',
        totalCents: 4656n,
        fees: [settled('p', 3000n, 600n), settled('q', 1001n, 55n)],
      }),
    )
    expect(result.credits).toEqual([
      { creditNoteId: first, amountCents: 1000n },
      { creditNoteId: later, amountCents: 3656n },
    ])
    expect([...result.preciseCreditNotesAmountCents].map(([id, share]) => [id, share.toFixed()])).toEqual([
      ['p', '3600'],
      ['q', '1056'],
    ])
    const notes = async () => {
      const rows = await app.ctx.db
        .selectFrom('credit_notes')
        .select(['balance_amount_cents', 'credit_status'])
        .where('id', 'in', [first, later])
        .orderBy('created_at')
        .execute()
      return rows.map(row => [row.balance_amount_cents, row.credit_status])
    }
    expect(await notes()).toEqual([
      [0n, 'consumed'],
      [1344n, 'available'],
    ])
    const lines = (await credits.listCreditsOfInvoices(app.ctx, [invoiceId])).get(invoiceId) ?? []
    expect(lines.map(credits.serializeCredit)).toMatchObject([
      {
        amount_cents: 1000,
        before_taxes: false,
        item: { type: 'credit_note', lago_item_id: first, code: `CN-${first}` },
      },
      { amount_cents: 3656, before_taxes: false, item: { type: 'credit_note', lago_item_id: later } },
    ])
    await locked(app, customerId, tx => credits.restoreCreditNotes(tx, invoiceId))
    expect(await notes()).toEqual([
      [1000n, 'available'],
      [5000n, 'available'],
    ])
  })

  it('are worth nothing once voided, and the database proves their balances', async () => {
    const { lago_id: customerId } = await createCustomer(app)
    const id = await insertCreditNote(customerId, 1000n)
    const voided = { balance_amount_cents: 0n, credit_status: 'voided' } as const
    const update = (tx: Ctx) => tx.db.updateTable('credit_notes').set(voided).where('id', '=', id).execute()
    await expect(transaction(app.ctx, update)).rejects.toThrow('shows a balance of 0 where its ledger has 1000')
    await transaction(app.ctx, async tx => {
      await update(tx)
      await credits.voidCreditNoteBalance(tx, { id, customerId, currency: 'EUR', amountCents: 1000n })
    })
    const invoiceId = await insertInvoice(app, customerId)
    const due = { invoiceId, customerId, currency: 'EUR', totalCents: 100n, fees: [] }
    expect((await locked(app, customerId, tx => credits.useCreditNotes(tx, due))).amountCents).toBe(0n)
  })
})

it('whatever moves, balance, what is left of transactions and ledger agree', async () => {
  const amount = fc.integer({ min: 1, max: 5000 }).map(cents => (cents / 100).toString())
  const step = fc.oneof(
    fc.record({ granted_credits: amount, priority: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ paid_credits: amount }),
    fc.record({ voided_credits: amount }),
    fc.record({ consumed: fc.bigInt({ min: 1n, max: 5000n }) }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('1', '1.5', '0.07', '3'),
      fc.array(step, { minLength: 1, maxLength: 12 }),
      async (rate, steps) => {
        const { lago_id, lago_customer_id: customerId } = await createWallet(app, { rate_amount: rate })
        for (const one of steps) {
          if ('consumed' in one) {
            const invoiceId = await insertInvoice(app, customerId)
            const fees = [payable('charge', null, one.consumed)]
            await locked(app, customerId, tx =>
              credits.applyPrepaidCredits(tx, {
                invoiceId,
                customerId,
                currency: 'EUR',
                totalCents: one.consumed,
                fees,
              }),
            )
          } else {
            const { body } = await transact(app, lago_id, one)
            for (const made of body.wallet_transactions ?? []) {
              if (made.status === 'pending') await credits.settlePurchase(app.ctx, made.lago_id)
            }
          }
          const { balance_cents } = await readWallet(app, lago_id)
          const { remaining, ledger } = await remainingOf(lago_id)
          expect([remaining, ledger ?? 0n]).toEqual([BigInt(balance_cents), BigInt(balance_cents)])
        }
      },
    ),
    { numRuns: 12 },
  )
}, 60_000)
