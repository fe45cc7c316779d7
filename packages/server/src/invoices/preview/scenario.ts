import { downgradeDate, localDate, planChangeDirection, startOfDay } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { findPlanByCode } from '../../catalog/index.ts'
import type { Customer } from '../../customers/index.ts'
import { frozenClock } from '../../platform/clock/clock.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { parseInstant } from '../../platform/http/instants.ts'
import { newId } from '../../platform/ids.ts'
import {
  billingSchedule,
  createSubscription,
  loadSubscriptionRecords,
  nextBillingAt,
  readBillableInstant,
  type SubscriptionRecord,
} from '../../subscriptions/index.ts'
import type { InvoiceOrder } from '../billing/create-invoice.ts'
import { planChangeOrders } from '../billing/plan-change.ts'
import type { Payer } from './customer.ts'
import { changed, dropPlannedChange, endsBeforeBilled, findRecords, insertSuccessor } from './records.ts'
import type { PreviewInput } from './schema.ts'

/** What is billed when, and what is made up for it. */
export interface Scenario {
  readonly order: InvoiceOrder
  /** Dates follow the rule of periodic invoices. */
  readonly isPeriodic: boolean
  /** The one that is made up, by its id; null where all exist. */
  readonly madeUp: { readonly id: string; readonly externalId: string | null } | null
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
  return projection(tx, payer, records)
}

async function proposal(tx: Ctx, input: PreviewInput, payer: Payer): Promise<Scenario> {
  const plan = await findPlanByCode(tx, input.plan_code ?? '')
  if (plan === undefined) throw notFound('plan')
  const at = readBillableInstant(input.subscription_at ?? '') ?? tx.clock.now()
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
  const madeUp = { id: subscription.id, externalId: null }
  return { ...(await firstInvoice(tx, payer, record, plan.payInAdvance)), madeUp }
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
    madeUp: null,
    creditsEnd: null,
  }
}

/** The next billing day of subscriptions; changes to cheaper plans that wait for it are carried out. */
export async function projection(tx: Ctx, payer: Payer, records: readonly SubscriptionRecord[]): Promise<Scenario> {
  const currencies = new Set(records.map(record => record.plan.amountCurrency))
  if (currencies.size > 1) throw validation({ base: ['subscription_currencies_does_not_match'] })
  const planned = records.map(record => ({ record, at: nextAt(tx, record) }))
  if (new Set(planned.map(({ at }) => at?.toString())).size > 1) {
    throw validation({ base: ['billing_periods_does_not_match'] })
  }
  const entities = new Set(
    records.map(({ subscription }) => subscription.billing_entity_id ?? payer.customer.billing_entity_id),
  )
  if (entities.size > 1) throw validation({ base: ['subscription_billing_entities_do_not_match'] })
  const at = planned[0]?.at ?? null
  if (at === null) throw notFound('subscription')
  const shown: SubscriptionRecord[] = []
  for (const record of records)
    shown.push(...(isToBeReplaced(record) ? await switched(tx, payer, record, at) : [record]))
  const isChange = records.some(isToBeReplaced)
  const reason = isChange ? 'plan_change' : 'subscription_periodic'
  return {
    order: await orderFor(tx, payer, shown, { reason, at, skipCharges: false }),
    isPeriodic: !isChange,
    madeUp: null,
    creditsEnd: null,
  }
}

function isToBeReplaced({ next }: SubscriptionRecord): boolean {
  return next?.status === 'pending'
}

/** A change of plan waits for the end of the plan period, also where months of it are billed. */
function nextAt(tx: Ctx, record: SubscriptionRecord): Temporal.Instant | null {
  return isToBeReplaced(record) ? endOfPlanPeriod(tx, record) : record.subscription.next_billing_at
}

function endOfPlanPeriod(tx: Ctx, { subscription, plan, timeZone }: SubscriptionRecord): Temporal.Instant {
  return startOfDay(downgradeDate(billingSchedule(subscription, plan, timeZone), tx.clock.now()), timeZone)
}

/** The subscription as it ends for the one that waits for its place, and that one, where it owes something in advance. */
async function switched(
  tx: Ctx,
  { customer }: Payer,
  { subscription, next }: SubscriptionRecord,
  at: Temporal.Instant,
): Promise<readonly SubscriptionRecord[]> {
  const { billing_entity_id, purchase_order_number } = subscription
  await changed(tx, subscription.id, { status: 'terminated', terminated_at: at })
  // They are shown on one invoice, whatever the new one has been told.
  const started = { status: 'active', started_at: at, activated_at: at, billing_entity_id, purchase_order_number }
  await changed(tx, next?.id ?? '', started)
  return recordsOfChange(tx, customer, subscription.id, next?.id ?? '', at)
}

async function recordsOfChange(tx: Ctx, customer: Customer, id: string, nextId: string, at: Temporal.Instant) {
  const [previous, next] = await loadSubscriptionRecords(tx, [id, nextId])
  if (previous === undefined || next === undefined) throw notFound('subscription')
  const [order] = await planChangeOrders(tx, customer, { previous, next }, at)
  return order?.subscriptions ?? [previous]
}

/** The end of a subscription at an instant. */
export async function termination(
  tx: Ctx,
  payer: Payer,
  record: SubscriptionRecord,
  end: Temporal.Instant,
): Promise<Scenario> {
  const at = wholeSeconds(end)
  await dropPlannedChange(tx, record)
  const ended = await changed(tx, record.subscription.id, { status: 'terminated', terminated_at: at })
  return {
    order: await orderFor(tx, payer, [ended], { reason: 'subscription_terminating', at, skipCharges: false }),
    isPeriodic: false,
    madeUp: null,
    creditsEnd: ended.subscription.id,
  }
}

/** Ends the subscription for another plan: now for a dearer one, with the period for a cheaper one. */
async function planChange(tx: Ctx, payer: Payer, record: SubscriptionRecord, code: string): Promise<Scenario> {
  const plan = await findPlanByCode(tx, code)
  if (plan === undefined) throw notFound('plan')
  if (plan.id === record.plan.id) throw validation({ base: ['new_plan_should_be_different_from_existing_plan'] })
  const { id, external_id: externalId } = record.subscription
  const isDowngrade = planChangeDirection(record.plan, plan) === 'downgrade'
  const at = isDowngrade ? endOfPlanPeriod(tx, record) : wholeSeconds(tx.clock.now())
  await dropPlannedChange(tx, record)
  const previous = await changed(tx, id, { status: 'terminated', terminated_at: at })
  const nextId = await insertSuccessor(tx, previous, plan, at)
  const records = await recordsOfChange(tx, payer.customer, id, nextId, at)
  const reason = records.length > 1 ? 'plan_change' : 'subscription_terminating'
  return {
    order: await orderFor(tx, payer, records, { reason, at, skipCharges: false }),
    isPeriodic: false,
    madeUp: { id: nextId, externalId },
    creditsEnd: isDowngrade ? null : id,
  }
}

function readEnd(tx: Ctx, text: string): Temporal.Instant {
  const at = parseInstant(text)
  if (at === undefined) throw validation({ terminated_at: ['invalid_timestamp'] })
  if (Temporal.Instant.compare(at, tx.clock.now()) < 0) throw validation({ terminated_at: ['cannot_be_in_past'] })
  return at
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
