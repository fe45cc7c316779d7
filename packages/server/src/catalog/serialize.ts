import { type ChargeProperties, formatDecimal } from '@weir/engine'
import { formatCents, formatInstant } from '../platform/wire.ts'
import { serializeTax } from '../taxes/index.ts'
import { serializeEntitlement } from './entitlements/serialize.ts'
import { serializeFixedCharge } from './fixed-charges/serialize.ts'
import type {
  BillableMetric,
  Charge,
  ChargeFilter,
  EntitledPlan,
  MinimumCommitment,
  PlanSnapshot,
  UsageThreshold,
} from './types.ts'

const NO_COUNTS = { active_subscriptions_count: 0, draft_invoices_count: 0 }

/** A metric as webhooks and its own page show it; the values of its filters in byte order. */
export function serializeBillableMetric(metric: BillableMetric) {
  return {
    lago_id: metric.id,
    name: metric.name,
    code: metric.code,
    description: metric.description,
    aggregation_type: metric.aggregationType,
    weighted_interval: metric.weightedInterval,
    recurring: metric.recurring,
    rounding_function: metric.roundingFunction,
    rounding_precision: metric.roundingPrecision,
    created_at: formatInstant(metric.createdAt),
    field_name: metric.fieldName,
    expression: metric.expression,
    filters: metric.filters.map(filter => ({ key: filter.key, values: filter.values.toSorted(compareBytes) })),
  }
}

/** As {@link serializeBillableMetric}, with the counters that older clients read: they are always 0. */
export function serializeBillableMetricWithCounters(metric: BillableMetric) {
  return { ...serializeBillableMetric(metric), ...NO_COUNTS, plans_count: 0 }
}

/**
 * A charge with its filters and taxes; its minimum in the smallest unit of the plan’s currency, or in hundredths of the
 * pricing unit.
 */
export function serializeCharge(charge: Charge) {
  return {
    lago_id: charge.id,
    lago_billable_metric_id: charge.metric.id,
    code: charge.code,
    invoice_display_name: charge.invoiceDisplayName,
    billable_metric_code: charge.metric.code,
    created_at: formatInstant(charge.createdAt),
    charge_model: charge.chargeModel,
    invoiceable: charge.invoiceable,
    regroup_paid_fees: charge.regroupPaidFees,
    pay_in_advance: charge.payInAdvance,
    prorated: charge.prorated,
    min_amount_cents: formatCents(charge.minAmountCents),
    accepts_target_wallet: charge.acceptsTargetWallet,
    properties: serializeProperties(charge.properties),
    applied_pricing_unit: charge.appliedPricingUnit && {
      code: charge.appliedPricingUnit.code,
      conversion_rate: formatDecimal(charge.appliedPricingUnit.conversionRate),
    },
    lago_parent_id: charge.parentId,
    filters: charge.filters.map(filter => serializeChargeFilter(charge, filter)),
    taxes: charge.taxes.map(serializeTax),
  }
}

/** A filter as the charge shows it and as its own endpoints do. */
export function serializeChargeFilter(charge: Charge, filter: ChargeFilter) {
  return {
    lago_id: filter.id,
    charge_code: charge.code,
    invoice_display_name: filter.invoiceDisplayName,
    properties: serializeProperties(filter.properties),
    values: filter.values,
  }
}

/** Older clients read the group keys under `grouped_by`. */
function serializeProperties(properties: ChargeProperties): ChargeProperties {
  const { pricing_group_keys: keys } = properties
  return keys === undefined ? properties : { ...properties, grouped_by: keys }
}

/** A plan as lists, subscriptions and invoices show it: without its fixed charges. */
export function serializePlan(plan: EntitledPlan) {
  const thresholds = plan.parentId === null ? plan.usageThresholds : plan.parentUsageThresholds
  return {
    ...serializePlanForWebhook(plan),
    applicable_usage_thresholds: thresholds.map(serializeApplicableThreshold),
  }
}

/** A plan as its own endpoints show it. */
export function serializeFullPlan(plan: EntitledPlan) {
  return { ...serializePlan(plan), fixed_charges: plan.fixedCharges.map(one => serializeFixedCharge(one)) }
}

/** A plan as webhooks show it: without what applies from elsewhere. */
export function serializePlanForWebhook(plan: EntitledPlan) {
  return { ...serializeDeletedPlan(plan), entitlements: plan.entitlements.map(serializeEntitlement) }
}

/** A plan as the webhook that tells of its deletion shows it: what it entitled to is not repeated. */
export function serializeDeletedPlan(plan: PlanSnapshot) {
  return {
    lago_id: plan.id,
    name: plan.name,
    invoice_display_name: plan.invoiceDisplayName,
    created_at: formatInstant(plan.createdAt),
    code: plan.code,
    interval: plan.interval,
    description: plan.description,
    amount_cents: formatCents(plan.amountCents),
    amount_currency: plan.amountCurrency,
    trial_period: plan.trialPeriod,
    pay_in_advance: plan.payInAdvance,
    bill_charges_monthly: plan.billChargesMonthly,
    bill_fixed_charges_monthly: plan.billFixedChargesMonthly,
    customers_count: 0,
    ...NO_COUNTS,
    parent_id: plan.parentId,
    pending_deletion: plan.pendingDeletion,
    charges: plan.charges.map(serializeCharge),
    usage_thresholds: plan.usageThresholds.map(serializeUsageThreshold),
    taxes: plan.taxes.map(serializeTax),
    ...(plan.minimumCommitment === null
      ? {}
      : { minimum_commitment: serializeCommitment(plan, plan.minimumCommitment) }),
    ...(plan.metadata === null ? {} : { metadata: plan.metadata }),
  }
}

/** A threshold as its owner shows it; its amount in the smallest unit of the plan’s currency. */
export function serializeUsageThreshold(threshold: UsageThreshold) {
  return {
    lago_id: threshold.id,
    ...serializeApplicableThreshold(threshold),
    created_at: formatInstant(threshold.createdAt),
    updated_at: formatInstant(threshold.updatedAt),
  }
}

/** A threshold where it applies, whoever it belongs to. */
export function serializeApplicableThreshold(threshold: UsageThreshold) {
  return {
    threshold_display_name: threshold.thresholdDisplayName,
    amount_cents: formatCents(threshold.amountCents),
    recurring: threshold.recurring,
  }
}

function serializeCommitment(plan: PlanSnapshot, commitment: MinimumCommitment) {
  return {
    lago_id: commitment.id,
    plan_code: plan.code,
    invoice_display_name: commitment.invoiceDisplayName,
    amount_cents: formatCents(commitment.amountCents),
    interval: plan.interval,
    created_at: formatInstant(commitment.createdAt),
    updated_at: formatInstant(commitment.updatedAt),
    taxes: commitment.taxes.map(serializeTax),
  }
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
