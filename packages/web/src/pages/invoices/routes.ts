import type { PageRoute } from '../../app/page-route.ts'

export const invoiceRoutes: readonly PageRoute[] = [
  { path: '/invoices', load: () => import('./invoice-list.tsx') },
  { path: '/invoices/new', load: () => import('./one-off.tsx') },
  { path: '/invoices/$invoiceId', load: () => import('./invoice.tsx') },
  { path: '/invoices/$invoiceId/void', load: () => import('./void-invoice.tsx') },
  { path: '/invoices/$invoiceId/regenerate', load: () => import('./regenerate.tsx') },
  { path: '/invoices/$invoiceId/credit-note', load: () => import('../credit-notes/new-credit-note.tsx') },
  { path: '/credit-notes', load: () => import('../credit-notes/credit-note-list.tsx') },
  { path: '/credit-notes/$noteId', load: () => import('../credit-notes/credit-note.tsx') },
  { path: '/payments', load: () => import('../payments/payment-list.tsx') },
  { path: '/exports', load: () => import('../exports/export-list.tsx') },
]
