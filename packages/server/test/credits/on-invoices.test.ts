import { decimal } from '@weir/engine'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as credits from '../../src/credits/index.ts'
import { lockCustomer } from '../../src/customers/index.ts'
import { type Ctx, transaction } from '../../src/platform/context.ts'
import { newId } from '../../src/platform/ids.ts'
import { createMetric, createPlan, freshCode, invalid, notFound, standardCharge } from '../catalog/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { createCustomer, createWallet, grant, readWallet, transact, transactionsOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-01-10T12:00:00Z')
})
afterAll(() => app?.stop())

/** An invoice that was finalized, of which only what credits need is told. */
async function insertInvoice(customerId: string, status = 'finalized'): Promise<string> {
  const id = newId()
  const at = '2026-01-10T12:00:00Z'
  await app.ctx.db
    .insertInto('invoices')
    .values({
      id,
      organization_id: app.organizationId,
      customer_id: customerId,
      billing_entity_id: app.organizationId,
      number: id,
      invoice_type: 'subscription',
      status,
      currency: 'EUR',
      timezone: 'UTC',
      issuing_date: '2026-01-10',
      expected_finalization_date: '2026-01-10',
      payment_due_date: '2026-01-10',
      created_at: at,
      updated_at: at,
    })
    .execute()
  return id
}

/** Runs under the customer's lock, as whoever finalizes an invoice does. */
function locked<T>(customerId: string, work: (tx: Ctx) => Promise<T>): Promise<T> {
  return transaction(app.ctx, async tx => {
    await lockCustomer(tx, customerId)
    return work(tx)
  })
}

const NOTHING = decimal(0)

function payable(feeType: string, metricId: string | null, amountCents: bigint, taxes = '0', creditNotes = '0') {
  return {
    feeType,
    metricId,
    targetWalletCode: null,
    amountCents,
    preciseCouponsAmountCents: NOTHING,
    taxesPreciseAmountCents: decimal(taxes),
    preciseCreditNotesAmountCents: decimal(creditNotes),
  }
}

