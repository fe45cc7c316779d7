/** Addresses within an organization, without its slug: what `OrgLink` and `useOrgNavigate` take. */
export const paths = {
  home: '/',
  customers: '/customers',
  customer: (externalId: string) => `/customers/${encodeURIComponent(externalId)}`,
  invoices: '/invoices',
  newInvoice: '/invoices/new',
  invoice: (id: string) => `/invoices/${id}`,
  voidInvoice: (id: string) => `/invoices/${id}/void`,
  regenerateInvoice: (id: string) => `/invoices/${id}/regenerate`,
  newCreditNote: (invoiceId: string) => `/invoices/${invoiceId}/credit-note`,
  creditNotes: '/credit-notes',
  creditNote: (id: string) => `/credit-notes/${id}`,
  payments: '/payments',
  events: '/events',
  apiKeys: '/api-keys',
  team: '/settings/team',
  account: '/settings/account',
} as const
