import type { FastifyInstance } from 'fastify'
import { addOnRoutes } from '../add-ons/routes.ts'
import { couponRoutes } from '../coupons/routes.ts'
import { planEntitlementRoutes } from '../entitlements/routes.ts'
import { featureRoutes } from '../features/routes.ts'
import { pricingUnitRoutes } from '../pricing-units/routes.ts'
import { billableMetricRoutes } from './billable-metrics.ts'
import { chargeFilterRoutes } from './charge-filters.ts'
import { chargeRoutes } from './charges.ts'
import { fixedChargeRoutes } from './fixed-charges.ts'
import { planMetadataRoutes } from './plan-metadata.ts'
import { planRoutes } from './plans.ts'

/** Everything under which the price book is written and read. */
export function catalogRoutes(api: FastifyInstance): void {
  billableMetricRoutes(api)
  planRoutes(api)
  planMetadataRoutes(api)
  chargeRoutes(api)
  chargeFilterRoutes(api)
  fixedChargeRoutes(api)
  addOnRoutes(api)
  pricingUnitRoutes(api)
  featureRoutes(api)
  planEntitlementRoutes(api)
  couponRoutes(api)
}
