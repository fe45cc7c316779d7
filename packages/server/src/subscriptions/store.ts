import type { BillingTerms, PlanPrice, PreviousUsage } from '@weir/engine'
import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import type { PlanSnapshot } from '../catalog/index.ts'
import { applicableTimeZone, lockCustomer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { Subscriptions } from '../platform/db/types.ts'
import { notFound } from '../platform/errors.ts'
import { billingTerms, type PlanTerms, successorOf } from './terms.ts'

export type Subscription = Selectable<Subscriptions>

export const SUBSCRIPTION_STATUSES: readonly string[] = ['pending', 'active', 'terminated', 'canceled', 'incomplete']

/** The plan a subscription is attached to, without its charges. */
export type SubscribedPlan = PlanTerms &
  Pick<
    PlanSnapshot,
    'id' | 'parentId' | 'code' | 'name' | 'invoiceDisplayName' | 'amountCents' | 'amountCurrency' | 'trialPeriod'
  >

/** The subscription that replaces another one, or will. */
export interface NextSubscription {
  readonly id: string
  readonly status: string
  readonly startedAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
  readonly plan: PlanPrice & { readonly code: string }
}

/** A subscription with what decides its periods and what is shown of it. */
export interface SubscriptionRecord {
  readonly subscription: Subscription
  readonly externalCustomerId: string
  /** Of the customer, whatever the subscription's own. */
  readonly customerBillingEntityId: string
  /** The applicable time zone of the customer. */
  readonly timeZone: string
  readonly plan: SubscribedPlan
  readonly previousPlanCode: string | null
  /** The latest that was not canceled. */
  readonly next: NextSubscription | null
  /** The usage bounds of its latest invoice; null before the first. */
  readonly previousUsage: PreviousUsage | null
}

/** The engine's view of a record; undefined while it has not started. */
export function termsOf(record: SubscriptionRecord): BillingTerms | undefined {
  if (record.subscription.started_at === null) return undefined
  const successor = successorOf(record.plan, record.next?.plan ?? null)
  return billingTerms(record.subscription, record.plan, record.timeZone, record.previousUsage, successor)
}

/** Subscriptions by id, in the order of the ids, with one query however many; unknown ids are left out. */
export async function loadSubscriptionRecords(ctx: Ctx, ids: readonly string[]): Promise<SubscriptionRecord[]> {
  if (ids.length === 0) return []
  const rows = await selectRecords(ctx).where(sql<boolean>`subscriptions.id = any(${ids}::uuid[])`).execute()
  const byId = new Map(rows.map(row => [row.id, toRecord(row)]))
  return ids.flatMap(id => byId.get(id) ?? [])
}

/** The running subscription with an external id: at most one of the organization has it. One query. */
export async function findActiveRecord(ctx: Ctx, externalId: string): Promise<SubscriptionRecord | undefined> {
  const row = await selectRecords(ctx)
    .where('subscriptions.external_id', '=', externalId.replaceAll('\0', '\ufffd'))
    .where('subscriptions.status', '=', 'active')
    .executeTakeFirst()
  return row && toRecord(row)
}

/** @throws 404 `subscription_not_found` */
export async function getSubscriptionRecord(ctx: Ctx, id: string): Promise<SubscriptionRecord> {
  const [record] = await loadSubscriptionRecords(ctx, [id])
  if (record === undefined) throw notFound('subscription')
  return record
}

/** By id, whatever their status, in no particular order; unknown ids are left out. */
export async function findSubscriptionsByIds(ctx: Ctx, ids: readonly string[]): Promise<Subscription[]> {
  if (ids.length === 0) return []
  return ctx.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
}

/** As {@link findSubscriptionsByIds}, for one. */
export async function findSubscription(ctx: Ctx, id: string): Promise<Subscription | undefined> {
  return (await findSubscriptionsByIds(ctx, [id]))[0]
}

/** Subscriptions with an external id, whatever their status. */
export function selectByExternalId(ctx: Ctx, externalId: string) {
  return (
    ctx.db
      .selectFrom('subscriptions')
      .selectAll()
      .where('organization_id', '=', ctx.org.id)
      // No stored id has a NUL character, and the database refuses to be asked for one.
      .where('external_id', '=', externalId.replaceAll('\0', '\ufffd'))
  )
}

/**
 * The subscription that an external id and a status stand for: the one that ended last or not at all, then the one that
 * started last.
 */
export async function findByExternalId(
  ctx: Ctx,
  externalId: string,
  status: string,
): Promise<Subscription | undefined> {
  return selectByExternalId(ctx, externalId)
    .where('status', '=', status)
    .orderBy('terminated_at', order => order.desc().nullsFirst())
    .orderBy('started_at', order => order.desc().nullsLast())
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/**
 * Takes the lock of the customer of the subscription that `find` gives, and reads it again as it is then.
 *
 * @throws 404 `subscription_not_found` when there is none, or none any more once the lock is ours
 */
export async function lockSubscription(
  tx: Ctx,
  find: () => Promise<Subscription | undefined>,
): Promise<SubscriptionRecord> {
  const found = await find()
  if (found === undefined) throw notFound('subscription')
  await lockCustomer(tx, found.customer_id)
  const current = await find()
  if (current?.customer_id !== found.customer_id) throw notFound('subscription')
  return getSubscriptionRecord(tx, current.id)
}

/**
 * When each subscription's customer was first served under its external id: the earliest start of all the subscriptions
 * with that external id, whatever their status. What free trials are counted from.
 */
export async function initialStarts(
  ctx: Ctx,
  subscriptions: readonly Subscription[],
): Promise<Map<string, Temporal.Instant>> {
  if (subscriptions.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('subscriptions')
    .innerJoin('subscriptions as same', join =>
      join
        .onRef('same.organization_id', '=', 'subscriptions.organization_id')
        .onRef('same.customer_id', '=', 'subscriptions.customer_id')
        .onRef('same.external_id', '=', 'subscriptions.external_id'),
    )
    .where('subscriptions.organization_id', '=', ctx.org.id)
    .where(sql<boolean>`subscriptions.id = any(${subscriptions.map(subscription => subscription.id)}::uuid[])`)
    .groupBy('subscriptions.id')
    .select(['subscriptions.id', sql<Temporal.Instant | null>`min(same.started_at)`.as('start')])
    .execute()
  const starts = new Map(rows.map(row => [row.id, row.start]))
  return new Map(subscriptions.map(({ id, subscription_at }) => [id, starts.get(id) ?? subscription_at]))
}

type RecordRow = Awaited<ReturnType<ReturnType<typeof selectRecords>['execute']>>[number]

function selectRecords(ctx: Ctx) {
  return ctx.db
    .selectFrom('subscriptions')
    .innerJoin('customers', 'customers.id', 'subscriptions.customer_id')
    .innerJoin('billing_entities', 'billing_entities.id', 'customers.billing_entity_id')
    .innerJoin('plans', 'plans.id', 'subscriptions.plan_id')
    .leftJoin('subscriptions as previous', 'previous.id', 'subscriptions.previous_subscription_id')
    .leftJoin('plans as previous_plan', 'previous_plan.id', 'previous.plan_id')
    .leftJoinLateral(
      eb =>
        eb
          .selectFrom('subscriptions as successor')
          .innerJoin('plans as successor_plan', 'successor_plan.id', 'successor.plan_id')
          .whereRef('successor.previous_subscription_id', '=', 'subscriptions.id')
          .where('successor.status', '<>', 'canceled')
          .orderBy('successor.created_at', 'desc')
          .orderBy('successor.id', 'desc')
          .limit(1)
          .select([
            'successor.id',
            'successor.status',
            'successor.started_at',
            'successor.created_at',
            'successor_plan.code',
            'successor_plan.amount_cents',
            'successor_plan.interval',
          ])
          .as('next'),
      join => join.onTrue(),
    )
    .leftJoinLateral(
      eb =>
        eb
          .selectFrom('invoice_subscriptions')
          .innerJoin('invoices', 'invoices.id', 'invoice_subscriptions.invoice_id')
          .whereRef('invoice_subscriptions.subscription_id', '=', 'subscriptions.id')
          .where('invoices.status', '<>', 'deleted')
          .orderBy(sql`coalesce(invoice_subscriptions.to_datetime, invoice_subscriptions.created_at)`, order =>
            order.desc(),
          )
          .limit(1)
          .select([
            'invoices.timezone',
            'invoice_subscriptions.charges_to_datetime',
            'invoice_subscriptions.fixed_charges_to_datetime',
          ])
          .as('billed'),
      join => join.onTrue(),
    )
    .where('subscriptions.organization_id', '=', ctx.org.id)
    .selectAll('subscriptions')
    .select([
      'customers.external_id as external_customer_id',
      'customers.billing_entity_id as customer_billing_entity_id',
      'customers.timezone as customer_timezone',
      'billing_entities.timezone as entity_timezone',
      'plans.parent_id as plan_parent_id',
      'plans.code as plan_code',
      'plans.name as plan_name',
      'plans.invoice_display_name as plan_invoice_display_name',
      'plans.interval as plan_interval',
      'plans.amount_cents as plan_amount_cents',
      'plans.amount_currency as plan_amount_currency',
      'plans.pay_in_advance as plan_pay_in_advance',
      'plans.trial_period as plan_trial_period',
      'plans.bill_charges_monthly as plan_bill_charges_monthly',
      'plans.bill_fixed_charges_monthly as plan_bill_fixed_charges_monthly',
      'previous_plan.code as previous_plan_code',
      'next.id as next_id',
      'next.status as next_status',
      'next.started_at as next_started_at',
      'next.created_at as next_created_at',
      'next.code as next_plan_code',
      'next.amount_cents as next_plan_amount_cents',
      'next.interval as next_plan_interval',
      'billed.timezone as billed_timezone',
      'billed.charges_to_datetime as billed_charges_to',
      'billed.fixed_charges_to_datetime as billed_fixed_charges_to',
    ])
}

function toRecord(row: RecordRow): SubscriptionRecord {
  return {
    subscription: row,
    externalCustomerId: row.external_customer_id,
    customerBillingEntityId: row.customer_billing_entity_id,
    timeZone: applicableTimeZone({ timezone: row.customer_timezone }, { timezone: row.entity_timezone }),
    plan: {
      id: row.plan_id,
      parentId: row.plan_parent_id,
      code: row.plan_code,
      name: row.plan_name,
      invoiceDisplayName: row.plan_invoice_display_name,
      interval: row.plan_interval as PlanTerms['interval'],
      amountCents: row.plan_amount_cents,
      amountCurrency: row.plan_amount_currency as SubscribedPlan['amountCurrency'],
      payInAdvance: row.plan_pay_in_advance,
      trialPeriod: row.plan_trial_period,
      billChargesMonthly: row.plan_bill_charges_monthly,
      billFixedChargesMonthly: row.plan_bill_fixed_charges_monthly,
    },
    previousPlanCode: row.previous_plan_code,
    next: nextOf(row),
    previousUsage:
      row.billed_timezone === null
        ? null
        : {
            timeZone: row.billed_timezone,
            chargesTo: row.billed_charges_to,
            fixedChargesTo: row.billed_fixed_charges_to,
          },
  }
}

function nextOf(row: RecordRow): NextSubscription | null {
  const { next_id: id, next_status: status, next_created_at: createdAt } = row
  const { next_plan_code: code, next_plan_amount_cents: amountCents } = row
  if (id === null || status === null || createdAt === null || code === null || amountCents === null) return null
  return {
    id,
    status,
    startedAt: row.next_started_at,
    createdAt,
    plan: { code, amountCents, interval: row.next_plan_interval as PlanPrice['interval'] },
  }
}
