/** Addresses within an organization, without its slug: what `OrgLink` and `useOrgNavigate` take. */
export const paths = {
  home: '/',
  customers: '/customers',
  customer: (externalId: string) => `/customers/${encodeURIComponent(externalId)}`,
  invoices: '/invoices',
  invoice: (id: string) => `/invoices/${id}`,
  metrics: '/metrics',
  newMetric: '/metrics/-/new',
  metric: (code: string) => `/metrics/${encodeURIComponent(code)}`,
  editMetric: (code: string) => `/metrics/${encodeURIComponent(code)}/edit`,
  events: '/events',
  apiKeys: '/api-keys',
  team: '/settings/team',
  account: '/settings/account',
} as const
