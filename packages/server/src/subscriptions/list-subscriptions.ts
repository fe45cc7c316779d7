import { type RawBuilder, sql } from 'kysely'
import { findBillingEntitiesByCodes } from '../accounts/index.ts'
import { getCustomerByExternalId } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { containing } from '../platform/db/search.ts'
import type { Page } from '../platform/http/pagination.ts'
import { asList, asText } from '../platform/http/query.ts'
import { readSearchTerm } from '../platform/http/search-term.ts'
import { loadSubscriptionRecords, SUBSCRIPTION_STATUSES, type SubscriptionRecord } from './store.ts'

export interface SubscriptionFilters {
  /** Empty: all. */
  readonly statuses: readonly string[]
  readonly externalCustomerId?: string
  readonly planCode?: string
  readonly externalId?: string
  /** Of the plan. */
  readonly currency?: string
  /** Whether the prices of the plan were overridden for the subscription. */
  readonly overridden?: boolean
  readonly billingEntityCodes: readonly string[]
  /** Part of its name, its external id, or its customer's name or external id. */
  readonly searchTerm?: string
}

/** Reads the filters of a list from its query string. A status that does not exist lifts the filter by status. */
export function readSubscriptionFilters(query: Record<string, unknown>): SubscriptionFilters {
  const statuses = query.status === undefined ? ['active'] : asList(query.status)
  const texts = {
    externalCustomerId: asText(query.external_customer_id),
    planCode: asText(query.plan_code),
    externalId: asText(query.external_id),
    currency: asText(query.currency),
    searchTerm: readSearchTerm(query),
  }
  const overridden = asText(query.overridden ?? query.overriden)
  return {
    statuses: statuses.every(status => SUBSCRIPTION_STATUSES.includes(status)) ? statuses : [],
    billingEntityCodes: asList(query.billing_entity_codes),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
    ...((overridden === 'true' || overridden === 'false') && { overridden: overridden === 'true' }),
  }
}

/**
 * A page of subscriptions, latest start first, with the total count.
 *
 * @throws 404 `billing_entity_not_found` when a code is unknown
 */
export async function listSubscriptions(
  ctx: Ctx,
  filters: SubscriptionFilters,
  page: Page,
): Promise<{ records: SubscriptionRecord[]; total: number }> {
  const entities =
    filters.billingEntityCodes.length === 0
      ? undefined
      : await findBillingEntitiesByCodes(ctx, filters.billingEntityCodes)
  const filtered = select(
    ctx,
    filters,
    entities?.map(entity => entity.id),
  )
  const { total } = await filtered.select(sql<bigint>`count(*)`.as('total')).executeTakeFirstOrThrow()
  const rows = await filtered
    .select('id')
    .orderBy('subscription_at', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  const records = await loadSubscriptionRecords(
    ctx,
    rows.map(row => row.id),
  )
  return { records, total: Number(total) }
}

/**
 * As {@link listSubscriptions}, of one customer.
 *
 * @throws 404 `customer_not_found`
 */
export async function listCustomerSubscriptions(
  ctx: Ctx,
  externalCustomerId: string,
  filters: SubscriptionFilters,
  page: Page,
): Promise<{ records: SubscriptionRecord[]; total: number }> {
  const customer = await getCustomerByExternalId(ctx, externalCustomerId)
  return listSubscriptions(ctx, { ...filters, externalCustomerId: customer.external_id }, page)
}

/** Each filter is a condition of its own, so that a list without filters reads nothing but subscriptions. */
function select(ctx: Ctx, filters: SubscriptionFilters, entityIds: readonly string[] | undefined) {
  const ofPlans = (condition: RawBuilder<unknown>) =>
    sql<boolean>`plan_id in (select id from plans where organization_id = ${ctx.org.id} and ${condition})`
  let query = ctx.db.selectFrom('subscriptions').where('organization_id', '=', ctx.org.id)
  if (filters.statuses.length > 0) query = query.where('status', 'in', filters.statuses)
  if (filters.externalCustomerId !== undefined) query = query.where(ofCustomer(ctx, filters.externalCustomerId))
  if (filters.externalId !== undefined) query = query.where('external_id', '=', filters.externalId)
  if (filters.planCode !== undefined) query = query.where(ofPlans(sql`code = ${filters.planCode}`))
  if (filters.currency !== undefined) query = query.where(ofPlans(sql`amount_currency = ${filters.currency}`))
  if (filters.overridden !== undefined) {
    query = query.where(ofPlans(filters.overridden ? sql`parent_id is not null` : sql`parent_id is null`))
  }
  if (filters.searchTerm !== undefined) query = query.where(matching(ctx, filters.searchTerm))
  if (entityIds !== undefined) query = query.where(billedBy(ctx, entityIds))
  return query
}

function matching(ctx: Ctx, term: string): RawBuilder<boolean> {
  const pattern = containing(term)
  return sql<boolean>`(
    name ilike ${pattern} or external_id ilike ${pattern} or customer_id in (
      select id from customers
      where organization_id = ${ctx.org.id} and (name ilike ${pattern} or external_id ilike ${pattern})
    )
  )`
}

function ofCustomer(ctx: Ctx, externalId: string): RawBuilder<boolean> {
  return sql<boolean>`customer_id in (
    select id from customers
    where organization_id = ${ctx.org.id} and external_id = ${externalId} and deleted_at is null
  )`
}

/** A subscription's own billing entity, or else its customer's. */
function billedBy(ctx: Ctx, entityIds: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`(
    billing_entity_id = any(${entityIds}::uuid[])
    or billing_entity_id is null and customer_id in (
      select id from customers
      where organization_id = ${ctx.org.id} and billing_entity_id = any(${entityIds}::uuid[])
    )
  )`
}
