import { sql } from 'kysely'
import { lockCustomer } from '../customers/index.ts'
import { frozenClock } from '../platform/clock/clock.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { ApiError } from '../platform/errors.ts'
import { activate } from './activation/activate.ts'
import { cancelActivation } from './activation/resolve.ts'
import { isExpired, isReached } from './due.ts'
import { claimingExternalId } from './external-id.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from './store.ts'
import { terminate } from './terminate-subscription.ts'

/**
 * Starts the pending subscriptions of a customer whose first day has come, at the tick. One whose external id another
 * subscription has taken in the meantime stays pending, and is tried again at the next tick.
 */
export async function activateDueSubscriptions(ctx: Ctx, customerId: string, tick: Temporal.Instant): Promise<void> {
  const started = sql<boolean>`
    subscriptions.status = 'pending'
    and subscriptions.previous_subscription_id is null
    and ${isReached(sql`subscriptions.subscription_at`, tick)}`
  for (const id of await findDue(ctx, customerId, started)) {
    try {
      await claimingExternalId(() =>
        withLocked(ctx, customerId, id, tick, (tx, record) => activate(tx, record, tick, { starting: true })),
      )
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      ctx.log.warn({ subscriptionId: id, organizationId: ctx.org.id, err: error }, 'subscription cannot start')
    }
  }
}

/** Ends the active subscriptions of a customer whose last day has come, at the tick. */
export async function terminateEndedSubscriptions(ctx: Ctx, customerId: string, tick: Temporal.Instant): Promise<void> {
  const ended = sql<boolean>`
    subscriptions.status = 'active'
    and subscriptions.ending_at is not null
    and ${isReached(sql`subscriptions.ending_at`, tick)}`
  for (const id of await findDue(ctx, customerId, ended)) {
    await withLocked(ctx, customerId, id, tick, async (tx, record) => {
      // What is to replace it waits for its payment: until that is settled, it cannot end.
      if (record.next?.status !== 'incomplete') await terminate(tx, record, tick)
    })
  }
}

/** Gives up the subscriptions of a customer that were not paid for in time. */
export async function expireActivations(ctx: Ctx, customerId: string, tick: Temporal.Instant): Promise<void> {
  const expired = sql<boolean>`subscriptions.status = 'incomplete' and ${isExpired(tick)}`
  for (const id of await findDue(ctx, customerId, expired)) {
    await withLocked(ctx, customerId, id, tick, (tx, { subscription }) => cancelActivation(tx, subscription, 'timeout'))
  }
}

async function findDue(ctx: Ctx, customerId: string, condition: ReturnType<typeof isReached>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select subscriptions.id
    from subscriptions
    join customers on customers.id = subscriptions.customer_id
    join billing_entities on billing_entities.id = customers.billing_entity_id
    where subscriptions.organization_id = ${ctx.org.id}
      and subscriptions.customer_id = ${customerId}
      and ${condition}
    order by subscriptions.subscription_at, subscriptions.id`.execute(ctx.db)
  return rows.map(row => row.id)
}

/** Each subscription in a transaction of its own; everything in it happens at the tick. */
async function withLocked(
  ctx: Ctx,
  customerId: string,
  subscriptionId: string,
  tick: Temporal.Instant,
  work: (tx: Ctx, record: SubscriptionRecord) => Promise<unknown>,
): Promise<void> {
  await transaction({ ...ctx, clock: frozenClock(tick) }, async tx => {
    await lockCustomer(tx, customerId)
    const [record] = await loadSubscriptionRecords(tx, [subscriptionId])
    if (record !== undefined) await work(tx, record)
  })
}
