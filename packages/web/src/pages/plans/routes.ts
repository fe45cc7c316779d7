import type { PageRoute } from '../../app/page-route.ts'

export const planRoutes: readonly PageRoute[] = [
  { path: '/plans', load: () => import('./plan-list.tsx') },
  { path: '/plans/-/new', load: () => import('./new-plan.tsx') },
  { path: '/plans/$planCode', load: () => import('./plan.tsx') },
  { path: '/plans/$planCode/edit', load: () => import('./edit-plan.tsx') },
]
