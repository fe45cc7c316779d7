import { Type } from 'typebox'
import { notAllowed, Problems } from '../errors.ts'
import { Input } from '../http/input.ts'
import { isEmailList } from '../validation/email.ts'

export const EmailInput = Input({
  to: Type.Array(Type.String()),
  cc: Type.Array(Type.String()),
  bcc: Type.Array(Type.String()),
})
export type EmailInput = Type.Static<typeof EmailInput>

export interface Recipients {
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
}

/** Whose document is sent, and to whom it goes where nobody else is named. */
export interface DocumentParties {
  readonly sender: { readonly email: string | null; readonly email_settings: readonly string[] } | undefined
  /** One address, or several with commas between them. */
  readonly customerEmail: string | null | undefined
}

/**
 * Who gets a document that is to be sent again.
 *
 * @param kind the setting that its mails are sent by, e.g. `invoice.finalized`
 * @throws 405 `email_settings_disabled`; 422 with everything that is wrong with sender and recipients
 */
export function checkedRecipients(
  kind: string,
  { sender, customerEmail }: DocumentParties,
  input: EmailInput,
): Recipients {
  if (!sender?.email_settings.includes(kind)) throw notAllowed('email_settings_disabled')
  const { cc = [], bcc = [] } = input
  const to = input.to ?? addressesOf(customerEmail)
  const problems = new Problems()
  if (!sender.email) problems.add('billing_entity', 'must have email configured')
  if (to.length === 0) problems.add('to', 'must have at least one recipient')
  for (const [field, addresses] of Object.entries({ to, cc, bcc })) {
    const malformed = addresses.filter(address => !isEmailList(address))
    if (malformed.length > 0) problems.add(field, `invalid email format: ${malformed.join(', ')}`)
  }
  problems.throwIfAny()
  return { to, cc, bcc }
}

/** The addresses of a list with commas. */
export function addressesOf(list: string | null | undefined): string[] {
  return (list ?? '').split(',').flatMap(address => address.trim() || [])
}
