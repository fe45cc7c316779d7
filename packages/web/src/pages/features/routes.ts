import type { PageRoute } from '../../app/page-route.ts'

export const featureRoutes: readonly PageRoute[] = [
  { path: '/features', load: () => import('./feature-list.tsx') },
  { path: '/features/-/new', load: () => import('./feature-form-page.tsx') },
  { path: '/features/$code', load: () => import('./feature.tsx') },
  { path: '/features/$code/edit', load: () => import('./feature-form-page.tsx') },
]
