import { expect } from 'vitest'
import type { Tenant, TestApp } from '../support/app.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
export type Wire = any

export interface Scene extends Tenant {
  /** Sends an event of the metric `seats`, and waits for what follows. */
  send(id: string, at: string, properties?: object, more?: object): Promise<void>
  /** The same for a batch: id, time and properties of each. */
  sendAll(events: readonly (readonly [id: string, at: string, properties: object])[]): Promise<void>
  /** Oldest first. */
  fees(query?: string): Promise<Wire[]>
  /** By number. */
  invoices(): Promise<Wire[]>
}

interface Setting {
  readonly metric?: object
  readonly customer?: object
  readonly plan?: object
  /** Of the charge, created before. */
  readonly taxes?: readonly { readonly code: string; readonly rate: number }[]
  /** What a credit is worth, in which the charge is priced. */
  readonly pricingUnit?: string
  readonly at?: string
}

/** Units and cents of fees. */
export const feeValues = (fees: readonly Wire[]) => fees.map(fee => [fee.units, fee.amount_cents])

export const unix = (instant: string) => Temporal.Instant.from(instant).epochMilliseconds / 1000

/** A tenant in June 2026 whose customer acme is on a plan with one charge in advance, of the metric `seats`. */
export async function sceneOf(
  app: TestApp,
  charge: object,
  { metric = {}, customer = {}, plan = {}, taxes = [], pricingUnit, at = '2026-06-01T00:00:00Z' }: Setting = {},
): Promise<Scene> {
  const tenant = await app.newOrganization()
  const { api } = tenant
  await tenant.setClock(at)
  const created = await api.post('/billable_metrics', {
    billable_metric: { name: 'Seats', code: 'seats', aggregation_type: 'sum_agg', field_name: 'value', ...metric },
  })
  expect(created.body.error_details ?? created.status).toBe(200)
  await ok(api.post('/customers', { customer: { external_id: 'acme', currency: 'USD', ...customer } }))
  for (const tax of taxes) await ok(api.post('/taxes', { tax: { name: tax.code, ...tax } }))
  if (pricingUnit !== undefined) {
    await ok(api.post('/pricing_units', { pricing_unit: { code: 'credits', name: 'Credits', short_name: 'CR' } }))
  }
  await ok(
    api.post('/plans', {
      plan: {
        code: 'team',
        name: 'Team',
        interval: 'monthly',
        amount_cents: 0,
        pay_in_advance: false,
        amount_currency: 'USD',
        charges: [
          {
            billable_metric_id: created.body.billable_metric.lago_id,
            charge_model: 'standard',
            pay_in_advance: true,
            properties: { amount: '1' },
            ...charge,
            ...(taxes.length > 0 && { tax_codes: taxes.map(tax => tax.code) }),
            ...(pricingUnit !== undefined && {
              applied_pricing_unit: { code: 'credits', conversion_rate: pricingUnit },
            }),
          },
        ],
        ...plan,
      },
    }),
  )
  await ok(
    api.post('/subscriptions', {
      subscription: { external_customer_id: 'acme', plan_code: 'team', external_id: 'acme-team' },
    }),
  )
  await tenant.settle()
  return {
    ...tenant,
    async send(id, eventAt, properties = {}, more = {}) {
      await ok(api.post('/events', { event: { ...eventOf(id, eventAt, properties), ...more } }))
      await tenant.settle()
    },
    async sendAll(events) {
      await ok(api.post('/events/batch', { events: events.map(event => eventOf(...event)) }))
      await tenant.settle()
    },
    fees: async (query = '') => (await ok(api.get(`/fees?${query}`))).fees,
    async invoices() {
      const { invoices } = await ok(api.get('/invoices'))
      const details = invoices.map(async (invoice: Wire) => (await ok(api.get(`/invoices/${invoice.lago_id}`))).invoice)
      return (await Promise.all(details)).toSorted((a: Wire, b: Wire) => (a.number < b.number ? -1 : 1))
    },
  }
}

export async function ok(answer: Promise<{ status: number; body: Wire }>): Promise<Wire> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}

function eventOf(id: string, at: string, properties: object) {
  return { transaction_id: id, code: 'seats', external_subscription_id: 'acme-team', timestamp: unix(at), properties }
}
