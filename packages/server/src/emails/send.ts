import type { DocumentFile } from '../documents/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
import { addJob } from '../platform/jobs/enqueue.ts'
import type { Recipients } from '../platform/mail/recipients.ts'
import { deliverJob } from './deliver.ts'
import { tellEmail } from './tell.ts'
import { htmlOf, type Letter, textOf } from './template.ts'

/** A mail that is written, and what it is about. */
export interface Mail {
  /** The same cause never sends a second one. */
  readonly cause: string
  readonly kind: string
  readonly objectId: string
  readonly sender: { readonly name: string; readonly address: string }
  readonly replyTo: string | null
  readonly recipients: Recipients
  readonly letter: Letter
  readonly attachments: readonly DocumentFile[]
}

/** Whether mails of the organization go anywhere: to the outbox of a sandbox, or to a server that delivers them. */
export function isMailSent(ctx: Ctx): boolean {
  return ctx.org.sandbox || ctx.config.smtpUrl !== undefined
}

/** Writes a mail once for what caused it: a live organization's is delivered after commit, a sandbox keeps its own in its outbox. */
export async function writeMail(ctx: Ctx, mail: Mail): Promise<void> {
  if (!isMailSent(ctx)) return
  const { recipients, letter, sender } = mail
  const row = {
    id: newId(),
    organization_id: ctx.org.id,
    cause: mail.cause,
    kind: mail.kind,
    object_id: mail.objectId,
    status: ctx.org.sandbox ? 'kept' : 'pending',
    sender_name: sender.name,
    sender_address: sender.address,
    reply_to: mail.replyTo,
    recipients: [...recipients.to],
    cc: [...recipients.cc],
    bcc: [...recipients.bcc],
    subject: letter.subject,
    text_body: textOf(letter),
    html_body: htmlOf(letter),
    attachments: JSON.stringify(mail.attachments),
    created_at: ctx.clock.now(),
  }
  await transaction(ctx, async tx => {
    const inserted = await tx.db
      .insertInto('emails')
      .values(row)
      .onConflict(conflict => conflict.columns(['organization_id', 'cause']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (inserted === undefined) return
    if (tx.org.sandbox) await tellEmail(tx, row)
    else await addJob(tx.db, deliverJob(tx.org.id, inserted.id))
  })
}
