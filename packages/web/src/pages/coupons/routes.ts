import type { PageRoute } from '../../app/page-route.ts'

export const couponRoutes: readonly PageRoute[] = [
  { path: '/coupons', load: () => import('./coupon-list.tsx') },
  { path: '/coupons/-/new', load: () => import('./coupon-form-page.tsx') },
  { path: '/coupons/$code', load: () => import('./coupon.tsx') },
  { path: '/coupons/$code/edit', load: () => import('./coupon-form-page.tsx') },
]
