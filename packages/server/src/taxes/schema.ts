import { Type } from 'typebox'
import { Input, Nullable } from '../platform/http/input.ts'

const Text = Nullable(Type.String())

export const TaxInput = Input({
  code: Text,
  name: Text,
  rate: Nullable(Type.Number()),
  description: Text,
  applied_to_organization: Nullable(Type.Boolean()),
})
export type TaxInput = Type.Static<typeof TaxInput>
