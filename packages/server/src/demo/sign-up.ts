import type { DemoApi } from './api.ts'
import { taxesOf } from './catalogue.ts'
import { type DemoCustomer, subscriptionOf } from './customers.ts'
import type { PlanCode } from './plans.ts'

const CURRENCY: Partial<Readonly<Record<PlanCode, string>>> = { scale_eur: 'EUR' }
/** Days that customers have who pay by bank transfer. */
const WIRE_TERM = 30

export async function introduce(api: DemoApi, customer: DemoCustomer): Promise<void> {
  await api.call('POST', '/customers', { customer: customerBody(customer) })
}

/** The subscription of a customer, and the coupon it came with. @param now who comes today starts at once, the others on their day */
export async function signUp(api: DemoApi, customer: DemoCustomer, now: Temporal.PlainDate): Promise<void> {
  const { id, plan, coupon } = customer
  if (coupon !== undefined) {
    await api.call('POST', '/applied_coupons', { applied_coupon: { external_customer_id: id, coupon_code: coupon } })
  }
  const isToday = now.equals(customer.since)
  await api.call('POST', '/subscriptions', {
    subscription: {
      external_customer_id: id,
      external_id: subscriptionOf(id),
      plan_code: plan,
      name: 'Production',
      ...(!isToday && { subscription_at: `${customer.since}T09:00:00Z` }),
      ...(customer.seats !== undefined && { plan_overrides: await withSeats(api, plan, customer.seats) }),
    },
  })
}

/** As many seats as were agreed on, in place of those of the plan. */
async function withSeats(api: DemoApi, code: PlanCode, seats: number) {
  const { plan } = await api.call<{ plan: { fixed_charges: readonly { lago_id: string; code: string }[] } }>(
    'GET',
    `/plans/${code}`,
  )
  const charge = plan.fixed_charges.find(one => one.code === 'seats')
  return { fixed_charges: [{ id: charge?.lago_id, units: String(seats) }] }
}

function customerBody(customer: DemoCustomer) {
  const { id, name, plan, pays, timezone, graceDays } = customer
  const paysByCard = pays === 'card'
  return {
    external_id: id,
    name,
    legal_name: name,
    customer_type: 'company',
    email: `accounts@${id}.example`,
    url: `https://${id}.example`,
    currency: CURRENCY[plan] ?? 'USD',
    country: customer.country,
    city: customer.city,
    zipcode: customer.zip,
    address_line1: customer.street,
    tax_codes: taxesOf(customer.country),
    ...(timezone !== undefined && { timezone }),
    ...(!paysByCard && { net_payment_term: WIRE_TERM }),
    billing_configuration: {
      ...(paysByCard && { payment_provider: 'stripe', sync_with_provider: true, sync: true }),
      ...(graceDays !== undefined && { invoice_grace_period: graceDays }),
    },
    ...(plan === 'enterprise' && {
      metadata: [{ key: 'account_manager', value: 'Noor Amsler', display_in_invoice: false }],
    }),
  }
}
