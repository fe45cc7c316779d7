import { findBillingEntitiesByIds, getDefaultBillingEntity, serializeBillingEntity } from '../../accounts/index.ts'
import {
  findCouponsByIds,
  findFeaturesByIds,
  getMetrics,
  getPlans,
  type PlanSnapshot,
  serializeBillableMetric,
  serializeCoupon,
  serializeDeletedPlan,
  serializeFeature,
} from '../../catalog/index.ts'
import { getTaxesOf, serializeTax } from '../../taxes/index.ts'
import type { FindSubjects } from './subjects.ts'

/** A plan with more than these is shown without its charges. */
const MOST_CHARGES = 50
const MOST_FILTERS = 100

export const metrics: FindSubjects = async (ctx, ids) =>
  new Map(
    (await getMetrics(ctx, ids)).map(metric => [
      metric.id,
      { resourceType: 'BillableMetric', resourceId: metric.id, object: serializeBillableMetric(metric) },
    ]),
  )

/** Private copies of plans are nobody's but their subscriptions'. */
export const plans: FindSubjects = async (ctx, ids) =>
  new Map(
    [...(await getPlans(ctx, ids)).values()]
      .filter(plan => plan.parentId === null)
      .map(plan => [plan.id, { resourceType: 'Plan', resourceId: plan.id, object: serializePlan(plan) }]),
  )

function serializePlan(plan: PlanSnapshot) {
  const { charges, ...object } = serializeDeletedPlan(plan)
  const filters = plan.charges.reduce((sum, charge) => sum + charge.filters.length, 0)
  return charges.length > MOST_CHARGES || filters > MOST_FILTERS ? object : { ...object, charges }
}

export const coupons: FindSubjects = async (ctx, ids) =>
  new Map(
    (await findCouponsByIds(ctx, ids)).map(coupon => [
      coupon.row.id,
      { resourceType: 'Coupon', resourceId: coupon.row.id, object: serializeCoupon(coupon) },
    ]),
  )

export const features: FindSubjects = async (ctx, ids) =>
  new Map(
    (await findFeaturesByIds(ctx, ids)).map(feature => [
      feature.id,
      { resourceType: 'Entitlement::Feature', resourceId: feature.id, object: serializeFeature(feature) },
    ]),
  )

export const billingEntities: FindSubjects = async (ctx, ids) => {
  const main = await getDefaultBillingEntity(ctx)
  const taxes = await getTaxesOf(ctx, 'billing_entity', ids)
  return new Map(
    [...(await findBillingEntitiesByIds(ctx, ids)).values()].map(entity => {
      const object = {
        ...serializeBillingEntity(ctx, entity, entity.id === main.id),
        taxes: (taxes.get(entity.id) ?? []).map(serializeTax),
      }
      return [entity.id, { resourceType: 'BillingEntity', resourceId: entity.id, object }]
    }),
  )
}
