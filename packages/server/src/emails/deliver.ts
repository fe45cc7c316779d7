import type { Selectable } from 'kysely'
import type { DocumentFile } from '../documents/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import type { Emails } from '../platform/db/types.ts'
import { localFiles } from '../platform/files/file-store.ts'
import type { NewJob } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import { type MailAttachment, RefusedMailError, sendMail } from '../platform/mail/smtp.ts'
import { tellEmail } from './tell.ts'

const DELIVER_EMAIL = 'deliver_email'
/** With growing pauses between them: about two days. */
const MOST_ATTEMPTS = 14

export function deliverJob(organizationId: string, emailId: string): NewJob {
  return { task: DELIVER_EMAIL, payload: { organizationId, emailId }, maxAttempts: MOST_ATTEMPTS }
}

/** Hands a mail to the SMTP server. Where that cannot take it now, it is tried again later; a refusal is final. */
export const deliverEmail: TaskDefinition = {
  name: DELIVER_EMAIL,
  async run(ctx, payload) {
    const id = String(payload.emailId)
    const email = await ctx.db
      .selectFrom('emails')
      .selectAll()
      .where('organization_id', '=', ctx.org.id)
      .where('id', '=', id)
      .where('status', '=', 'pending')
      .executeTakeFirst()
    const { smtpUrl } = ctx.config
    if (email === undefined || smtpUrl === undefined) return
    const from = { name: email.sender_name, address: email.sender_address }
    try {
      await sendMail(smtpUrl, {
        messageId: `<${id}@${from.address.split('@').at(-1)}>`,
        from,
        replyTo: email.reply_to,
        to: email.recipients,
        cc: email.cc,
        bcc: email.bcc,
        subject: email.subject,
        text: email.text_body,
        html: email.html_body,
        attachments: await loadAttachments(ctx, email.attachments as unknown as readonly DocumentFile[]),
      })
    } catch (error) {
      if (error instanceof RefusedMailError) return end(ctx, email, { status: 'failed', error: error.message }, error)
      await update(ctx, id, { error: String((error as Error).message ?? error) })
      throw error
    }
    await end(ctx, email, { status: 'sent', error: null, sent_at: ctx.clock.now() })
  },
}

/** Notes what became of a mail for good, and tells it. */
async function end(ctx: Ctx, email: Selectable<Emails>, changes: EmailChanges, error?: Error): Promise<void> {
  await transaction(ctx, async tx => {
    await update(tx, email.id, changes)
    await tellEmail(tx, email, error)
  })
}

interface EmailChanges {
  readonly status?: string
  readonly error: string | null
  readonly sent_at?: Temporal.Instant
}

async function update(ctx: Ctx, id: string, changes: EmailChanges): Promise<void> {
  await ctx.db
    .updateTable('emails')
    .set(changes)
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .execute()
}

async function loadAttachments(ctx: Ctx, files: readonly DocumentFile[]): Promise<MailAttachment[]> {
  const store = localFiles(ctx.config.dataDir)
  return Promise.all(
    files.map(async ({ key, filename }) => {
      const content = await store.get(key)
      if (content === undefined) throw new Error(`the file ${key} that is to be mailed is not there`)
      return { filename, content }
    }),
  )
}
