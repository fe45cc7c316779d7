import { expect } from 'vitest'
import type { Tenant } from '../support/app.ts'

/** A tenant whose time begins at an instant, and what a story about its invoices needs. */
export function storyOf(tenant: Tenant) {
  const { api } = tenant
  const make = async (path: string, root: string, fields: object) => {
    const { status, body } = await api.post(path, { [root]: fields })
    expect(body.error_details ?? body.code ?? status).toBe(200)
    return body[root]
  }
  return {
    ...tenant,
    tax: (code: string, rate: number, fields: object = {}) =>
      make('/taxes', 'tax', { code, name: code.toUpperCase(), rate, ...fields }),
    customer: (id: string, fields: object = {}) =>
      make('/customers', 'customer', { external_id: id, currency: 'USD', ...fields }),
    metric: (code: string, fields: object = {}) =>
      make('/billable_metrics', 'billable_metric', {
        code,
        name: code,
        aggregation_type: 'sum_agg',
        field_name: 'n',
        ...fields,
      }),
    plan: (code: string, fields: object = {}) =>
      make('/plans', 'plan', {
        code,
        name: code,
        interval: 'monthly',
        amount_cents: 0,
        amount_currency: 'USD',
        pay_in_advance: false,
        ...fields,
      }),
    addOn: (code: string) =>
      make('/add_ons', 'add_on', { code, name: code, amount_cents: 100, amount_currency: 'USD' }),
    pricingUnit: (code: string) => make('/pricing_units', 'pricing_unit', { code, name: code, short_name: 'CR' }),
    /** Starts now. */
    subscribe: (id: string, plan: string, customer = 'acme', fields: object = {}) =>
      make('/subscriptions', 'subscription', {
        external_customer_id: customer,
        plan_code: plan,
        external_id: id,
        ...fields,
      }),
    /** `2026-06-10 5 a` is an event of 5 units of team a. */
    async send(subscription: string, code: string, ...events: string[]) {
      const sent = events.map((event, place) => {
        const [day = '', n = '1', team] = event.split(' ')
        const at = day.length === 10 ? `${day}T12:00:00Z` : day
        return {
          transaction_id: `${subscription}-${code}-${event}-${place}`,
          external_subscription_id: subscription,
          code,
          timestamp: Temporal.Instant.from(at).epochMilliseconds / 1000,
          properties: { n, ...(team !== undefined && { team }) },
        }
      })
      const { status } = await api.post('/events/batch', { events: sent })
      expect(status).toBe(200)
    },
    /** Oldest first, each with everything on it. */
    async invoices(customer = 'acme') {
      const { body } = await api.get(`/customers/${customer}/invoices`)
      const ids: string[] = body.invoices.map((invoice: { lago_id: string }) => invoice.lago_id)
      const all = await Promise.all(ids.map(async id => (await api.get(`/invoices/${id}`)).body.invoice))
      return all.toSorted((a, b) => (a.created_at === b.created_at ? 0 : a.created_at < b.created_at ? -1 : 1))
    },
    async fees(query = '') {
      return (await api.get(`/fees?per_page=100&${query}`)).body.fees
    },
  }
}

export type Story = ReturnType<typeof storyOf>

interface Fee {
  readonly item: { readonly type: string; readonly code: string; readonly grouped_by: object }
  readonly units: string
  readonly amount_cents: number
}

/** What an invoice bills, a line a fee: `charge calls: 15.0 = 1500`. */
export function lines(invoice: { readonly fees: readonly Fee[] }): string[] {
  return invoice.fees.map(({ item, units, amount_cents }) => `${item.type} ${item.code}: ${units} = ${amount_cents}`)
}

/** Why each invoice was made, and its lines. */
export function told(invoices: readonly { fees: readonly Fee[]; billing_periods: { invoicing_reason: string }[] }[]) {
  return invoices.map(invoice => [
    invoice.billing_periods[0]?.invoicing_reason.replace('subscription_', ''),
    ...lines(invoice),
  ])
}
