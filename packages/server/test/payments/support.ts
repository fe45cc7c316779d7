import { expect } from 'vitest'
import { type Story, storyOf } from '../invoices/billing-support.ts'
import type { TestApp } from '../support/app.ts'

/** A story about money that is owed: one-off invoices over any amount, and who pays them with what. */
export async function paymentStory(app: TestApp, now = '2026-03-10T12:00:00Z') {
  const story: Story = storyOf(await app.newOrganization())
  await story.setClock(now)
  await story.addOn('work')
  const self = {
    ...story,
    /** A customer of the test provider, with its default method, unless told otherwise. */
    async payer(id: string, token?: string, billing: object = {}) {
      const billing_configuration = { payment_provider: 'stripe', sync_with_provider: true, sync: true, ...billing }
      const customer = await story.customer(id, { billing_configuration })
      if (token !== undefined) await self.saveMethod(id, token)
      return customer
    },
    async saveMethod(external_customer_id: string, token: string) {
      const { status, body } = await story.api.post('/test_payment_methods', {
        test_payment_method: { external_customer_id, token },
      })
      expect(status).toBe(200)
      return body.payment_method
    },
    /** A one-off invoice over some cents. */
    async bill(external_customer_id: string, cents: number, fields: object = {}) {
      const fees = [{ add_on_code: 'work', unit_amount_cents: cents, units: '1' }]
      const { body } = await story.api.post('/invoices', {
        invoice: { external_customer_id, currency: 'USD', fees, ...fields },
      })
      expect(body.error_details ?? body.code).toBeUndefined()
      return body.invoice
    },
    async invoice(id: string) {
      return (await story.api.get(`/invoices/${id}`)).body.invoice
    },
    payByHand: (invoice_id: string, amount_cents: unknown, fields: object = {}) =>
      story.api.post('/payments', { payment: { invoice_id, amount_cents, reference: 'wire', ...fields } }),
    /** Newest first. */
    async payments(query = '') {
      return (await story.api.get(`/payments?${query}`)).body.payments
    },
  }
  return self
}

export type PaymentStory = Awaited<ReturnType<typeof paymentStory>>
