import { localDate } from '@weir/engine'
import { sql, type Updateable } from 'kysely'
import type { PlanSnapshot } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Subscriptions } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import {
  billingSchedule,
  loadSubscriptionRecords,
  movedBillingAt,
  type SubscriptionRecord,
} from '../../subscriptions/index.ts'
import type { Payer } from './customer.ts'

/** The running ones with these external ids; a single one may also be waiting for its start. */
export async function findRecords(
  tx: Ctx,
  payer: Payer,
  externalIds: readonly string[],
): Promise<SubscriptionRecord[]> {
  const rows = await tx.db
    .selectFrom('subscriptions')
    .select(['id', 'status', 'previous_subscription_id', 'subscription_at'])
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', payer.customer.id)
    .where(sql<boolean>`external_id = any(${externalIds}::text[])`)
    .where('status', 'in', ['active', 'pending'])
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const active = rows.filter(row => row.status === 'active')
  const waiting = rows.filter(
    row => row.previous_subscription_id === null && Temporal.Instant.compare(row.subscription_at, tx.clock.now()) > 0,
  )
  const found = active.length === 0 && externalIds.length === 1 ? waiting.slice(0, 1) : active
  const records = await loadSubscriptionRecords(
    tx,
    found.map(row => row.id),
  )
  return payer.hasMoved ? Promise.all(records.map(record => rescheduled(tx, record))) : records
}

/** Billed next by the days of the time zone that the preview gives its customer. */
async function rescheduled(tx: Ctx, record: SubscriptionRecord): Promise<SubscriptionRecord> {
  const { subscription, plan, timeZone } = record
  const { started_at: startedAt, next_billing_at: planned } = subscription
  if (startedAt === null || planned === null) return record
  const schedule = billingSchedule(subscription, plan, timeZone)
  return changed(tx, subscription.id, { next_billing_at: movedBillingAt(schedule, startedAt, planned) })
}

/** A subscription as the preview has it be. */
export async function changed(tx: Ctx, id: string, changes: Updateable<Subscriptions>): Promise<SubscriptionRecord> {
  await tx.db
    .updateTable('subscriptions')
    .set(changes)
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .execute()
  const [record] = await loadSubscriptionRecords(tx, [id])
  if (record === undefined) throw notFound('subscription')
  return record
}

/** Its end, where it comes no later than the next billing day. */
export function endsBeforeBilled({ subscription, timeZone }: SubscriptionRecord): Temporal.Instant | null {
  const { ending_at: endingAt, next_billing_at: nextAt } = subscription
  if (endingAt === null || nextAt === null) return null
  const isLater = Temporal.PlainDate.compare(localDate(endingAt, timeZone), localDate(nextAt, timeZone)) > 0
  return isLater ? null : endingAt
}

/** Nothing is planned for a subscription any more. */
export async function dropPlannedChange(tx: Ctx, { next }: SubscriptionRecord): Promise<void> {
  if (next !== null) await changed(tx, next.id, { status: 'canceled' })
}

/** What takes the place of a subscription, with all that it would have of it. */
export async function insertSuccessor(
  tx: Ctx,
  { subscription }: SubscriptionRecord,
  plan: PlanSnapshot,
  startedAt: Temporal.Instant,
): Promise<string> {
  const now = tx.clock.now()
  const id = newId()
  await tx.db
    .insertInto('subscriptions')
    .values({
      id,
      organization_id: tx.org.id,
      customer_id: subscription.customer_id,
      plan_id: plan.id,
      previous_subscription_id: subscription.id,
      external_id: subscription.external_id,
      billing_entity_id: subscription.billing_entity_id,
      purchase_order_number: subscription.purchase_order_number,
      status: 'active',
      name: subscription.name,
      billing_time: subscription.billing_time,
      subscription_at: subscription.subscription_at,
      started_at: startedAt,
      activated_at: startedAt,
      created_at: now,
      updated_at: now,
    })
    .execute()
  return id
}
