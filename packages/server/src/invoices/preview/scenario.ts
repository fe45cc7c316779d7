import { localDate, planChangeDirection } from '@weir/engine'
import { sql, type Updateable } from 'kysely'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { findPlanByCode, type PlanSnapshot } from '../../catalog/index.ts'
import { frozenClock } from '../../platform/clock/clock.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Subscriptions } from '../../platform/db/types.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { parseInstant } from '../../platform/http/instants.ts'
import { newId } from '../../platform/ids.ts'
import {
  billingSchedule,
  createSubscription,
  loadSubscriptionRecords,
  nextBillingAt,
  type SubscriptionRecord,
} from '../../subscriptions/index.ts'
import type { InvoiceOrder } from '../billing/create-invoice.ts'
import { planChangeOrders } from '../billing/plan-change.ts'
import type { Payer } from './customer.ts'
import type { PreviewInput } from './schema.ts'

/** What is billed when, and what is made up for it. */
export interface Scenario {
  readonly order: InvoiceOrder
  /** Dates follow the rule of periodic invoices. */
  readonly isPeriodic: boolean
  readonly isProposal: boolean
  /** The subscription of which the rest of a period is credited, because it ends before the period does. */
  readonly creditsEnd: string | null
  /** How it is billed where `order` only says for whom and when. */
  readonly bill?: (tx: Ctx) => Promise<void>
}

/**
 * Brings about, in the preview's transaction, what it asks for: a subscription that does not exist yet, the end of one that
 * does, or simply the next billing day.
 *
 * @throws 404 `plan_not_found`, `subscription_not_found`; 422 with what does not go together
 */
export async function scenarioOf(tx: Ctx, input: PreviewInput, payer: Payer): Promise<Scenario> {
  const { external_ids: ids = [], plan_code: planCode, terminated_at: end } = input.subscriptions ?? {}
  if (ids.length === 0) return proposal(tx, input, payer)
  if (!payer.isKnown) throw validation({ customer: ['must_be_persisted'] })
  if (!isBlank(end) && ids.length > 1) throw onlyOne('termination')
  if (!isBlank(planCode) && ids.length > 1) throw onlyOne('plan_change')
  const records = await findRecords(tx, payer, ids)
  const [first] = records
  if (first === undefined) throw notFound('subscription')
  if (!isBlank(end)) return termination(tx, payer, first, readEnd(tx, end ?? ''))
  const ending = records.length === 1 ? endsBeforeBilled(first) : null
  if (ending !== null) return termination(tx, payer, first, ending)
  if (!isBlank(planCode)) return planChange(tx, payer, first, planCode ?? '')
  if (first.subscription.status === 'pending') return started(tx, payer, first)
  const downgrade = records.length === 1 ? await scheduledDowngrade(tx, payer, first) : null
  return downgrade ?? projection(tx, payer, records)
}

async function proposal(tx: Ctx, input: PreviewInput, payer: Payer): Promise<Scenario> {
  const plan = await findPlanByCode(tx, input.plan_code ?? '')
  if (plan === undefined) throw notFound('plan')
  const at = parseInstant(input.subscription_at ?? '') ?? tx.clock.now()
  const then = { ...tx, clock: frozenClock(at) }
  const subscription = await createSubscription(
    then,
    {
      external_customer_id: payer.customer.external_id,
      external_id: `preview-${newId()}`,
      plan_code: plan.code,
      billing_time: input.billing_time === 'anniversary' ? 'anniversary' : 'calendar',
      ...(!isBlank(input.billing_entity_code) && { billing_entity_code: input.billing_entity_code ?? '' }),
    },
    undefined,
  )
  const [record] = await loadSubscriptionRecords(tx, [subscription.id])
  if (record === undefined) throw notFound('subscription')
  return firstInvoice(tx, payer, record, plan.payInAdvance)
}

/** A subscription that starts in the future, as if it had. */
async function started(tx: Ctx, payer: Payer, { subscription, plan }: SubscriptionRecord): Promise<Scenario> {
  const at = subscription.subscription_at
  const changes = { status: 'active', started_at: at, activated_at: at } as const
  const active = await changed(tx, subscription.id, changes)
  const schedule = billingSchedule(active.subscription, active.plan, active.timeZone)
  const next = nextBillingAt(schedule, localDate(at, active.timeZone))
  return firstInvoice(tx, payer, await changed(tx, subscription.id, { next_billing_at: next }), plan.payInAdvance)
}

async function firstInvoice(
  tx: Ctx,
  payer: Payer,
  record: SubscriptionRecord,
  payInAdvance: boolean,
): Promise<Scenario> {
  const { started_at: startedAt, next_billing_at: nextAt } = record.subscription
  const at = payInAdvance ? startedAt : nextAt
  if (at === null) throw notFound('subscription')
  const reason = payInAdvance ? 'subscription_starting' : 'subscription_periodic'
  return {
    order: await orderFor(tx, payer, [record], { reason, at: wholeSeconds(at), skipCharges: true }),
    isPeriodic: !payInAdvance,
    isProposal: true,
    creditsEnd: null,
  }
}

