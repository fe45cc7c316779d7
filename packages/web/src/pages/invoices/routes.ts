import type { PageRoute } from '../../app/page-route.ts'

export const invoiceRoutes: readonly PageRoute[] = [
  { path: '/invoices', load: () => import('./invoice-list.tsx') },
  { path: '/invoices/$invoiceId', load: () => import('./invoice.tsx') },
]
