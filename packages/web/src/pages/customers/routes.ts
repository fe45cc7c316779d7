import type { PageRoute } from '../../app/page-route.ts'

export const customerRoutes: readonly PageRoute[] = [
  { path: '/customers', load: () => import('./customer-list.tsx') },
  { path: '/customers/-/new', load: () => import('./customer-form-page.tsx') },
  { path: '/customers/$customerId', load: () => import('./customer.tsx') },
  { path: '/customers/$customerId/edit', load: () => import('./customer-form-page.tsx') },
]
