import { type RawBuilder, sql } from 'kysely'
import type { ClockScope } from '../../platform/clock/clock-tasks.ts'
import type { Ctx } from '../../platform/context.ts'

/** Which paid fees are collected. */
export interface PaidFeesQuestion {
  readonly subscriptionIds: readonly string[]
  /** Only those paid by then. */
  readonly at: Temporal.Instant
  /** Whether those whose period still runs wait for its end. */
  readonly onlyClosedPeriods: boolean
}

export interface PaidFee {
  readonly id: string
  readonly subscription_id: string
  readonly amount_cents: bigint
  readonly taxes_amount_cents: bigint
}

/** The paid fees that stand alone, oldest first. The caller holds the customer's lock. */
export async function findPaidFees(
  tx: Ctx,
  { subscriptionIds, at, onlyClosedPeriods }: PaidFeesQuestion,
): Promise<PaidFee[]> {
  if (subscriptionIds.length === 0) return []
  const { rows } = await sql<PaidFee>`
    select id, subscription_id, amount_cents, taxes_amount_cents
    from fees
    where organization_id = ${tx.org.id}
      and subscription_id = any(${subscriptionIds}::uuid[])
      and ${isPaid}
      and succeeded_at <= ${at}
      and ${onlyClosedPeriods ? sql`(to_datetime is null or to_datetime <= ${at})` : sql`true`}
    order by created_at, id`.execute(tx.db)
  return rows
}

const isPaid = sql`invoice_id is null and payment_status = 'succeeded' and deleted_at is null`

/** What a customer has or had under some external ids: the ids of the subscriptions. */
export async function findFamily(tx: Ctx, customerId: string, externalIds: readonly string[]): Promise<string[]> {
  const rows = await tx.db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customerId)
    .where(sql<boolean>`external_id = any(${externalIds}::text[])`)
    .where('status', 'in', ['active', 'terminated'])
    .execute()
  return rows.map(row => row.id)
}

/** Those of the customers that have paid fees which stand alone. */
export async function findCustomersWithPaidFees(tx: Ctx, customerIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ customer_id: string }>`
    select distinct subscriptions.customer_id
    from subscriptions
    join fees on fees.subscription_id = subscriptions.id and fees.organization_id = subscriptions.organization_id
    where subscriptions.organization_id = ${tx.org.id}
      and subscriptions.customer_id = any(${customerIds}::uuid[])
      and ${isPaid}`.execute(tx.db)
  return new Set(rows.map(row => row.customer_id))
}

/** Whether any of the plans wants the paid fees of its charges in advance on invoices. */
export async function wantsRegrouping(tx: Ctx, planIds: readonly string[]): Promise<boolean> {
  const charge = await tx.db
    .selectFrom('charges')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where(sql<boolean>`plan_id = any(${planIds}::uuid[])`)
    .where('deleted_at', 'is', null)
    .where('pay_in_advance', '=', true)
    .where('invoiceable', '=', false)
    .where('regroup_paid_fees', '=', 'invoice')
    .limit(1)
    .executeTakeFirst()
  return charge !== undefined
}

/** Subscriptions of a customer that a billing run billed, and which have fees that were to be collected then. */
export interface MissedRun {
  readonly organizationId: string
  readonly customerId: string
  readonly subscriptionIds: readonly string[]
  /** Of the billing run. */
  readonly at: string
}

/** The runs of the last day after which something was left to collect. */
export async function findMissedRuns(scope: ClockScope): Promise<MissedRun[]> {
  const { rows } = await sql<MissedRun>`
    select
      subscriptions.organization_id as "organizationId",
      subscriptions.customer_id as "customerId",
      array_agg(distinct subscriptions.id::text) as "subscriptionIds",
      to_char(billed.timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
    from fees
    join subscriptions on subscriptions.id = fees.subscription_id
    join organizations on organizations.id = subscriptions.organization_id
    join lateral (
      select timestamp
      from invoice_subscriptions
      where invoice_subscriptions.subscription_id = subscriptions.id and recurring
      order by timestamp desc
      limit 1
    ) as billed on true
    where ${isPaid}
      and fees.succeeded_at <= billed.timestamp
      and (fees.to_datetime is null or fees.to_datetime <= billed.timestamp)
      and billed.timestamp <= ${scope.now}
      and billed.timestamp > ${scope.now.subtract({ hours: 24 })}
      and ${inScope(scope)}
    group by subscriptions.organization_id, subscriptions.customer_id, billed.timestamp`.execute(scope.db)
  return rows
}

/** An organization whose clock its users steer is left out of real time. */
function inScope({ organizationId }: ClockScope): RawBuilder<unknown> {
  return organizationId === null
    ? sql`organizations.test_clock_now is null`
    : sql`fees.organization_id = ${organizationId}`
}
