import { Type } from 'typebox'
import { Input, Nullable } from '../../platform/http/input.ts'

const Text = Nullable(Type.String())

/** A text for invoices. */
export const CustomSectionInput = Input({
  code: Text,
  name: Text,
  display_name: Text,
  description: Text,
  details: Text,
})
export type CustomSectionInput = Type.Static<typeof CustomSectionInput>

/** Which texts are to stand on the invoices of a subscription, a wallet, a rule, a transaction, or on one invoice. */
export const SectionChoiceInput = Input({
  skip_invoice_custom_sections: Nullable(Type.Boolean()),
  invoice_custom_section_codes: Type.Array(Type.String()),
})
export type SectionChoiceInput = Type.Static<typeof SectionChoiceInput>
