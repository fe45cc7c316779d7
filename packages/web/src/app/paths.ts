/** Addresses within an organization, without its slug: what `OrgLink` and `useOrgNavigate` take. */
export const paths = {
  home: '/',
  customers: '/customers',
  customer: (externalId: string) => `/customers/${encodeURIComponent(externalId)}`,
  invoices: '/invoices',
  invoice: (id: string) => `/invoices/${id}`,
  events: '/events',
  apiKeys: '/api-keys',
  team: '/settings/team',
  account: '/settings/account',
} as const
