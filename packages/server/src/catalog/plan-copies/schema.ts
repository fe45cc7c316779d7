import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'
import { FixedChargeOverrideInput } from '../fixed-charges/schema.ts'
import { AppliedPricingUnitInput, ChargeFilterInput, MinimumCommitmentInput, UsageThresholdInput } from '../schema.ts'

const Text = Nullable(Type.String())
const Codes = Type.Array(Type.String())

const overridableFields = {
  invoice_display_name: Text,
  min_amount_cents: Nullable(Type.Integer()),
  properties: Type.Record(Type.String(), Type.Unknown()),
  filters: Type.Array(ChargeFilterInput),
  tax_codes: Codes,
  applied_pricing_unit: AppliedPricingUnitInput,
}

/** What a subscription may have otherwise than the charge of its plan. */
export const ChargeOverrideInput = Input(overridableFields)
export type ChargeOverrideInput = Type.Static<typeof ChargeOverrideInput>

/** The prices of one subscription: those of its plan, but for what is given. Charges are named by their ids. */
export const PlanOverridesInput = Input({
  amount_cents: Nullable(Type.Integer()),
  amount_currency: Text,
  description: Text,
  name: Text,
  invoice_display_name: Text,
  trial_period: Nullable(Type.Number()),
  tax_codes: Codes,
  minimum_commitment: MinimumCommitmentInput,
  charges: Type.Array(
    Input({ id: Text, billable_metric_id: Text, code: Text, charge_model: Text, ...overridableFields }),
  ),
  fixed_charges: Type.Array(Input({ id: Text, ...FixedChargeOverrideInput.properties })),
  usage_thresholds: Type.Array(UsageThresholdInput),
})
export type PlanOverridesInput = Type.Static<typeof PlanOverridesInput>
export type OverriddenFixedCharge = NonNullable<PlanOverridesInput['fixed_charges']>[number]
