import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())
const Flag = Nullable(Type.Boolean())

/** What a subscription may have otherwise than its plan. Units are read as text, so that no digit is lost. */
const overridableFields = {
  invoice_display_name: Text,
  units: Text,
  apply_units_immediately: Flag,
  properties: Type.Record(Type.String(), Type.Unknown()),
  tax_codes: Nullable(Type.Array(Type.String())),
}

const fixedChargeFields = {
  ...overridableFields,
  add_on_id: Text,
  add_on_code: Text,
  code: Text,
  charge_model: Text,
  pay_in_advance: Flag,
  prorated: Flag,
}

/** A fixed charge on its own endpoints. */
export const FixedChargeInput = Input({ ...fixedChargeFields, cascade_updates: Flag })
export type FixedChargeInput = Type.Static<typeof FixedChargeInput>

/** A fixed charge inside the payload of a plan: with an id, it updates that fixed charge. */
export const PlanFixedChargeInput = Input({ id: Text, ...fixedChargeFields })
export type PlanFixedChargeInput = Type.Static<typeof PlanFixedChargeInput>

/** The fixed charge of one subscription. */
export const FixedChargeOverrideInput = Input(overridableFields)
export type FixedChargeOverrideInput = Type.Static<typeof FixedChargeOverrideInput>
