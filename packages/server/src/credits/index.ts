import type { Domain } from '../platform/module.ts'
import { appliedCouponRoutes } from './applied-coupons/routes.ts'

/** What customers have to their credit, and how it moves. Invoices, which use it up, are above. */
export const credits: Domain = { routes: appliedCouponRoutes }
