/** What the price book holds, as plain data: what is shown, what is billed and what usage is computed from. */
import type { ALL_FILTER_VALUES, ChargeModelName, ChargeProperties, Currency, Decimal } from '@weir/engine'
import type { Tax } from '../taxes/index.ts'
import type { Entitlement } from './entitlements/types.ts'

export const AGGREGATION_TYPES = [
  'count_agg',
  'sum_agg',
  'max_agg',
  'unique_count_agg',
  'weighted_sum_agg',
  'latest_agg',
  'custom_agg',
] as const
export type AggregationType = (typeof AGGREGATION_TYPES)[number]

export const ROUNDING_FUNCTIONS = ['round', 'ceil', 'floor'] as const
export type RoundingFunction = (typeof ROUNDING_FUNCTIONS)[number]

/** All names of the field; those that can be priced are the engine's `ChargeModelName`. */
export const CHARGE_MODELS: readonly string[] = [
  'standard',
  'graduated',
  'package',
  'percentage',
  'volume',
  'graduated_percentage',
  'custom',
  'dynamic',
]

export const PLAN_INTERVALS = ['weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'] as const
export type PlanInterval = (typeof PLAN_INTERVALS)[number]

/** An event property that may be priced separately, and the values it may take. */
export interface MetricFilter {
  readonly id: string
  readonly key: string
  readonly values: readonly string[]
}

export interface BillableMetric {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly aggregationType: AggregationType
  readonly fieldName: string | null
  readonly recurring: boolean
  readonly weightedInterval: 'seconds' | null
  readonly roundingFunction: RoundingFunction | null
  readonly roundingPrecision: number | null
  readonly expression: string | null
  readonly createdAt: Temporal.Instant
  readonly deletedAt: Temporal.Instant | null
  /** Sorted by key. */
  readonly filters: readonly MetricFilter[]
}

/** Prices the events whose properties have one of the listed values for every key. */
export interface ChargeFilter {
  readonly id: string
  readonly invoiceDisplayName: string | null
  readonly properties: ChargeProperties
  /** By key of the metric filter; a list of only {@link ALL_FILTER_VALUES} stands for all declared values. */
  readonly values: Readonly<Record<string, readonly string[]>>
  readonly createdAt: Temporal.Instant
  /** Breaks ties between filters that were touched at the same instant. */
  readonly position: number
}

/** The organization's own unit of account in which a charge is priced. */
export interface AppliedPricingUnit {
  readonly pricingUnitId: string
  readonly code: string
  readonly shortName: string
  /** What one pricing unit is worth in the plan's currency. */
  readonly conversionRate: Decimal
}

export interface Charge {
  readonly id: string
  readonly planId: string
  readonly parentId: string | null
  readonly code: string
  readonly invoiceDisplayName: string | null
  readonly chargeModel: ChargeModelName
  /** The price of events that match no filter. */
  readonly properties: ChargeProperties
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly invoiceable: boolean
  readonly regroupPaidFees: 'invoice' | null
  readonly minAmountCents: bigint
  readonly acceptsTargetWallet: boolean
  readonly createdAt: Temporal.Instant
  readonly metric: BillableMetric
  /** Null: its prices are in the plan's currency. */
  readonly appliedPricingUnit: AppliedPricingUnit | null
  /** In the order they were given; none: those of the plan apply. */
  readonly taxes: readonly Tax[]
  /** In display order: least recently touched first. */
  readonly filters: readonly ChargeFilter[]
}

/** What a plan costs at least in each of its periods. */
export interface MinimumCommitment {
  readonly id: string
  readonly amountCents: bigint
  readonly invoiceDisplayName: string | null
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
  /** None: those of the plan apply. */
  readonly taxes: readonly Tax[]
}

/** An amount of lifetime usage at which an invoice is made before the period ends. */
export interface UsageThreshold {
  readonly id: string
  /** Recurring: the step that is taken again and again after the highest of the others. */
  readonly amountCents: bigint
  readonly recurring: boolean
  readonly thresholdDisplayName: string | null
  readonly createdAt: Temporal.Instant
  readonly updatedAt: Temporal.Instant
}

export const FIXED_CHARGE_MODELS = ['standard', 'graduated', 'volume'] as const
export type FixedChargeModelName = (typeof FIXED_CHARGE_MODELS)[number]

/** What of an add-on names the fees of a fixed charge. */
export interface FixedChargeItem {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly invoiceDisplayName: string | null
  readonly description: string | null
}

/** Bills a number of units of an add-on each period, without events. */
export interface FixedCharge {
  readonly id: string
  readonly planId: string
  /** The fixed charge of the sold plan, on the private copy of a subscription. */
  readonly parentId: string | null
  readonly addOn: FixedChargeItem
  readonly code: string
  readonly invoiceDisplayName: string | null
  readonly chargeModel: FixedChargeModelName
  readonly properties: ChargeProperties
  readonly payInAdvance: boolean
  readonly prorated: boolean
  /** A decimal as it is printed; what the plan gives to subscriptions without units of their own. */
  readonly units: string
  /** In the order they were given; none: those of the plan apply. */
  readonly taxes: readonly Tax[]
  readonly createdAt: Temporal.Instant
}

/** A plan with everything that prices it. Deleted charges and filters are not in it. */
export interface PlanSnapshot {
  readonly id: string
  readonly parentId: string | null
  readonly code: string
  readonly name: string
  readonly invoiceDisplayName: string | null
  readonly description: string | null
  readonly interval: PlanInterval
  readonly amountCents: bigint
  readonly amountCurrency: Currency
  readonly payInAdvance: boolean
  /** Days. */
  readonly trialPeriod: number | null
  readonly billChargesMonthly: boolean | null
  readonly billFixedChargesMonthly: boolean | null
  readonly pendingDeletion: boolean
  /** Null: there is no map, which is not the same as an empty one. */
  readonly metadata: Readonly<Record<string, string | null>> | null
  readonly createdAt: Temporal.Instant
  readonly deletedAt: Temporal.Instant | null
  /** In order of creation. */
  readonly charges: readonly Charge[]
  /** In order of creation. */
  readonly fixedCharges: readonly FixedCharge[]
  readonly taxes: readonly Tax[]
  readonly minimumCommitment: MinimumCommitment | null
  /** Its own, in order of creation: the recurring one first. */
  readonly usageThresholds: readonly UsageThreshold[]
  /** Those of the plan it is a private copy of. */
  readonly parentUsageThresholds: readonly UsageThreshold[]
}

/** A plan with what it entitles to, which decides no price. */
export interface EntitledPlan extends PlanSnapshot {
  /** In order of creation. */
  readonly entitlements: readonly Entitlement[]
}
