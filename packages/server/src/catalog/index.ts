import type { Domain } from '../platform/module.ts'
import { expireCoupons } from './coupons/clock.ts'
import { catalogRoutes } from './routes/index.ts'
import { webhooks } from './webhooks.ts'

export { serializeAddOn } from './add-ons/serialize.ts'
export { type AddOn, findAddOnByCode, getAddOns, holdAddOns } from './add-ons/store.ts'
export { EntitlementsBody, readEntitlements } from './entitlements/read-entitlements.ts'
export { serializeValue } from './entitlements/serialize.ts'
export {
  deleteEntitlements,
  deleteEntitlementValues,
  getEntitlementsOf,
  insertEntitlement,
  setEntitlementValue,
} from './entitlements/store.ts'
export type { Entitlement, EntitlementValue } from './entitlements/types.ts'
export { serializePrivilege } from './features/serialize.ts'
export { holdFeaturesByCodes } from './features/store.ts'
export type { Feature } from './features/types.ts'
export { completePlanDeletion } from './plans.ts'
export { findPricingUnitByCode, getPricingUnits, type PricingUnit } from './pricing-units/store.ts'
export {
  serializeBillableMetric,
  serializeCharge,
  serializeChargeFilter,
  serializePlan,
} from './serialize.ts'
export { getPlanIdsOfMetric } from './store/metrics.ts'
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
export const catalog: Domain = { routes: catalogRoutes, clockTasks: [expireCoupons], webhooks }
