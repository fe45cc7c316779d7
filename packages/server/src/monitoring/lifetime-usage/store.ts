import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { LifetimeUsages } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Subscription } from '../../subscriptions/index.ts'

export type LifetimeUsage = Selectable<LifetimeUsages>

/** What was used over a subscription's whole life, in cents. */
export function totalOf(usage: LifetimeUsage): bigint {
  return usage.historical_usage_amount_cents + usage.invoiced_usage_amount_cents + usage.current_usage_amount_cents
}

function kept(ctx: Ctx, subscriptionId: string) {
  return ctx.db
    .selectFrom('lifetime_usages')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .where('deleted_at', 'is', null)
}

/** The record of a subscription; none when it never began, or another subscription has taken it over. */
export function findLifetimeUsage(ctx: Ctx, subscriptionId: string): Promise<LifetimeUsage | undefined> {
  return kept(ctx, subscriptionId).executeTakeFirst()
}

/**
 * The record of an active subscription. One that has none yet takes over the record of the subscription whose place it took,
 * or gets a new one; both are to be calculated.
 */
export async function claimLifetimeUsage(ctx: Ctx, subscription: Subscription): Promise<LifetimeUsage> {
  const found = await findLifetimeUsage(ctx, subscription.id)
  if (found !== undefined) return found
  const now = ctx.clock.now()
  const flags = { recalculate_invoiced_usage: true, recalculate_current_usage: true, updated_at: now }
  if (subscription.previous_subscription_id !== null) {
    await ctx.db
      .updateTable('lifetime_usages')
      .set({ subscription_id: subscription.id, ...flags })
      .where('organization_id', '=', ctx.org.id)
      .where('subscription_id', '=', subscription.previous_subscription_id)
      .where('deleted_at', 'is', null)
      .where(({ not, exists }) => not(exists(kept(ctx, subscription.id))))
      .execute()
  }
  await ctx.db
    .insertInto('lifetime_usages')
    .values({
      id: newId(),
      organization_id: ctx.org.id,
      subscription_id: subscription.id,
      created_at: now,
      ...flags,
    })
    .onConflict(conflict => conflict.column('subscription_id').where('deleted_at', 'is', null).doNothing())
    .execute()
  return kept(ctx, subscription.id).executeTakeFirstOrThrow()
}

/** The record, locked until the transaction ends. */
export function lockLifetimeUsage(tx: Ctx, id: string): Promise<LifetimeUsage> {
  return tx.db
    .selectFrom('lifetime_usages')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

export type LifetimeUsageChange = Partial<
  Pick<
    LifetimeUsage,
    | 'historical_usage_amount_cents'
    | 'invoiced_usage_amount_cents'
    | 'current_usage_amount_cents'
    | 'recalculate_invoiced_usage'
    | 'recalculate_current_usage'
    | 'invoiced_usage_refreshed_at'
    | 'current_usage_refreshed_at'
  >
>

/** Writes columns of a record; amounts in the smallest unit of the plan’s currency. @returns it as it is then */
export function changeLifetimeUsage(ctx: Ctx, id: string, change: LifetimeUsageChange): Promise<LifetimeUsage> {
  return ctx.db
    .updateTable('lifetime_usages')
    .set({ ...change, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * What was invoiced for usage of a subscription and of those whose place it took: the usage fees of issued and draft
 * subscription invoices, in cents. Those are the subscriptions with its external id and its first day.
 */
export async function sumInvoicedUsage(ctx: Ctx, subscription: Subscription): Promise<bigint> {
  const { rows } = await sql<{ sum: bigint }>`
    select coalesce(sum(fees.amount_cents), 0)::bigint as sum
    from subscriptions
    join fees on fees.subscription_id = subscriptions.id
    join invoices on invoices.id = fees.invoice_id
    where subscriptions.organization_id = ${ctx.org.id}
      and subscriptions.external_id = ${subscription.external_id}
      and subscriptions.subscription_at = ${subscription.subscription_at}
      and subscriptions.status <> 'canceled'
      and fees.fee_type = 'charge'
      and fees.deleted_at is null
      and invoices.invoice_type = 'subscription'
      and invoices.status in ('finalized', 'draft')`.execute(ctx.db)
  return rows[0]?.sum ?? 0n
}
