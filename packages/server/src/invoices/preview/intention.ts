import { isInTrial, localDate, trialEnd } from '@weir/engine'
import { getPlans } from '../../catalog/index.ts'
import { frozenClock } from '../../platform/clock/clock.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import {
  beginService,
  createSubscription,
  initialStarts,
  loadSubscriptionRecords,
  type NewSubscriptionInput,
  type SubscriptionRecord,
  terminateSubscription,
} from '../../subscriptions/index.ts'
import { type InvoiceOrder, orderOf } from '../billing/create-invoice.ts'
import { billIncrease } from '../billing/fixed-charge-increases.ts'
import { planChangeOrders } from '../billing/plan-change.ts'
import type { Payer } from './customer.ts'
import { endsBeforeBilled } from './records.ts'
import { projection, type Scenario, termination } from './scenario.ts'
import type { PreviewInput } from './schema.ts'

/**
 * Does, in the preview's transaction, what the request says is intended, through the use cases that would do it: a
 * subscription is ordered, or ended now. What is billed next because of it is what the preview shows.
 *
 * @param since an id that is older than whatever this makes
 * @returns undefined where the request intends nothing
 * @throws 404 and 422 as the use cases do; 422 `customer: must_be_persisted`
 */
export async function intendedScenario(
  tx: Ctx,
  input: PreviewInput,
  payer: Payer,
  since: string,
): Promise<Scenario | undefined> {
  const { subscription, termination: end } = input
  if (subscription === undefined && end === undefined) return undefined
  if (!payer.isKnown) throw validation({ customer: ['must_be_persisted'] })
  if (subscription !== undefined) return ordered(tx, payer, subscription, since)
  const [externalId, ...others] = input.subscriptions?.external_ids ?? []
  if (externalId === undefined) throw notFound('subscription')
  if (others.length > 0) {
    throw validation({ subscriptions: ['only_one_subscription_allowed_for_termination'] })
  }
  const ended = await terminateSubscription(tx, externalId, { ...end, status: 'active' })
  return endedNow(tx, payer, await find(tx, ended.id))
}

async function endedNow(tx: Ctx, payer: Payer, record: SubscriptionRecord): Promise<Scenario> {
  const { id, customer_id: customerId, terminated_at: at, on_termination_invoice: choice } = record.subscription
  if (at === null || customerId !== payer.customer.id) throw notFound('subscription')
  return {
    order: await orderOf(tx, payer.customer, { record, reason: 'subscription_terminating', at }),
    isPeriodic: false,
    madeUp: null,
    creditsEnd: id,
    ...(choice === 'skip' && { bill: () => Promise.resolve() }),
  }
}

/** It is shown what is billed once it is active, whether or not it waits for a payment until then. */
async function ordered(
  tx: Ctx,
  payer: Payer,
  { activation_rules: _rules, ...input }: NewSubscriptionInput,
  since: string,
): Promise<Scenario> {
  const { external_id: externalCustomerId } = payer.customer
  const { id } = await createSubscription(tx, { ...input, external_customer_id: externalCustomerId }, undefined)
  const record = await find(tx, id)
  const { subscription, next } = record
  if (subscription.status === 'pending') return startedLater(tx, payer, record)
  if (id > since) {
    const previousId = subscription.previous_subscription_id
    return previousId === null ? firstBill(tx, payer, record) : upgraded(tx, payer, previousId, record)
  }
  if (next === null || next.id < since) {
    throw validation({ base: ['new_plan_should_be_different_from_existing_plan'] })
  }
  return { ...(await projection(tx, payer, [record])), madeUp: { id: next.id, externalId: subscription.external_id } }
}

async function startedLater(tx: Ctx, payer: Payer, record: SubscriptionRecord): Promise<Scenario> {
  const at = record.subscription.subscription_at
  const then = { ...tx, clock: frozenClock(at) }
  await beginService(then, record, at)
  return firstBill(then, payer, await find(tx, record.subscription.id))
}

async function upgraded(tx: Ctx, payer: Payer, previousId: string, next: SubscriptionRecord): Promise<Scenario> {
  const at = tx.clock.now().add({ seconds: 1 }).round({ smallestUnit: 'second', roundingMode: 'floor' })
  const previous = await find(tx, previousId)
  const [order] = await planChangeOrders(tx, payer.customer, { previous, next }, at, { unlessInTrial: true })
  if (order === undefined) throw notFound('subscription')
  return { order, isPeriodic: false, madeUp: madeUpOf(next), creditsEnd: previousId }
}

/**
 * The first invoice of a subscription that has begun: at its start for what is paid in advance, else at the end of its
 * trial, with its end, or on its first billing day. What lies before a start in the past is not billed.
 */
async function firstBill(tx: Ctx, payer: Payer, record: SubscriptionRecord): Promise<Scenario> {
  const { subscription, plan, timeZone } = record
  const { started_at: startedAt, next_billing_at: nextAt } = subscription
  if (startedAt === null || nextAt === null) throw notFound('subscription')
  const starts = await initialStarts(tx, [subscription])
  const trialEndsAt = trialEnd(starts.get(subscription.id) ?? startedAt, plan.trialPeriod)
  const scenario = async (reason: InvoiceOrder['reason'], at: Temporal.Instant): Promise<Scenario> => ({
    order: await orderOf(tx, payer.customer, { record, reason, at: wholeSeconds(at) }),
    isPeriodic: reason === 'subscription_periodic',
    madeUp: madeUpOf(record),
    creditsEnd: null,
  })
  if (startsToday(tx, startedAt, timeZone)) {
    if (plan.payInAdvance && !isInTrial(trialEndsAt, startedAt)) return scenario('subscription_starting', startedAt)
    if (await hasFixedChargesInAdvance(tx, plan.id)) {
      const at = startedAt.add({ seconds: 1 })
      return { ...(await scenario('in_advance_charge', at)), bill: then => billIncrease(then, record, at) }
    }
  }
  const isTrialNext = plan.payInAdvance && trialEndsAt !== null && isBetween(trialEndsAt, tx.clock.now(), nextAt)
  if (isTrialNext) return scenario('subscription_starting', trialEndsAt)
  const ending = endsBeforeBilled(record)
  if (ending !== null) return { ...(await termination(tx, payer, record, ending)), madeUp: madeUpOf(record) }
  return scenario('subscription_periodic', nextAt)
}

function madeUpOf({ subscription: { id, external_id: externalId } }: SubscriptionRecord): Scenario['madeUp'] {
  return { id, externalId }
}

function startsToday(tx: Ctx, startedAt: Temporal.Instant, timeZone: string): boolean {
  return Temporal.PlainDate.compare(localDate(startedAt, timeZone), localDate(tx.clock.now(), timeZone)) >= 0
}

function isBetween(at: Temporal.Instant, from: Temporal.Instant, to: Temporal.Instant): boolean {
  return Temporal.Instant.compare(at, from) > 0 && Temporal.Instant.compare(at, to) < 0
}

async function hasFixedChargesInAdvance(tx: Ctx, planId: string): Promise<boolean> {
  return (await getPlans(tx, [planId])).get(planId)?.fixedCharges.some(charge => charge.payInAdvance) === true
}

async function find(tx: Ctx, id: string): Promise<SubscriptionRecord> {
  const [record] = await loadSubscriptionRecords(tx, [id])
  if (record === undefined) throw notFound('subscription')
  return record
}

function wholeSeconds(at: Temporal.Instant): Temporal.Instant {
  return at.round({ smallestUnit: 'second', roundingMode: 'trunc' })
}
