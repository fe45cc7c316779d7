import type { Domain } from '../platform/module.ts'
import { cascadeTasks } from './cascades/jobs.ts'
import { expireCoupons } from './coupons/clock.ts'
import { cascadeFixedChargesTask } from './fixed-charges/cascade.ts'
import { catalogRoutes } from './routes/index.ts'
import { webhooks } from './webhooks.ts'

export { serializeAddOn } from './add-ons/serialize.ts'
export { type AddOn, findAddOnByCode, getAddOns, holdAddOns } from './add-ons/store.ts'
export { type FilterOfCharge, findFilter } from './charge-filters.ts'
export { findCharge } from './charges.ts'
export { serializeCoupon } from './coupons/serialize.ts'
export { findCouponsByIds } from './coupons/store.ts'
export { type DerivedProperties, derivedProperties } from './derived-properties.ts'
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
export { serializeFeature, serializePrivilege } from './features/serialize.ts'
export { findFeaturesByIds, holdFeaturesByCodes } from './features/store.ts'
export type { Feature } from './features/types.ts'
export type { UnitsChange } from './fixed-charges/commit.ts'
export { findFixedCharge } from './fixed-charges/fixed-charges.ts'
export { requireUnits } from './fixed-charges/rules.ts'
export { FixedChargeOverrideInput } from './fixed-charges/schema.ts'
export { serializeFixedCharge } from './fixed-charges/serialize.ts'
export { type Metadata, mergeMetadata, readMetadata } from './metadata.ts'
export { setMinimumCommitment } from './minimum-commitment.ts'
export { newestFirst } from './newest-first.ts'
export {
  type ChargeChange,
  changeChargeOfCopy,
  changeCopy,
  patchFixedChargesOfCopy,
} from './plan-copies/change-copy.ts'
export {
  addFilterToCopy,
  editFilterOfCopy,
  overriddenCharge,
  removeFilterOfCopy,
} from './plan-copies/charge-override.ts'
export { copyPlan } from './plan-copies/copy-plan.ts'
export { ChargeOverrideInput, type OverriddenFixedCharge, PlanOverridesInput } from './plan-copies/schema.ts'
export { completePlanDeletion } from './plans.ts'
export { findPricingUnitByCode, getPricingUnits, type PricingUnit } from './pricing-units/store.ts'
export { ChargeFilterInput, MetadataBody, UsageThresholdInput } from './schema.ts'
export {
  serializeApplicableThreshold,
  serializeBillableMetric,
  serializeCharge,
  serializeChargeFilter,
  serializeDeletedPlan,
  serializePlan,
} from './serialize.ts'
export { getFixedChargesOfPlans } from './store/fixed-charges.ts'
export { findMetricByCode, findMetricsByCodes, getMetrics, getPlanIdsOfMetric } from './store/metrics.ts'
export { findPlanByCode, getEntitledPlans, getPlans } from './store/plans.ts'
export {
  deleteThresholds,
  getThresholdsOfPlanFamilies,
  getThresholdsOfSubscriptions,
  haveThresholds,
} from './store/thresholds.ts'
export type {
  AppliedPricingUnit,
  BillableMetric,
  Charge,
  ChargeFilter,
  EntitledPlan,
  FixedCharge,
  FixedChargeItem,
  MetricFilter,
  MinimumCommitment,
  PlanSnapshot,
  UsageThreshold,
} from './types.ts'
export { emitThresholdsChanged, replaceUsageThresholds } from './usage-thresholds.ts'

/** The price book: what is measured, and what it costs. */
export const catalog: Domain = {
  routes: catalogRoutes,
  tasks: [...cascadeTasks, cascadeFixedChargesTask],
  clockTasks: [expireCoupons],
  webhooks,
}