async function projection(tx: Ctx, payer: Payer, records: readonly SubscriptionRecord[]): Promise<Scenario> {
  const currencies = new Set(records.map(record => record.plan.amountCurrency))
  if (currencies.size > 1) throw validation({ base: ['subscription_currencies_does_not_match'] })
  const days = new Set(records.map(({ subscription }) => subscription.next_billing_at?.toString()))
  if (days.size > 1) throw validation({ base: ['billing_periods_does_not_match'] })
  const entities = new Set(
    records.map(({ subscription }) => subscription.billing_entity_id ?? payer.customer.billing_entity_id),
  )
  if (entities.size > 1) throw validation({ base: ['subscription_billing_entities_do_not_match'] })
  const at = records[0]?.subscription.next_billing_at
  if (at == null) throw notFound('subscription')
  return {
    order: await orderFor(tx, payer, records, { reason: 'subscription_periodic', at, skipCharges: false }),
    isPeriodic: true,
    isProposal: false,
    creditsEnd: null,
  }
}

export async function termination(
  tx: Ctx,
  payer: Payer,
  record: SubscriptionRecord,
  at: Temporal.Instant,
): Promise<Scenario> {
  const ended = await changed(tx, record.subscription.id, { status: 'terminated', terminated_at: at })
  return {
    order: await orderFor(tx, payer, [ended], { reason: 'subscription_terminating', at, skipCharges: false }),
    isPeriodic: false,
    isProposal: false,
    creditsEnd: ended.subscription.id,
  }
}

/** Ends the subscription for another plan: now for a dearer one, with the period for a cheaper one. */
async function planChange(tx: Ctx, payer: Payer, record: SubscriptionRecord, code: string): Promise<Scenario> {
  const plan = await findPlanByCode(tx, code)
  if (plan === undefined) throw notFound('plan')
  if (plan.id === record.plan.id) throw validation({ base: ['new_plan_should_be_different_from_existing_plan'] })
  const { subscription } = record
  const isDowngrade = planChangeDirection(record.plan, plan) === 'downgrade'
  const at = isDowngrade ? subscription.next_billing_at : wholeSeconds(tx.clock.now())
  if (at === null) throw notFound('subscription')
  const previous = await changed(tx, subscription.id, { status: 'terminated', terminated_at: at })
  const nextId = await insertSuccessor(tx, previous, plan, at)
  return replacement(tx, payer, { id: subscription.id, nextId, at, isDowngrade })
}

/** The change to a cheaper plan that waits for the end of the period. */
export async function scheduledDowngrade(
  tx: Ctx,
  payer: Payer,
  { subscription }: SubscriptionRecord,
): Promise<Scenario | null> {
  const at = subscription.next_billing_at
  const waiting = await tx.db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('previous_subscription_id', '=', subscription.id)
    .where('status', '=', 'pending')
    .executeTakeFirst()
  if (waiting === undefined || at === null) return null
  await changed(tx, subscription.id, { status: 'terminated', terminated_at: at })
  await changed(tx, waiting.id, { status: 'active', started_at: at, activated_at: at })
  return replacement(tx, payer, { id: subscription.id, nextId: waiting.id, at, isDowngrade: true })
}

async function replacement(
  tx: Ctx,
  payer: Payer,
  change: {
    readonly id: string
    readonly nextId: string
    readonly at: Temporal.Instant
    readonly isDowngrade: boolean
  },
): Promise<Scenario> {
  const [previous, next] = await loadSubscriptionRecords(tx, [change.id, change.nextId])
  if (previous === undefined || next === undefined) throw notFound('subscription')
  const [order] = await planChangeOrders(tx, payer.customer, { previous, next }, change.at)
  if (order === undefined) throw notFound('subscription')
  return { order, isPeriodic: false, isProposal: false, creditsEnd: change.isDowngrade ? null : change.id }
}

async function insertSuccessor(
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
      external_id: `preview-${newId()}`,
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

/** Its end, where it comes no later than the next billing day. */
export function endsBeforeBilled({ subscription, timeZone }: SubscriptionRecord): Temporal.Instant | null {
  const { ending_at: endingAt, next_billing_at: nextAt } = subscription
  if (endingAt === null || nextAt === null) return null
  const isLater = Temporal.PlainDate.compare(localDate(endingAt, timeZone), localDate(nextAt, timeZone)) > 0
  return isLater ? null : endingAt
}

function readEnd(tx: Ctx, text: string): Temporal.Instant {
  const at = parseInstant(text)
  if (at === undefined) throw validation({ terminated_at: ['invalid_timestamp'] })
  if (Temporal.Instant.compare(at, tx.clock.now()) < 0) throw validation({ terminated_at: ['cannot_be_in_past'] })
  return at
}

/** The running ones with these external ids; a single one may also be waiting for its start. */
async function findRecords(tx: Ctx, payer: Payer, externalIds: readonly string[]): Promise<SubscriptionRecord[]> {
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
  return loadSubscriptionRecords(
    tx,
    found.map(row => row.id),
  )
}

async function changed(tx: Ctx, id: string, changes: Updateable<Subscriptions>): Promise<SubscriptionRecord> {
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

async function orderFor(
  tx: Ctx,
  { customer, entity }: Payer,
  subscriptions: readonly SubscriptionRecord[],
  billing: Pick<InvoiceOrder, 'reason' | 'at' | 'skipCharges'>,
): Promise<InvoiceOrder> {
  const issuerId = subscriptions[0]?.subscription.billing_entity_id ?? customer.billing_entity_id
  const issuer = (await findBillingEntitiesByIds(tx, [issuerId])).get(issuerId) ?? entity
  return { ...billing, customer, customerEntity: entity, issuer, subscriptions }
}

function onlyOne(mode: 'termination' | 'plan_change') {
  return validation({ subscriptions: [`only_one_subscription_allowed_for_${mode}`] })
}

function wholeSeconds(at: Temporal.Instant): Temporal.Instant {
  return at.round({ smallestUnit: 'second', roundingMode: 'trunc' })
}
