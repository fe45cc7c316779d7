import type { Domain } from '../platform/module.ts'
import { catalogRoutes } from './routes/index.ts'
import { webhooks } from './webhooks.ts'

export { serializeAddOn } from './add-ons/serialize.ts'
export { type AddOn, findAddOnByCode, getAddOns, holdAddOns } from './add-ons/store.ts'
export { completePlanDeletion } from './plans.ts'
export { findPricingUnitByCode, getPricingUnits, type PricingUnit } from './pricing-units/store.ts'
export {
  serializeBillableMetric,
  serializeCharge,
  serializeChargeFilter,
  serializePlan,
} from './serialize.ts'
export { findMetricByCode, getPlanIdsOfMetric } from './store/metrics.ts'
export { findPlanByCode, getPlans } from './store/plans.ts'
export { getThresholdsOfSubscriptions } from './store/thresholds.ts'
export type {
  AppliedPricingUnit,
  BillableMetric,
  Charge,
  ChargeFilter,
  FixedCharge,
  FixedChargeItem,
  MetricFilter,
  MinimumCommitment,
  PlanSnapshot,
  Tax,
  UsageThreshold,
} from './types.ts'

/** The price book: what is measured, and what it costs. */
export const catalog: Domain = { routes: catalogRoutes, webhooks }
