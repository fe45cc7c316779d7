import { type RawBuilder, sql } from 'kysely'
import type { ClockScope } from '../platform/clock/clock-tasks.ts'
import type { Ctx } from '../platform/context.ts'
import type { Subscription } from './store.ts'

export interface CustomerRef {
  readonly organizationId: string
  readonly customerId: string
}

const CUSTOMERS_A_CHUNK = 5000

/** SQL: the applicable time zone of `customers`, joined with their `billing_entities`. */
export const CUSTOMER_TIME_ZONE = sql<string>`coalesce(nullif(trim(customers.timezone), ''), billing_entities.timezone)`

/** The customers that have a subscription whose billing day has come, in chunks: a job each bills them. */
export function findCustomersToBill(scope: ClockScope): AsyncGenerator<CustomerRef[]> {
  return customersOf(
    scope,
    sql`subscriptions.status = 'active' and subscriptions.next_billing_at <= ${scope.now.toString()}`,
  )
}

/** The customers that have a subscription which starts on their present day or should have started before. */
export function findCustomersToActivate(scope: ClockScope): AsyncGenerator<CustomerRef[]> {
  return customersOf(
    scope,
    sql`subscriptions.status = 'pending'
      and subscriptions.previous_subscription_id is null
      and ${isReached(sql`subscriptions.subscription_at`, scope.now)}`,
  )
}

/** The customers that have a subscription whose last day has come. */
export function findCustomersToTerminate(scope: ClockScope): AsyncGenerator<CustomerRef[]> {
  return customersOf(
    scope,
    sql`subscriptions.status = 'active'
      and subscriptions.ending_at is not null
      and ${isReached(sql`subscriptions.ending_at`, scope.now)}`,
  )
}

/** The customers that have a subscription whose free trial is over and was not acted upon yet. */
export function findCustomersWithEndedTrials(scope: ClockScope): AsyncGenerator<CustomerRef[]> {
  return customersOf(
    scope,
    sql`subscriptions.status = 'active'
      and subscriptions.trial_ended_at is null
      and subscriptions.trial_ends_at <= ${scope.now.toString()}`,
  )
}

/** The customers that have a subscription which was not paid for in time. */
export function findCustomersToExpire(scope: ClockScope): AsyncGenerator<CustomerRef[]> {
  return customersOf(scope, sql`subscriptions.status = 'incomplete' and ${isExpired(scope.now)}`)
}

/** SQL: the time that the subscription had to be paid for is over. */
export function isExpired(now: Temporal.Instant): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from subscription_activation_rules
    where subscription_activation_rules.subscription_id = subscriptions.id
      and subscription_activation_rules.status = 'pending'
      and subscription_activation_rules.expires_at <= ${now.toString()}
  )`
}

/** When the organization's next subscription has waited long enough for its payment; null when none waits. */
export async function nextExpiration(ctx: Ctx): Promise<Temporal.Instant | null> {
  const row = await ctx.db
    .selectFrom('subscription_activation_rules')
    .select('expires_at')
    .where('organization_id', '=', ctx.org.id)
    .where('status', '=', 'pending')
    .where('expires_at', 'is not', null)
    .orderBy('expires_at')
    .limit(1)
    .executeTakeFirst()
  return row?.expires_at ?? null
}

/** SQL: the local date of an instant is not after the present one. The first condition is the one an index answers. */
export function isReached(column: RawBuilder<unknown>, now: Temporal.Instant): RawBuilder<boolean> {
  const at = now.toString()
  const bound = now.add({ hours: 26 }).toString()
  return sql<boolean>`
    ${column} < ${bound}::timestamptz
    and (${column} at time zone ${CUSTOMER_TIME_ZONE})::date
      <= (${at}::timestamptz at time zone ${CUSTOMER_TIME_ZONE})::date`
}

/** Each customer once, unless it becomes due again while the chunks are read. */
async function* customersOf(scope: ClockScope, condition: RawBuilder<unknown>): AsyncGenerator<CustomerRef[]> {
  let last: string | null = null
  for (;;) {
    const { rows }: { rows: CustomerRef[] } = await sql<CustomerRef>`
      select distinct
        subscriptions.customer_id as "customerId",
        subscriptions.organization_id as "organizationId"
      from subscriptions
      join organizations on organizations.id = subscriptions.organization_id
      join customers on customers.id = subscriptions.customer_id
      join billing_entities on billing_entities.id = customers.billing_entity_id
      where ${condition}
        and ${inScope(scope)}
        and ${last === null ? sql`true` : sql`subscriptions.customer_id > ${last}`}
      order by subscriptions.customer_id
      limit ${CUSTOMERS_A_CHUNK}`.execute(scope.db)
    if (rows.length > 0) yield rows
    if (rows.length < CUSTOMERS_A_CHUNK) return
    last = rows.at(-1)?.customerId ?? null
  }
}

/** An organization whose clock its users steer is left out of real time. */
function inScope({ organizationId }: ClockScope): RawBuilder<unknown> {
  return organizationId === null
    ? sql`organizations.test_clock_now is null`
    : sql`subscriptions.organization_id = ${organizationId}`
}

/**
 * The active subscriptions of some customers whose planned billing has come, oldest first. Which local day that is follows
 * from `next_billing_at`; the caller, who holds the customers' locks, decides what is billed for it and plans the next one.
 */
export async function findDueSubscriptions(
  tx: Ctx,
  customerIds: readonly string[],
  now: Temporal.Instant,
): Promise<Subscription[]> {
  return tx.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where(sql<boolean>`customer_id = any(${customerIds}::uuid[])`)
    .where('status', '=', 'active')
    .where('next_billing_at', '<=', now)
    .orderBy('next_billing_at')
    .orderBy('id')
    .execute()
}

/** When the organization has something to bill next; null when nothing is planned. */
export async function nextBillingDue(ctx: Ctx): Promise<Temporal.Instant | null> {
  const row = await ctx.db
    .selectFrom('subscriptions')
    .select('next_billing_at')
    .where('organization_id', '=', ctx.org.id)
    .where('status', '=', 'active')
    .where('next_billing_at', 'is not', null)
    .orderBy('next_billing_at')
    .limit(1)
    .executeTakeFirst()
  return row?.next_billing_at ?? null
}
