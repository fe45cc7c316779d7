import type { PageRoute } from '../../app/page-route.ts'

export const addOnRoutes: readonly PageRoute[] = [
  { path: '/add-ons', load: () => import('./add-on-list.tsx') },
  { path: '/add-ons/-/new', load: () => import('./add-on-form-page.tsx') },
  { path: '/add-ons/$code', load: () => import('./add-on.tsx') },
  { path: '/add-ons/$code/edit', load: () => import('./add-on-form-page.tsx') },
]
