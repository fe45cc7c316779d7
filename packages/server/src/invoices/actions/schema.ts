import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

export const MetadataItem = Input({ id: Text, key: Text, value: Text })
export type MetadataItem = Type.Static<typeof MetadataItem>

export const InvoiceChanges = Input({
  payment_status: Text,
  metadata: Nullable(Type.Array(MetadataItem)),
})
export type InvoiceChanges = Type.Static<typeof InvoiceChanges>

export const VoidInput = Input({
  generate_credit_note: Nullable(Type.Boolean()),
  refund_amount: Nullable(Type.Integer()),
  credit_amount: Nullable(Type.Integer()),
})
export type VoidInput = Type.Static<typeof VoidInput>
