import type { AddOn, Coupon, Feature, FullMetric } from '../api/catalog.ts'
import type { CreditNote, Customer, Invoice, Plan, Subscription } from '../api/types.ts'
import { paths } from '../app/paths.ts'
import type { UrlState } from '../app/url-state.ts'
import { formatMoney } from '../format/money.ts'
import type { PlainKey } from '../messages/index.ts'
import { customerName } from '../pages/customers/name.ts'

/** Something of a list that the palette found. */
export interface Finding {
  readonly key: string
  readonly label: string
  /** Said at the right: a code, an amount. */
  readonly note?: string
  /** From `paths`. */
  readonly to: string
  readonly search?: UrlState
}

/** A list of the API that the palette searches: it must take `search_term`. */
export interface Finder {
  readonly heading: PlainKey
  /** What one must be allowed to read. */
  readonly resource: string
  readonly path: string
  readonly root: string
  present(row: unknown): Finding
}

function finder<Row>(about: Omit<Finder, 'present'> & { present(row: Row): Finding }): Finder {
  return { ...about, present: row => about.present(row as Row) }
}

/** What ⌘K finds. An area with pages of its own adds a line. */
export const FINDERS: readonly Finder[] = [
  finder<Customer>({
    heading: 'palette.customers',
    resource: 'customer',
    path: '/customers',
    root: 'customers',
    present: customer => ({
      key: customer.lago_id,
      label: customerName(customer),
      note: customer.external_id,
      to: paths.customer(customer.external_id),
    }),
  }),
  finder<Invoice>({
    heading: 'palette.invoices',
    resource: 'invoice',
    path: '/invoices',
    root: 'invoices',
    present: invoice => ({
      key: invoice.lago_id,
      label: invoice.number,
      note: formatMoney(invoice.total_amount_cents, invoice.currency),
      to: paths.invoice(invoice.lago_id),
    }),
  }),
  finder<CreditNote>({
    heading: 'nav.credit_notes',
    resource: 'credit_note',
    path: '/credit_notes',
    root: 'credit_notes',
    present: note => ({
      key: note.lago_id,
      label: note.number,
      note: formatMoney(note.total_amount_cents, note.currency),
      to: paths.creditNote(note.lago_id),
    }),
  }),
  finder<Subscription>({
    heading: 'palette.subscriptions',
    resource: 'subscription',
    path: '/subscriptions',
    root: 'subscriptions',
    present: subscription => ({
      key: subscription.lago_id,
      label: subscription.name ?? subscription.external_id,
      note: subscription.plan_code,
      to: paths.subscription(subscription.external_id),
    }),
  }),
  finder<FullMetric>({
    heading: 'palette.metrics',
    resource: 'billable_metric',
    path: '/billable_metrics',
    root: 'billable_metrics',
    present: metric => ({ key: metric.lago_id, label: metric.name, note: metric.code, to: paths.metric(metric.code) }),
  }),
  finder<Plan>({
    heading: 'palette.plans',
    resource: 'plan',
    path: '/plans',
    root: 'plans',
    present: plan => ({ key: plan.lago_id, label: plan.name, note: plan.code, to: paths.plan(plan.code) }),
  }),
  finder<Feature>({
    heading: 'palette.features',
    resource: 'feature',
    path: '/features',
    root: 'features',
    present: ({ code, name }) => ({ key: code, label: name || code, note: code, to: paths.feature(code) }),
  }),
  finder<AddOn>({
    heading: 'palette.add_ons',
    resource: 'add_on',
    path: '/add_ons',
    root: 'add_ons',
    present: addOn => ({ key: addOn.lago_id, label: addOn.name, note: addOn.code, to: paths.addOn(addOn.code) }),
  }),
  finder<Coupon>({
    heading: 'palette.coupons',
    resource: 'coupon',
    path: '/coupons',
    root: 'coupons',
    present: coupon => ({ key: coupon.lago_id, label: coupon.name, note: coupon.code, to: paths.coupon(coupon.code) }),
  }),
]
