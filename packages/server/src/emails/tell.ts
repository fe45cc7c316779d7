import type { Selectable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { Emails } from '../platform/db/types.ts'
import { emit } from '../platform/domain-events.ts'
import { mailedDocument } from './letters.ts'

const PREVIEW_CHARACTERS = 500

type MailedEmail = Pick<
  Selectable<Emails>,
  'kind' | 'object_id' | 'cause' | 'subject' | 'recipients' | 'cc' | 'bcc' | 'text_body'
>

/**
 * Tells `email.sent` of a document that was mailed, or, with an error, could not be. One that was mailed because somebody asked
 * for it counts as sent again.
 */
export async function tellEmail(tx: Ctx, email: MailedEmail, error?: Error): Promise<void> {
  const document = mailedDocument(email.kind)
  if (document === undefined) return
  const isAgain = email.cause !== automaticCause(email.kind, email.object_id)
  const told = {
    status: error !== undefined ? 'failed' : isAgain ? 'resent' : 'sent',
    email: {
      subject: email.subject,
      to: email.recipients,
      cc: email.cc,
      bcc: email.bcc,
      body_preview: [...email.text_body].slice(0, PREVIEW_CHARACTERS).join(''),
    },
    ...(error !== undefined && { error: { class: error.constructor.name, message: error.message } }),
  }
  await emit(tx, 'email.sent', email.object_id, { document, told })
}

/** What causes the one mail that is sent of a document without anybody asking for it. */
export function automaticCause(kind: string, objectId: string): string {
  return `${kind}:${objectId}`
}
