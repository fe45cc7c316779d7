import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

export const PrivilegeInput = Input({
  code: Text,
  name: Text,
  value_type: Text,
  config: Type.Record(Type.String(), Type.Unknown()),
})
export type PrivilegeInput = Type.Static<typeof PrivilegeInput>

const featureFields = { name: Text, description: Text, privileges: Type.Array(PrivilegeInput) }

export const NewFeatureInput = Input({ code: Text, ...featureFields })
export type NewFeatureInput = Type.Static<typeof NewFeatureInput>

export const FeatureInput = Input(featureFields)
export type FeatureInput = Type.Static<typeof FeatureInput>
