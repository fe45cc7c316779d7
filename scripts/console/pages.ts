/** Objects that pages are about: one of each kind, as the API names it in addresses. */
export interface Subjects {
  readonly customer: string
  readonly subscription: string
  readonly invoice: string
  readonly draft: string
  readonly voided: string
  readonly plan: string
  readonly metric: string
  readonly feature: string
  readonly addOn: string
  readonly coupon: string
  readonly creditNote: string
  readonly webhook: string
}

export interface ConsolePage {
  /** Of its picture, and of its row in a table. */
  readonly name: string
  /** Below the organization's address. */
  readonly path: (subjects: Subjects) => string
}

const page = (name: string, path: string | ((subjects: Subjects) => string)): ConsolePage => ({
  name,
  path: typeof path === 'string' ? () => path : path,
})

/** Every page of the console. A new page is a line here: pictures are made of it, and it is measured with much data. */
export const PAGES: readonly ConsolePage[] = [
  page('home', ''),
  page('metrics', '/metrics'),
  page('metric', ({ metric }) => `/metrics/${metric}`),
  page('metric-activity', ({ metric }) => `/metrics/${metric}?tab=activity`),
  page('metric-new', '/metrics/-/new'),
  page('metric-edit', ({ metric }) => `/metrics/${metric}/edit`),
  page('plans', '/plans'),
  page('plan', ({ plan }) => `/plans/${plan}`),
  page('plan-subscriptions', ({ plan }) => `/plans/${plan}?tab=subscriptions`),
  page('plan-activity', ({ plan }) => `/plans/${plan}?tab=activity`),
  page('plan-new', '/plans/-/new'),
  page('plan-edit', ({ plan }) => `/plans/${plan}/edit`),
  page('features', '/features'),
  page('feature', ({ feature }) => `/features/${feature}`),
  page('feature-new', '/features/-/new'),
  page('feature-edit', ({ feature }) => `/features/${feature}/edit`),
  page('add-ons', '/add-ons'),
  page('add-on', ({ addOn }) => `/add-ons/${addOn}`),
  page('add-on-new', '/add-ons/-/new'),
  page('add-on-edit', ({ addOn }) => `/add-ons/${addOn}/edit`),
  page('coupons', '/coupons'),
  page('coupon', ({ coupon }) => `/coupons/${coupon}`),
  page('coupon-new', '/coupons/-/new'),
  page('coupon-edit', ({ coupon }) => `/coupons/${coupon}/edit`),
  page('customers', '/customers'),
  page('customers-search', '/customers?search=co'),
  page('customers-nothing', '/customers?search=zzz'),
  page('customer', ({ customer }) => `/customers/${customer}`),
  page('customer-usage', ({ customer }) => `/customers/${customer}?tab=usage`),
  page('customer-invoices', ({ customer }) => `/customers/${customer}?tab=invoices`),
  page('customer-wallets', ({ customer }) => `/customers/${customer}?tab=wallets`),
  page('customer-credits', ({ customer }) => `/customers/${customer}?tab=credits`),
  page('customer-information', ({ customer }) => `/customers/${customer}?tab=information`),
  page('customer-settings', ({ customer }) => `/customers/${customer}?tab=settings`),
  page('customer-activity', ({ customer }) => `/customers/${customer}?tab=activity`),
  page('customer-new', '/customers/-/new'),
  page('customer-edit', ({ customer }) => `/customers/${customer}/edit`),
  page('subscriptions', '/subscriptions'),
  page('subscription', ({ subscription }) => `/subscriptions/${subscription}`),
  page('subscription-plan', ({ subscription }) => `/subscriptions/${subscription}?tab=plan`),
  page('subscription-usage', ({ subscription }) => `/subscriptions/${subscription}?tab=usage`),
  page('subscription-progressive', ({ subscription }) => `/subscriptions/${subscription}?tab=progressive`),
  page('subscription-entitlements', ({ subscription }) => `/subscriptions/${subscription}?tab=entitlements`),
  page('subscription-alerts', ({ subscription }) => `/subscriptions/${subscription}?tab=alerts`),
  page('subscription-activity', ({ subscription }) => `/subscriptions/${subscription}?tab=activity`),
  page('subscription-new', ({ customer }) => `/subscriptions/new?customer=${customer}`),
  page('subscription-change', ({ subscription }) => `/subscriptions/${subscription}/change`),
  page('invoices', '/invoices'),
  page('invoices-overdue', '/invoices?view=overdue'),
  page('invoices-search', '/invoices?search=001'),
  page('invoice', ({ invoice }) => `/invoices/${invoice}`),
  page('invoice-activity', ({ invoice }) => `/invoices/${invoice}?tab=activity`),
  page('invoice-draft', ({ draft }) => `/invoices/${draft}`),
  page('invoice-new', ({ customer }) => `/invoices/new?customer=${customer}`),
  page('invoice-void', ({ invoice }) => `/invoices/${invoice}/void`),
  page('invoice-regenerate', ({ voided }) => `/invoices/${voided}/regenerate`),
  page('credit-note-new', ({ invoice }) => `/invoices/${invoice}/credit-note`),
  page('credit-notes', '/credit-notes'),
  page('exports', '/exports'),
  page('credit-note', ({ creditNote }) => `/credit-notes/${creditNote}`),
  page('payments', '/payments'),
  page('events', '/events?live=0'),
  page('api-keys', '/api-keys'),
  page('webhooks', '/webhooks'),
  page('webhook', ({ webhook }) => `/webhooks/${webhook}`),
  page('api-log', '/api-log'),
  page('activity', '/activity'),
  page('taxes', '/settings/taxes'),
  page('team', '/settings/team'),
  page('security-log', '/settings/security-log'),
  page('account', '/settings/account'),
  page('missing', '/customers/nobody'),
]

/** Reads a list of the API: `('/plans?per_page=1', 'plans')`. */
type List = (path: string, root: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** One object of each kind; where there is none, its page says that there is none. @param customer whom the pages are about */
export async function findSubjects(list: List, customer: string): Promise<Subjects> {
  const first = async (path: string, root: string, field: string) =>
    String((await list(`${path}${path.includes('?') ? '&' : '?'}per_page=1`, root))[0]?.[field] ?? 'none')
  const ofCustomer = `external_customer_id=${customer}`
  return {
    customer,
    subscription: await first(`/subscriptions?${ofCustomer}`, 'subscriptions', 'external_id'),
    invoice: await first(
      `/invoices?${ofCustomer}&status[]=finalized&invoice_type[]=subscription`,
      'invoices',
      'lago_id',
    ),
    draft: await first('/invoices?status[]=draft', 'invoices', 'lago_id'),
    voided: await first('/invoices?status[]=voided', 'invoices', 'lago_id'),
    plan: await first('/plans', 'plans', 'code'),
    metric: await first('/billable_metrics', 'billable_metrics', 'code'),
    feature: await first('/features', 'features', 'code'),
    addOn: await first('/add_ons', 'add_ons', 'code'),
    coupon: await first('/coupons', 'coupons', 'code'),
    creditNote: await first('/credit_notes', 'credit_notes', 'lago_id'),
    webhook: await first('/webhook_endpoints', 'webhook_endpoints', 'lago_id'),
  }
}
