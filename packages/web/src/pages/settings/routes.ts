import type { PageRoute } from '../../app/page-route.ts'

export const settingsRoutes: readonly PageRoute[] = [
  { path: '/settings/team', load: () => import('./team.tsx') },
  { path: '/settings/security-log', load: () => import('./security-log.tsx') },
  { path: '/settings/account', load: () => import('./account.tsx') },
  { path: '/settings/taxes', load: () => import('./taxes.tsx') },
]
