import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

export const PricingUnitInput = Input({ code: Text, name: Text, short_name: Text, description: Text })
export type PricingUnitInput = Type.Static<typeof PricingUnitInput>
