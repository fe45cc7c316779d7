import type { Ctx } from '../platform/context.ts'
import { addJob, addJobs, type NewJob } from '../platform/jobs/enqueue.ts'
import { isDelivered, standingAfter } from './attempts.ts'
import { type Attempt, sendWebhook } from './send.ts'
import { type Sign, type SignatureAlgorithm, signerFor } from './signatures.ts'

export const DELIVER_WEBHOOK = 'deliver_webhook'

/** Messages of one endpoint under way at once. */
const LANES = 8
/** An endpoint that is slow gives way to other work after this long, and goes on after it. */
const TURN_MS = 30_000

interface DueWebhook {
  readonly id: string
  readonly webhook_url: string
  readonly signature_algo: string
  readonly payload: string
  readonly retries: number
}

/**
 * The job that delivers what is due at an endpoint. Jobs of one endpoint run one after another, so that no message is ever
 * under way twice, and an endpoint that hangs holds up one worker only.
 */
export function deliveryJob(organizationId: string, endpointId: string): NewJob {
  return {
    task: DELIVER_WEBHOOK,
    payload: { organizationId, endpointId },
    queue: queueOf(endpointId),
    key: `${DELIVER_WEBHOOK}:${endpointId}`,
  }
}

function queueOf(endpointId: string): string {
  return `webhooks:${endpointId}`
}

/** Has the due messages of these endpoints delivered, once the transaction is committed. */
export async function scheduleDelivery(ctx: Ctx, endpointIds: readonly string[]): Promise<void> {
  await addJobs(
    ctx.db,
    endpointIds.map(endpointId => deliveryJob(ctx.org.id, endpointId)),
  )
}

/** Delivers what is due at one endpoint, and plans the next retry. */
export async function deliverWebhooks(ctx: Ctx, endpointId: string): Promise<void> {
  const turnEnds = performance.now() + TURN_MS
  const signers = new Map<string, Promise<Sign>>()
  for (;;) {
    const due = await listDue(ctx, endpointId)
    if (due.length === 0) break
    // All of them end before the job does, also when one fails: the next job must not find them under way.
    const results = await Promise.allSettled(due.map(webhook => deliver(ctx, webhook, signers)))
    const failure = results.find(result => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
    if (performance.now() > turnEnds) {
      await scheduleDelivery(ctx, [endpointId])
      return
    }
  }
  await planRetry(ctx, endpointId)
}

/** A first attempt is due at once; retries when business time has reached them. */
async function listDue(ctx: Ctx, endpointId: string): Promise<DueWebhook[]> {
  return ctx.db
    .selectFrom('webhooks')
    .innerJoin('webhook_endpoints', 'webhook_endpoints.id', 'webhooks.webhook_endpoint_id')
    .select([
      'webhooks.id',
      'webhooks.payload',
      'webhooks.retries',
      'webhook_endpoints.webhook_url',
      'webhook_endpoints.signature_algo',
    ])
    .where('webhooks.organization_id', '=', ctx.org.id)
    .where('webhooks.webhook_endpoint_id', '=', endpointId)
    .where('webhooks.next_attempt_at', 'is not', null)
    .where(eb => eb.or([eb('webhooks.retries', '=', 0), eb('webhooks.next_attempt_at', '<=', ctx.clock.now())]))
    .orderBy('webhooks.next_attempt_at')
    .orderBy('webhooks.id')
    .limit(LANES)
    .execute()
}

async function deliver(ctx: Ctx, webhook: DueWebhook, signers: Map<string, Promise<Sign>>): Promise<void> {
  const algorithm: SignatureAlgorithm = webhook.signature_algo === 'hmac' ? 'hmac' : 'jwt'
  const sign = signers.getOrInsertComputed(algorithm, () => signerFor(ctx, algorithm))
  const attempt = await sendWebhook({
    url: webhook.webhook_url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Weir',
      'x-lago-signature': await (await sign)(webhook.payload),
      'x-lago-signature-algorithm': algorithm,
      'x-lago-unique-key': webhook.id,
    },
    body: webhook.payload,
    allowPrivateNetworks: ctx.config.webhookPrivateNetworks,
  })
  await record(ctx, webhook, attempt)
}

async function record(ctx: Ctx, webhook: DueWebhook, attempt: Attempt): Promise<void> {
  const now = ctx.clock.now()
  const standing = standingAfter(attempt, webhook.retries, now, Math.random())
  if (!isDelivered(attempt)) {
    ctx.log.debug({ webhookId: webhook.id, ...attempt, retries: standing.retries }, 'webhook not delivered')
  }
  await ctx.db
    .updateTable('webhooks')
    .set({
      status: standing.status,
      retries: standing.retries,
      next_attempt_at: standing.nextAttemptAt,
      http_status: attempt.outcome === 'answered' ? attempt.httpStatus : null,
      response: attempt.response,
      endpoint: webhook.webhook_url,
      updated_at: now,
      ...(webhook.retries > 0 && { last_retried_at: now }),
    })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', webhook.id)
    // Whoever was taken for dead and comes back late changes nothing.
    .where('retries', '=', webhook.retries)
    .where('next_attempt_at', 'is not', null)
    .execute()
}

/** Business time that is steered does not pass by itself: there, the clock task finds the retries. */
async function planRetry(ctx: Ctx, endpointId: string): Promise<void> {
  if (ctx.org.testClock) return
  const next = await ctx.db
    .selectFrom('webhooks')
    .select('next_attempt_at')
    .where('organization_id', '=', ctx.org.id)
    .where('webhook_endpoint_id', '=', endpointId)
    .where('next_attempt_at', 'is not', null)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst()
  if (next === undefined || next.next_attempt_at === null) return
  await addJob(ctx.db, {
    ...deliveryJob(ctx.org.id, endpointId),
    // A key of its own: a retry that waits must not put off what is due at once.
    key: `${DELIVER_WEBHOOK}:${endpointId}:retry`,
    runAt: next.next_attempt_at,
  })
}
