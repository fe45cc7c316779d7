import type { PageRoute } from '../../app/page-route.ts'

export const subscriptionRoutes: readonly PageRoute[] = [
  { path: '/subscriptions', load: () => import('./subscription-list.tsx') },
  { path: '/subscriptions/new', load: () => import('./create.tsx') },
  { path: '/subscriptions/$subscriptionId', load: () => import('./subscription.tsx') },
  { path: '/subscriptions/$subscriptionId/change', load: () => import('./change-plan.tsx') },
]
