import type { PageRoute } from '../../app/page-route.ts'

export const developerRoutes: readonly PageRoute[] = [
  { path: '/events', load: () => import('./events.tsx') },
  { path: '/api-keys', load: () => import('./api-keys.tsx') },
  { path: '/webhooks', load: () => import('./webhooks.tsx') },
  { path: '/webhooks/$endpointId', load: () => import('./webhook.tsx') },
  { path: '/api-log', load: () => import('./api-log.tsx') },
  { path: '/activity', load: () => import('./activity.tsx') },
]
