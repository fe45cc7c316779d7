import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Story } from '../invoices/billing-support.ts'
import type { TestApp } from '../support/app.ts'

/** A fee: its amount in cents (the price may have a fraction of a cent), and the taxes it carries. */
export type FeeOf = readonly [cents: number, ...taxes: string[]]

/** What tests of settled invoices do, in a story whose metrics are `x` and `y`. */
export function settlementStory(app: TestApp, story: Story, metrics: Readonly<Record<'x' | 'y', string>>) {
  const post = async (path: string, root: string, fields: object) => {
    const { status, body } = await app.api.post(path, { [root]: fields })
    expect(body.error_details ?? body.code ?? status).toBe(200)
    return body[root]
  }
  const self = {
    post,
    /** A customer who has, at the end of the month, a base fee and usage of `x` and `y`. */
    async customerWith(id: string, [base, ...usage]: readonly FeeOf[], fields: object = {}) {
      const charges = usage.map(([cents, ...tax_codes], place) => ({
        billable_metric_id: place === 0 ? metrics.x : metrics.y,
        charge_model: 'standard',
        properties: { amount: String(cents / 100) },
        tax_codes,
      }))
      const [cents, ...tax_codes] = base ?? [0]
      await story.customer(id, fields)
      await story.plan(id, { amount_cents: cents, tax_codes, charges })
      await story.subscribe(id, id, id)
      for (const [place] of usage.entries()) await story.send(id, place === 0 ? 'x' : 'y', '2026-06-10 1')
    },
    /** Gives a customer credit notes, oldest first, on invoices that are not taxed. */
    async giveNotes(customer: string, amounts: readonly number[]) {
      for (const cents of amounts) {
        const code = `${customer}-seed-${cents}`
        await story.plan(code, { amount_cents: cents, interval: 'yearly', pay_in_advance: true })
        await story.subscribe(code, code, customer, { billing_time: 'anniversary' })
      }
      if (amounts.length > 0) await story.settle()
      const invoices = await story.invoices(customer)
      for (const cents of amounts) {
        const invoice = invoices.find(({ fees_amount_cents }) => fees_amount_cents === cents)
        await self.credit(invoice, { credit_amount_cents: cents })
      }
    },
    /** Credits all of an invoice's fees, unless told which. */
    // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
    credit: (invoice: any, fields: object) =>
      post('/credit_notes', 'credit_note', {
        invoice_id: invoice.lago_id,
        items: invoice.fees.map((fee: { lago_id: string; amount_cents: number }) => ({
          fee_id: fee.lago_id,
          amount_cents: fee.amount_cents,
        })),
        ...fields,
      }),
    async giveCoupon(customer: string, code: string, terms: object, applied: object = {}) {
      await post('/coupons', 'coupon', {
        code: `${customer}-${code}`,
        name: code,
        coupon_type: 'fixed_amount',
        frequency: 'once',
        expiration: 'no_expiration',
        amount_currency: 'USD',
        ...terms,
      })
      const fields = { external_customer_id: customer, coupon_code: `${customer}-${code}`, ...applied }
      return post('/applied_coupons', 'applied_coupon', fields)
    },
    giveWallet: (customer: string, credits: string, fields: object = {}) =>
      post('/wallets', 'wallet', {
        external_customer_id: customer,
        rate_amount: '1',
        currency: 'USD',
        granted_credits: credits,
        ...fields,
      }),
    /** Says that so much was paid of an invoice. */
    async pay(invoiceId: string, cents: number) {
      await sql`
        update invoices
        set total_paid_amount_cents = ${cents}::bigint,
          payment_status = case when total_amount_cents = ${cents}::bigint then 'succeeded' else payment_status end
        where id = ${invoiceId}`.execute(app.ctx.db)
    },
  }
  return self
}
