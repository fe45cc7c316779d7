import type { FastifyInstance } from 'fastify'
import { type Selectable, sql } from 'kysely'
import type { DocumentFile } from '../documents/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { Emails } from '../platform/db/types.ts'
import { forbidden } from '../platform/errors.ts'
import { fileUrl } from '../platform/files/file-urls.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { formatInstant } from '../platform/wire.ts'

/** `GET /test_outbox`: the mails that a sandbox would have sent, newest first. Other organizations get 403. */
export function outboxRoutes(api: FastifyInstance): void {
  api.get<{ Querystring: Record<string, unknown> }>(
    '/test_outbox',
    { config: { resource: 'organization' }, schema: { tags: ['Sandbox'], summary: 'List the mails of a sandbox' } },
    async ({ ctx, query }) => {
      if (!ctx.org.sandbox) throw forbidden('feature_unavailable')
      const page = readPage(query)
      const { emails, total } = await listEmails(ctx, page)
      return { test_outbox: emails.map(email => serializeEmail(ctx, email)), meta: pageMeta(page, total) }
    },
  )
}

async function listEmails(ctx: Ctx, page: ReturnType<typeof readPage>) {
  const own = ctx.db.selectFrom('emails').where('organization_id', '=', ctx.org.id)
  const { total } = await own.select(sql<bigint>`count(*)`.as('total')).executeTakeFirstOrThrow()
  const emails = await own
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { emails, total: Number(total) }
}

function serializeEmail(ctx: Ctx, email: Selectable<Emails>) {
  return {
    lago_id: email.id,
    kind: email.kind,
    lago_object_id: email.object_id,
    from: { name: email.sender_name, address: email.sender_address },
    reply_to: email.reply_to,
    to: email.recipients,
    cc: email.cc,
    bcc: email.bcc,
    subject: email.subject,
    text: email.text_body,
    html: email.html_body,
    attachments: (email.attachments as unknown as readonly DocumentFile[]).map(file => ({
      filename: file.filename,
      byte_size: file.size,
      url: fileUrl(ctx.config, file.key),
    })),
    created_at: formatInstant(email.created_at),
  }
}
