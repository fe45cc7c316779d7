import type { PageRoute } from '../../app/page-route.ts'

export const metricRoutes: readonly PageRoute[] = [
  { path: '/metrics', load: () => import('./metric-list.tsx') },
  { path: '/metrics/-/new', load: () => import('./metric-form-page.tsx') },
  { path: '/metrics/$code', load: () => import('./metric.tsx') },
  { path: '/metrics/$code/edit', load: () => import('./metric-form-page.tsx') },
]
