import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Ctx, Db } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { DunningCampaigns, DunningCampaignThresholds } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'

export type DunningCampaign = Selectable<DunningCampaigns>
export type DunningThreshold = Selectable<DunningCampaignThresholds>

export async function findCampaignByCode(ctx: Ctx, code: string): Promise<DunningCampaign | undefined> {
  return ctx.db
    .selectFrom('dunning_campaigns')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('code', '=', code)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** @throws 404 `dunning_campaign_not_found` */
export async function getCampaignByCode(ctx: Ctx, code: string): Promise<DunningCampaign> {
  const campaign = await findCampaignByCode(ctx, code)
  if (campaign === undefined) throw notFound('dunning_campaign')
  return campaign
}

export async function listThresholds(
  ctx: Ctx,
  campaignIds: readonly string[],
): Promise<Map<string, DunningThreshold[]>> {
  if (campaignIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('dunning_campaign_thresholds')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('dunning_campaign_id', campaignIds))
    .where('deleted_at', 'is', null)
    .orderBy('currency')
    .execute()
  return Map.groupBy(rows, row => row.dunning_campaign_id)
}

/** The campaign that a customer's overdue invoices are in: its own, else its billing entity's; none if it is left out. */
export async function findApplicableCampaign(ctx: Ctx, customerId: string): Promise<DunningCampaign | undefined> {
  const { rows } = await sql<DunningCampaign>`
    select dunning_campaigns.*
    from customers
    join billing_entities on billing_entities.id = customers.billing_entity_id
    join dunning_campaigns on ${isApplicable()}
    where customers.organization_id = ${ctx.org.id} and customers.id = ${customerId}`.execute(ctx.db)
  return rows[0]
}

function isApplicable(): RawBuilder<boolean> {
  return sql<boolean>`
    dunning_campaigns.id = coalesce(customers.applied_dunning_campaign_id, billing_entities.applied_dunning_campaign_id)
    and dunning_campaigns.deleted_at is null
    and not customers.exclude_from_dunning_campaign`
}

export interface Balance {
  readonly currency: string
  readonly amount_cents: bigint
}

/** What overdue invoices of a customer come to, by currency: their totals, whatever was paid of them. */
export async function overdueBalances(ctx: Ctx, customerId: string): Promise<Balance[]> {
  const { rows } = await sql<Balance>`
    select currency, sum(total_amount_cents)::bigint as amount_cents
    from invoices
    where organization_id = ${ctx.org.id} and customer_id = ${customerId} and payment_overdue and not self_billed
    group by currency
    order by currency`.execute(ctx.db)
  return rows
}

/**
 * SQL: customers whom their campaign has to ask, `asked(id, organization_id, due_at)`: something overdue reaches a threshold,
 * and was not asked for too often yet. `due_at` is when; long ago when they were never asked.
 *
 * @param scope a condition on `customers`
 */
export function customersToAsk(scope: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select distinct customers.id, customers.organization_id, coalesce(
      customers.last_dunning_campaign_attempt_at
        + dunning_campaigns.days_between_attempts * interval '24 hours' + interval '1 microsecond',
      'epoch'
    ) as due_at
    from (
      select customer_id, currency, sum(total_amount_cents) as amount_cents
      from invoices
      where payment_overdue and not self_billed
      group by customer_id, currency
    ) balances
    join customers on customers.id = balances.customer_id and customers.deleted_at is null
    join organizations on organizations.id = customers.organization_id
    join billing_entities on billing_entities.id = customers.billing_entity_id
    join dunning_campaigns on ${isApplicable()}
    join dunning_campaign_thresholds threshold on threshold.dunning_campaign_id = dunning_campaigns.id
      and threshold.deleted_at is null
      and threshold.currency = balances.currency
      and threshold.amount_cents <= balances.amount_cents
    where ${scope}
      and coalesce((customers.dunning_currency_attempts ->> balances.currency)::integer, 0) < dunning_campaigns.max_attempts
  )`
}

/** When the next customer of an organization is to be asked. */
export async function nextAskingDue(ctx: Ctx): Promise<Temporal.Instant | null> {
  const scope = sql`customers.organization_id = ${ctx.org.id}`
  const { rows } = await sql<{ at: Temporal.Instant | null }>`
    select min(due_at) as at from ${customersToAsk(scope)} asked`.execute(ctx.db)
  return rows[0]?.at ?? null
}

export async function findCustomersToAsk(
  db: Db,
  scope: RawBuilder<unknown>,
  now: Temporal.Instant,
): Promise<{ id: string; organization_id: string }[]> {
  const { rows } = await sql<{ id: string; organization_id: string }>`
    select id, organization_id from ${customersToAsk(scope)} asked where due_at <= ${now}`.execute(db)
  return rows
}
