import { sql } from 'kysely'
import { nextPurge, purgeExports } from '../exports/index.ts'
import type { ClockScope, ClockTask } from '../platform/clock/clock-tasks.ts'
import type { Ctx } from '../platform/context.ts'
import { addJobs } from '../platform/jobs/enqueue.ts'
import { deliveryJob } from './deliver-webhook.ts'

const WEBHOOKS_KEPT = { hours: 90 * 24 }
const IDEMPOTENCY_KEYS_KEPT = { hours: 48 }
/** Rows deleted by one statement: few enough that nobody waits for its locks. */
const PURGE_BATCH = 5000

/** Finds the retries that are due, and whatever was left undelivered. */
const deliverDueWebhooks: ClockTask = {
  name: 'deliver_webhooks',
  schedule: { everyMinutes: 1 },

  async nextDue(ctx: Ctx) {
    const next = await ctx.db
      .selectFrom('webhooks')
      .select('next_attempt_at')
      .where('organization_id', '=', ctx.org.id)
      .where('next_attempt_at', 'is not', null)
      .orderBy('next_attempt_at')
      .limit(1)
      .executeTakeFirst()
    return next?.next_attempt_at ?? null
  },

  async run(scope) {
    const endpoints = await scope.db
      .selectFrom('webhooks')
      .innerJoin('organizations', 'organizations.id', 'webhooks.organization_id')
      .select(['webhooks.organization_id', 'webhooks.webhook_endpoint_id'])
      .distinct()
      .where('webhooks.next_attempt_at', '<=', scope.now)
      .where(eb =>
        scope.organizationId === null
          ? eb('organizations.test_clock_now', 'is', null)
          : eb('webhooks.organization_id', '=', scope.organizationId),
      )
      .orderBy('webhooks.webhook_endpoint_id')
      .execute()
    await addJobs(
      scope.db,
      endpoints.map(endpoint => deliveryJob(endpoint.organization_id, endpoint.webhook_endpoint_id)),
    )
  },
}

/** Deletes webhook logs after 90 days, answers kept for repeated requests after 48 hours, and the files of exports after 7 days. */
const purgeLogs: ClockTask = {
  name: 'purge_logs',
  schedule: { dailyAtHour: 1 },

  async nextDue(ctx: Ctx) {
    // One look into the log of each endpoint, which is ordered by age.
    const { rows } = await sql<{ oldest: Temporal.Instant | null }>`
      select min(log.updated_at) as oldest
      from webhook_endpoints as endpoint
      cross join lateral (
        select updated_at from webhooks where webhook_endpoint_id = endpoint.id order by updated_at limit 1
      ) as log
      where endpoint.organization_id = ${ctx.org.id}`.execute(ctx.db)
    return earlier(rows[0]?.oldest?.add(WEBHOOKS_KEPT) ?? null, await nextPurge(ctx))
  },

  async run(scope) {
    await purgeWebhooks(scope)
    await purgeExports(scope)
    // Keys guard the retries of clients, which live in real time whatever an organization's clock says.
    if (scope.organizationId === null) await purgeIdempotencyKeys(scope)
  },
}

function earlier(one: Temporal.Instant | null, other: Temporal.Instant | null): Temporal.Instant | null {
  if (one === null || other === null) return one ?? other
  return Temporal.Instant.compare(one, other) <= 0 ? one : other
}

async function purgeWebhooks(scope: ClockScope): Promise<void> {
  await inBatches(async () => {
    const { numDeletedRows } = await scope.db
      .deleteFrom('webhooks')
      .where('id', 'in', eb =>
        eb
          .selectFrom('webhooks')
          .innerJoin('organizations', 'organizations.id', 'webhooks.organization_id')
          .select('webhooks.id')
          .where('webhooks.updated_at', '<=', scope.now.subtract(WEBHOOKS_KEPT))
          .where(of =>
            scope.organizationId === null
              ? of('organizations.test_clock_now', 'is', null)
              : of('webhooks.organization_id', '=', scope.organizationId),
          )
          .limit(PURGE_BATCH),
      )
      .executeTakeFirstOrThrow()
    return numDeletedRows
  })
}

async function purgeIdempotencyKeys(scope: ClockScope): Promise<void> {
  await inBatches(async () => {
    const { numDeletedRows } = await scope.db
      .deleteFrom('idempotency_keys')
      .where(
        eb => eb.refTuple('organization_id', 'key'),
        'in',
        eb =>
          eb
            .selectFrom('idempotency_keys')
            .select(['organization_id', 'key'])
            .where('created_at', '<=', scope.now.subtract(IDEMPOTENCY_KEYS_KEPT))
            .limit(PURGE_BATCH)
            .$asTuple('organization_id', 'key'),
      )
      .executeTakeFirstOrThrow()
    return numDeletedRows
  })
}

/** Repeats until a batch is not full. */
async function inBatches(deleteBatch: () => Promise<bigint>): Promise<void> {
  for (;;) {
    if ((await deleteBatch()) < PURGE_BATCH) return
  }
}

export const clockTasks: readonly ClockTask[] = [deliverDueWebhooks, purgeLogs]
