import { findBillingEntitiesByIds } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { addJobs, type JobPayload, type NewJob } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import { addressesOf, type Recipients } from '../platform/mail/recipients.ts'
import type { Reaction } from '../platform/module.ts'
import { type EmailKind, letterOf } from './letters.ts'
import { isMailSent, writeMail } from './send.ts'
import { automaticCause } from './tell.ts'

const COMPOSE_EMAIL = 'compose_email'

/** What is printed as soon as it is issued is mailed once it is printed. */
export function onPrinted(kind: EmailKind): Reaction {
  const mail = onMade(kind)
  return async (tx, events) => {
    if (tx.config.documents === 'when_issued') await mail(tx, events)
  }
}

/** What is printed on demand only is mailed when it is issued: the mail is what asks for it. */
export function onIssued(kind: EmailKind): Reaction {
  const mail = onMade(kind)
  return async (tx, events) => {
    if (tx.config.documents === 'on_demand') await mail(tx, events)
  }
}

/** Mails documents, once each, where a billing entity of the organization mails such documents at all. */
export function onMade(kind: EmailKind): Reaction {
  return async (tx, events) => {
    const sender = await tx.db
      .selectFrom('billing_entities')
      .select('id')
      .where('organization_id', '=', tx.org.id)
      .where(eb => eb(eb.val<string>(kind), '=', eb.fn.any('email_settings')))
      .limit(1)
      .executeTakeFirst()
    if (sender === undefined) return
    await addJobs(
      tx.db,
      events.map(({ objectId }) => composeJob(tx, { kind, objectId, cause: automaticCause(kind, objectId) })),
    )
  }
}

/** Somebody asks for a document to be sent again, to whom the event says. */
export function onEmailRequested(kind: EmailKind): Reaction {
  return (tx, events) =>
    addJobs(
      tx.db,
      events.map(({ id, objectId, data }) => composeJob(tx, { kind, objectId, cause: id, recipients: data })),
    )
}

function composeJob(tx: Ctx, payload: Record<string, unknown>): NewJob {
  return { task: COMPOSE_EMAIL, payload: { organizationId: tx.org.id, ...payload } }
}

/**
 * Writes a mail, once for what caused it: a live organization's is delivered, a sandbox keeps its own in its outbox. None is
 * written where the billing entity does not mail such documents or has no address, nor where nobody is to get it.
 */
export const composeEmail: TaskDefinition = {
  name: COMPOSE_EMAIL,
  async run(ctx, payload) {
    if (!isMailSent(ctx)) return
    const { kind, objectId, cause, recipients } = payload as EmailOrder
    const letter = await letterOf(ctx, kind, objectId)
    const entities = await findBillingEntitiesByIds(ctx, letter === undefined ? [] : [letter.billingEntityId])
    const entity = entities.get(letter?.billingEntityId ?? '')
    if (letter === undefined || !entity?.email || !entity.email_settings.includes(kind)) return
    const { to, cc, bcc } = recipients ?? { to: addressesOf(letter.customer.email), cc: [], bcc: [] }
    if (to.length === 0) return
    await writeMail(ctx, {
      cause,
      kind,
      objectId,
      sender: { name: entity.name, address: ctx.config.mailSender ?? addressesOf(entity.email)[0] ?? entity.email },
      replyTo: entity.email,
      recipients: { to, cc, bcc },
      letter: letter.write(entity),
      attachments: letter.attachments,
    })
  },
}

interface EmailOrder extends JobPayload {
  readonly kind: EmailKind
  readonly objectId: string
  readonly cause: string
  /** The customer, where they are absent. */
  readonly recipients?: Recipients
}
