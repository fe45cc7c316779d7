import { Type } from 'typebox'
import { Input, Nullable } from '../platform/http/input.ts'
import { PlanFixedChargeInput } from './fixed-charges/schema.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())
const Integer = Nullable(Type.Integer())
const Codes = Type.Array(Type.String())
const AnyMap = Type.Record(Type.String(), Type.Unknown())

export const BillableMetricInput = Input({
  name: Text,
  code: Text,
  description: Text,
  aggregation_type: Text,
  weighted_interval: Text,
  recurring: Flag,
  field_name: Text,
  expression: Text,
  rounding_function: Text,
  rounding_precision: Integer,
  filters: Type.Array(Input({ key: Text, values: Type.Array(Type.String()) })),
})
export type BillableMetricInput = Type.Static<typeof BillableMetricInput>
export type MetricFilterInput = NonNullable<BillableMetricInput['filters']>[number]

/** An expression that is tried out; its event is read as it comes. */
export const ExpressionTrialInput = Input({ expression: Text, event: AnyMap })
export type ExpressionTrialInput = Type.Static<typeof ExpressionTrialInput>

const filterFields = { invoice_display_name: Text, properties: AnyMap, values: AnyMap }

/** A filter inside the payload of a charge. */
export const ChargeFilterInput = Input(filterFields)
export type ChargeFilterInput = Type.Static<typeof ChargeFilterInput>

/** A filter on its own endpoints. */
export const SingleChargeFilterInput = Input({ ...filterFields, cascade_updates: Flag })
export type SingleChargeFilterInput = Type.Static<typeof SingleChargeFilterInput>

/** The organization's own unit of account that a charge is priced in; the rate is a decimal. */
export const AppliedPricingUnitInput = Input({ code: Text, conversion_rate: Text })
export type AppliedPricingUnitInput = Type.Static<typeof AppliedPricingUnitInput>

const chargeFields = {
  code: Text,
  invoice_display_name: Text,
  billable_metric_id: Text,
  charge_model: Text,
  pay_in_advance: Flag,
  prorated: Flag,
  invoiceable: Flag,
  regroup_paid_fees: Text,
  min_amount_cents: Integer,
  accepts_target_wallet: Flag,
  properties: AnyMap,
  filters: Type.Array(ChargeFilterInput),
  tax_codes: Codes,
  applied_pricing_unit: AppliedPricingUnitInput,
}

/** A charge on its own endpoints. */
export const ChargeInput = Input({ ...chargeFields, cascade_updates: Flag })
export type ChargeInput = Type.Static<typeof ChargeInput>

/** A charge inside the payload of a plan: with an id, it updates that charge. */
export const PlanChargeInput = Input({ id: Text, ...chargeFields })
export type PlanChargeInput = Type.Static<typeof PlanChargeInput>

/** An empty object is not nothing: it takes the commitment of a plan away. The id is taken and means nothing. */
export const MinimumCommitmentInput = Input({
  id: Text,
  invoice_display_name: Text,
  amount_cents: Integer,
  tax_codes: Codes,
})
export type MinimumCommitmentInput = Type.Static<typeof MinimumCommitmentInput>

export const UsageThresholdInput = Input({ threshold_display_name: Text, amount_cents: Integer, recurring: Flag })
export type UsageThresholdInput = Type.Static<typeof UsageThresholdInput>

export const PlanInput = Input({
  name: Text,
  invoice_display_name: Text,
  code: Text,
  interval: Text,
  description: Text,
  amount_cents: Integer,
  amount_currency: Text,
  trial_period: Nullable(Type.Number()),
  pay_in_advance: Flag,
  bill_charges_monthly: Flag,
  bill_fixed_charges_monthly: Flag,
  cascade_updates: Flag,
  metadata: AnyMap,
  tax_codes: Codes,
  minimum_commitment: MinimumCommitmentInput,
  charges: Type.Array(PlanChargeInput),
  fixed_charges: Type.Array(PlanFixedChargeInput),
  usage_thresholds: Type.Array(UsageThresholdInput),
})
export type PlanInput = Type.Static<typeof PlanInput>

/** The body of the metadata endpoints has no outer root. */
export const MetadataBody = Input({ metadata: AnyMap })