describe('coupons', () => {
  async function createCoupon(fields: object = {}) {
    const coupon = {
      name: 'Welcome',
      code: freshCode('welcome'),
      coupon_type: 'fixed_amount',
      amount_cents: 5000,
      amount_currency: 'EUR',
      frequency: 'once',
      expiration: 'no_expiration',
      ...fields,
    }
    const { status, body } = await app.api.post('/coupons', { coupon })
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body.coupon as { lago_id: string; code: string }
  }
  const percentage = { coupon_type: 'percentage', percentage_rate: '12.5', amount_cents: null, amount_currency: null }
  const apply = (customer: string, code: string, fields: object = {}) =>
    app.api.post('/applied_coupons', {
      applied_coupon: { external_customer_id: customer, coupon_code: code, ...fields },
    })
  const listed = async (customer: string) =>
    (await app.api.get(`/customers/${customer}/applied_coupons`)).body.applied_coupons

  it('are applied, listed and taken away through the official client', async () => {
    const customer = await createCustomer(app, { currency: null })
    const coupon = await createCoupon({ description: 'For all' })
    const { data } = await app.client.appliedCoupons.applyCoupon({
      applied_coupon: { external_customer_id: customer.external_id, coupon_code: coupon.code, amount_cents: 2000 },
    })
    const applied = data.applied_coupon as never as { lago_id: string }
    expect(applied).toEqual({
      lago_id: expect.any(String),
      lago_coupon_id: coupon.lago_id,
      coupon_code: coupon.code,
      coupon_name: 'Welcome',
      coupon_description: 'For all',
      coupon_status: 'active',
      coupon_deleted_at: null,
      lago_customer_id: customer.lago_id,
      external_customer_id: customer.external_id,
      status: 'active',
      amount_cents: 2000,
      amount_cents_remaining: 2000,
      amount_currency: 'EUR',
      percentage_rate: null,
      frequency: 'once',
      frequency_duration: null,
      frequency_duration_remaining: null,
      expiration_at: null,
      created_at: '2026-01-10T12:00:00Z',
      terminated_at: null,
    })
    expect((await app.api.get(`/customers/${customer.external_id}`)).body.customer.currency).toBe('EUR')
    const { data: all } = await app.client.appliedCoupons.findAllAppliedCoupons({
      external_customer_id: customer.external_id,
    })
    expect(all.applied_coupons).toEqual([{ ...applied, credits: [] }])
    const { data: own } = await app.client.customers.findAllCustomerAppliedCoupons(customer.external_id)
    expect(own.applied_coupons).toEqual(all.applied_coupons)
    const { data: removed } = await app.client.customers.deleteAppliedCoupon(customer.external_id, applied.lago_id)
    const gone = { ...applied, status: 'terminated', terminated_at: '2026-01-10T12:00:00Z' }
    expect(removed.applied_coupon).toEqual(gone)
    const path = `/customers/${customer.external_id}/applied_coupons`
    expect((await app.api.delete(`${path}/${applied.lago_id}`)).body.applied_coupon).toEqual(gone)
    expect(await app.api.delete(`${path}/${newId()}`)).toMatchObject(notFound('applied_coupon'))
    expect(await app.api.delete(`/customers/nobody/applied_coupons/${applied.lago_id}`)).toMatchObject(
      notFound('customer'),
    )
    expect(await app.api.get('/customers/nobody/applied_coupons')).toMatchObject(notFound('customer'))
  })

  it.each([
    [{}, { amount_cents: -1 }, invalid({ amount_cents: ['value_is_out_of_range'] })],
    [{}, { amount_currency: 'XXX' }, invalid({ amount_currency: ['value_is_invalid'] })],
    [
      {},
      { frequency: 'recurring' },
      invalid({
        frequency_duration: ['value_is_mandatory', 'is not a number'],
        frequency_duration_remaining: ['value_is_mandatory', 'is not a number'],
      }),
    ],
    [{}, { frequency: 'sometimes' }, invalid({ frequency: ['value_is_invalid'] })],
    [{}, { external_customer_id: 'nobody' }, notFound('customer')],
    [{}, { coupon_code: 'nothing' }, notFound('coupon')],
    [{ amount_cents: 500 }, { amount_cents: 0 }, { body: { applied_coupon: { amount_cents: 0 } } }],
    [
      { frequency: 'recurring', frequency_duration: 3 },
      { frequency_duration: null },
      { body: { applied_coupon: { frequency_duration_remaining: 3, amount_cents_remaining: null } } },
    ],
    [
      percentage,
      { percentage_rate: '20' },
      { body: { applied_coupon: { percentage_rate: '20.0', amount_cents_remaining: null } } },
    ],
  ])('%j given with %j', async (coupon, fields, answer) => {
    const { external_id } = await createCustomer(app)
    expect(await apply(external_id, (await createCoupon(coupon)).code, fields)).toMatchObject(answer)
  })

  it('are given once when they are not reusable, and not at all once they ended', async () => {
    const { external_id } = await createCustomer(app)
    const coupon = await createCoupon({ reusable: false })
    const { lago_id } = (await apply(external_id, coupon.code)).body.applied_coupon
    await app.api.delete(`/customers/${external_id}/applied_coupons/${lago_id}`)
    expect(await apply(external_id, coupon.code)).toMatchObject(invalid({ coupon: ['coupon_is_not_reusable'] }))
    await app.api.post(`/coupons/${coupon.code}/terminate`)
    expect(await apply(external_id, coupon.code)).toMatchObject(notFound('coupon'))
  })

  it('are refused where another active one discounts the same', async () => {
    const metric = await createMetric(app)
    const other = await createMetric(app)
    const plan = await createPlan(app, { charges: [standardCharge(metric)] })
    const ofPlan = await createCoupon({ applies_to: { plan_codes: [plan.code] } })
    const ofMetric = await createCoupon({ applies_to: { billable_metric_codes: [metric.code] } })
    const ofOther = await createCoupon({ applies_to: { billable_metric_codes: [other.code] } })
    const overlapping = { status: 405, body: { code: 'plan_overlapping' } }
    for (const [first, second, answer] of [
      [ofPlan, ofPlan, overlapping],
      [ofPlan, ofMetric, overlapping],
      [ofMetric, ofPlan, overlapping],
      [ofPlan, ofOther, { status: 200 }],
    ] as const) {
      const { external_id } = await createCustomer(app)
      const { lago_id } = (await apply(external_id, first.code)).body.applied_coupon
      expect(await apply(external_id, second.code)).toMatchObject(answer)
      await app.api.delete(`/customers/${external_id}/applied_coupons/${lago_id}`)
      if (answer === overlapping) expect(await apply(external_id, second.code)).toMatchObject({ status: 200 })
    }
  })

  it('are listed by status, customer and code, without those of deleted customers', async () => {
    const tenantCustomer = await createCustomer(app)
    const [one, two] = [await createCoupon(), await createCoupon()]
    await apply(tenantCustomer.external_id, one.code)
    const { lago_id } = (await apply(tenantCustomer.external_id, two.code)).body.applied_coupon
    await app.api.delete(`/customers/${tenantCustomer.external_id}/applied_coupons/${lago_id}`)
    const codes = async (query: string) =>
      (
        await app.api.get(`/applied_coupons?external_customer_id=${tenantCustomer.external_id}&${query}`)
      ).body.applied_coupons
        .map((applied: { coupon_code: string }) => applied.coupon_code)
        .toSorted()
    expect(await codes('')).toEqual([one.code, two.code].toSorted())
    expect(await codes('status=active')).toEqual([one.code])
    expect(await codes('status=sleeping')).toHaveLength(2)
    expect(await codes(`coupon_code[]=${two.code}`)).toEqual([two.code])
    expect(await codes('coupon_code=nothing')).toHaveLength(2)
    await app.api.delete(`/customers/${tenantCustomer.external_id}`)
    await app.settle()
    expect(await codes('')).toEqual([])
    const statuses = await app.ctx.db
      .selectFrom('applied_coupons')
      .select('status')
      .where('customer_id', '=', tenantCustomer.lago_id)
      .execute()
    expect(statuses.map(row => row.status)).toEqual(['terminated', 'terminated'])
  })

  it('that are deleted are taken from who has them', async () => {
    const { external_id } = await createCustomer(app)
    const coupon = await createCoupon()
    await apply(external_id, coupon.code)
    await app.api.delete(`/coupons/${coupon.code}`)
    await app.settle()
    expect(await listed(external_id)).toMatchObject([
      { status: 'terminated', coupon_deleted_at: '2026-01-10T12:00:00Z' },
    ])
  })

  it('reduce invoices until they are used up, and come back when one is voided', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    await apply(external_id, (await createCoupon()).code)
    await apply(
      external_id,
      (await createCoupon({ ...percentage, frequency: 'recurring', frequency_duration: 2 })).code,
    )
    await apply(external_id, (await createCoupon({ amount_currency: 'USD' })).code)
    const use = async (amountCents: bigint) => {
      const invoiceId = await insertInvoice(customerId)
      const fee = { id: newId(), amountCents, preciseCouponsAmountCents: NOTHING, metricId: null, planIds: [] }
      const invoice = { invoiceId, customerId, currency: 'EUR', subTotalCents: amountCents, fees: [fee] }
      const result = await locked(customerId, tx => credits.applyCouponsToInvoice(tx, invoice))
      expect(result.preciseCouponsAmountCents.get(fee.id)?.toString()).toBe(String(result.amountCents))
      return { invoiceId, amountCents: result.amountCents }
    }
    const state = async () =>
      (await listed(external_id))
        .filter((applied: { amount_currency: string }) => applied.amount_currency !== 'USD')
        .map((applied: Record<string, unknown>) => [
          applied.status,
          applied.amount_cents_remaining,
          applied.frequency_duration_remaining,
        ])
        .toSorted()
    const first = await use(3200n)
    expect(first.amountCents).toBe(3200n)
    expect(await state()).toEqual([
      ['active', null, 2],
      ['active', 1800, null],
    ])
    const second = await use(2500n)
    // 1,800 that are left, and an eighth of the 700 that remain due.
    expect(second.amountCents).toBe(1888n)
    expect(await state()).toEqual([
      ['active', null, 1],
      ['terminated', 0, null],
    ])
    const third = await use(80n)
    expect(third.amountCents).toBe(10n)
    expect(await state()).toEqual([
      ['terminated', null, 0],
      ['terminated', 0, null],
    ])
    const lines = (await listed(external_id)).flatMap((applied: { credits: unknown[] }) => applied.credits)
    expect(lines).toHaveLength(4)
    expect(lines).toContainEqual({
      lago_id: expect.any(String),
      amount_cents: 3200,
      amount_currency: 'EUR',
      before_taxes: true,
      item: {
        lago_item_id: expect.any(String),
        type: 'coupon',
        code: expect.any(String),
        name: 'Welcome',
        description: null,
      },
      invoice: { lago_id: first.invoiceId, payment_status: 'pending' },
    })
    for (const { invoiceId } of [first, third]) {
      await locked(customerId, async tx => {
        await tx.db.updateTable('invoices').set({ status: 'voided' }).where('id', '=', invoiceId).execute()
        await credits.releaseCoupons(tx, invoiceId)
      })
    }
    expect(await state()).toEqual([
      ['active', null, 1],
      ['active', 3200, null],
    ])
  })

  it('that somebody took away do not come back', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    const { lago_id } = (await apply(external_id, (await createCoupon()).code)).body.applied_coupon
    const invoiceId = await insertInvoice(customerId)
    const fees = [{ id: newId(), amountCents: 100n, preciseCouponsAmountCents: NOTHING, metricId: null, planIds: [] }]
    await locked(customerId, tx =>
      credits.applyCouponsToInvoice(tx, { invoiceId, customerId, currency: 'EUR', subTotalCents: 100n, fees }),
    )
    await app.api.delete(`/customers/${external_id}/applied_coupons/${lago_id}`)
    await locked(customerId, tx => credits.releaseCoupons(tx, invoiceId))
    expect(await listed(external_id)).toMatchObject([{ status: 'terminated' }])
  })

  it('limited to metrics or plans reduce what they are for, those for metrics first', async () => {
    const { external_id, lago_id: customerId } = await createCustomer(app)
    const [x, y] = [await createMetric(app), await createMetric(app)]
    const plan = await createPlan(app)
    const five = { coupon_type: 'percentage', amount_cents: null, amount_currency: null, percentage_rate: '5' }
    await apply(external_id, (await createCoupon({ ...five, name: 'all' })).code)
    await apply(
      external_id,
      (await createCoupon({ name: 'plan', amount_cents: 1500, applies_to: { plan_codes: [plan.code] } })).code,
    )
    const metrics = { applies_to: { billable_metric_codes: [x.code, y.code] } }
    await apply(external_id, (await createCoupon({ ...five, percentage_rate: '10', name: 'metrics', ...metrics })).code)
    const planIds = [plan.lago_id]
    const fee = (id: string, amountCents: bigint, metricId: string | null) => ({
      id,
      amountCents,
      metricId,
      planIds,
      preciseCouponsAmountCents: NOTHING,
    })
    const fees = [fee('s', 4100n, null), fee('x', 1333n, x.lago_id), fee('y', 2500n, y.lago_id)]
    const invoiceId = await insertInvoice(customerId)
    const result = await locked(customerId, tx =>
      credits.applyCouponsToInvoice(tx, { invoiceId, customerId, currency: 'EUR', subTotalCents: 7933n, fees }),
    )
    expect(
      Object.fromEntries([...result.preciseCouponsAmountCents].map(([id, share]) => [id, share.toFixed()])),
    ).toEqual({
      s: '979.11259',
      x: '419.71848',
      y: '787.16894',
    })
    expect(result.credits.map(credit => credit.amountCents)).toEqual([383n, 1500n, 303n])
  })
})

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
    const invoiceId = await insertInvoice(customerId)
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
      const paid = await locked(customerId, tx => credits.applyPrepaidCredits(tx, invoice))
      expect(paid).toEqual({ amountCents: 6357n, grantedAmountCents: 6357n, purchasedAmountCents: null })
    })
    expect(received.map(message => message.webhook_type).toSorted()).toEqual([
      ...Array(3).fill('wallet.updated'),
      ...Array(3).fill('wallet_transaction.created'),
    ])
    const balances = async () => Promise.all(ids.map(async id => (await readWallet(app, id)).balance_cents))
    expect(await balances()).toEqual([0, 3643, 0])
    await expect(locked(customerId, tx => credits.applyPrepaidCredits(tx, invoice))).rejects.toThrow()

    await app.api.delete(`/wallets/${ids[2]}`)
    await locked(customerId, tx => credits.recreditWallets(tx, invoiceId))
    await locked(customerId, tx => credits.recreditWallets(tx, invoiceId))
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
      const invoiceId = await insertInvoice(customerId)
      const fees = [payable('subscription', null, totalCents)]
      return locked(customerId, tx =>
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

  it('are exact when 200 invoices use one wallet at the same time', async () => {
    const { lago_id, lago_customer_id: customerId } = await createWallet(app)
    await grant(app, lago_id, '10')
    await grant(app, lago_id, '9.5')
    const invoices = []
    for (let n = 0; n < 200; n += 1) invoices.push(await insertInvoice(customerId))
    const fees = [payable('charge', null, 10n)]
    const paid = await Promise.all(
      invoices.map(invoiceId =>
        locked(customerId, tx =>
          credits.applyPrepaidCredits(tx, { invoiceId, customerId, currency: 'EUR', totalCents: 10n, fees }),
        ),
      ),
    )
    expect(paid.reduce((sum, { amountCents }) => sum + amountCents, 0n)).toBe(1950n)
    expect(paid.filter(({ amountCents }) => amountCents === 0n)).toHaveLength(5)
    expect(await readWallet(app, lago_id)).toMatchObject({
      balance_cents: 0,
      credits_balance: '0.0',
      consumed_credits: '19.5',
    })
    expect(await remainingOf(lago_id)).toEqual({ remaining: 0n, ledger: 0n, entries: 197n })
  }, 60_000)

  it('a purchase that a credit note gives back is taken out of what is left of it', async () => {
    const { lago_id, lago_customer_id: customerId } = await createWallet(app, { rate_amount: '2' })
    const purchase = (await transact(app, lago_id, { paid_credits: '50' })).body.wallet_transactions[0].lago_id
    await credits.settlePurchase(app.ctx, purchase)
    const fees = [payable('charge', null, 3700n)]
    const invoiceId = await insertInvoice(customerId)
    await locked(customerId, tx =>
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
  const invoiceId = await insertInvoice(customerId)
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
    const invoiceId = await insertInvoice(customerId)
    const settled = (id: string, amountCents: bigint, taxesAmountCents: bigint) => ({
      id,
      amountCents,
      taxesAmountCents,
      preciseCouponsAmountCents: NOTHING,
    })
    const result = await locked(customerId, tx =>
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
    await locked(customerId, tx => credits.restoreCreditNotes(tx, invoiceId))
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
    const invoiceId = await insertInvoice(customerId)
    const due = { invoiceId, customerId, currency: 'EUR', totalCents: 100n, fees: [] }
    expect((await locked(customerId, tx => credits.useCreditNotes(tx, due))).amountCents).toBe(0n)
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
            const invoiceId = await insertInvoice(customerId)
            const fees = [payable('charge', null, one.consumed)]
            await locked(customerId, tx =>
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
