import { isInTrial, trialEnd } from '@weir/engine'
import { lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import type { DomainEvent } from '../../platform/domain-events.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { initialStarts, loadSubscriptionRecords, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { createSubscriptionInvoices, type InvoiceOrder, orderOf } from './create-invoice.ts'
import { billIncrease } from './fixed-charge-increases.ts'

const BILL_START = 'bill_subscription_start'
const BILL_END = 'bill_subscription_end'

/** A subscription that starts owes now what is paid in advance; one with a start in the past does not. */
export const onSubscriptionActivated: Reaction = (tx, events) =>
  enqueue(
    tx,
    BILL_START,
    events.filter(event => event.data?.starting === true),
  )

/** A subscription that ended owes what it used since its last bill, unless its owner asked for no invoice. */
export const onSubscriptionEnded: Reaction = (tx, events) =>
  enqueue(
    tx,
    BILL_END,
    events.filter(event => event.data?.invoice === 'generate'),
  )

async function enqueue(tx: Ctx, task: string, events: readonly DomainEvent[]): Promise<void> {
  const records = await loadSubscriptionRecords(
    tx,
    events.map(event => event.objectId),
  )
  await addJobs(
    tx.db,
    records.map(({ subscription }) => ({
      task,
      queue: subscription.customer_id,
      payload: { organizationId: tx.org.id, subscriptionId: subscription.id },
    })),
  )
}

export const billSubscriptionStart: TaskDefinition = {
  name: BILL_START,
  run: (ctx, payload) =>
    transaction(ctx, async tx => billStart(tx, await find(tx, payload.subscriptionId), { mustBePaid: false })),
}

/**
 * Bills what a subscription owes when it starts. Unless the plan is billed now, its fixed charges in advance are by themselves:
 * their units begin a second after the start. A subscription that is to replace another one gets one invoice for all.
 *
 * @param options.mustBePaid whether it becomes active only when that is paid
 */
export async function billStart(
  tx: Ctx,
  record: SubscriptionRecord,
  options: { readonly mustBePaid: boolean },
): Promise<void> {
  const { subscription, plan } = record
  const { started_at: startedAt } = subscription
  if (startedAt === null) return
  const starts = await initialStarts(tx, [subscription])
  const trialEndsAt = trialEnd(starts.get(subscription.id) ?? startedAt, plan.trialPeriod)
  const isChange = options.mustBePaid && subscription.previous_subscription_id !== null
  if (isChange || (plan.payInAdvance && !isInTrial(trialEndsAt, startedAt))) {
    await billOnce(tx, record, 'subscription_starting', wholeSeconds(startedAt), options)
  } else {
    await billIncrease(tx, record, startedAt.add({ seconds: 1 }), options)
  }
}

export const billSubscriptionEnd: TaskDefinition = {
  name: BILL_END,
  run: (ctx, payload) => transaction(ctx, async tx => billEnd(tx, await find(tx, payload.subscriptionId))),
}

async function billEnd(tx: Ctx, record: SubscriptionRecord): Promise<void> {
  const { terminated_at: terminatedAt } = record.subscription
  if (terminatedAt !== null) await billOnce(tx, record, 'subscription_terminating', terminatedAt)
}

async function find(tx: Ctx, id: unknown): Promise<SubscriptionRecord> {
  const [record] = await loadSubscriptionRecords(tx, [String(id)])
  if (record === undefined) throw new Error(`subscription ${id} does not exist`)
  return record
}

/** A subscription has one first and one last invoice: a repeated job finds it there and does nothing. */
async function billOnce(
  tx: Ctx,
  record: SubscriptionRecord,
  reason: 'subscription_starting' | 'subscription_terminating',
  at: Temporal.Instant,
  options: Pick<InvoiceOrder, 'mustBePaid'> = {},
): Promise<void> {
  const { subscription } = record
  const customer = await lockCustomer(tx, subscription.customer_id)
  if (await hasLink(tx, subscription.id, reason)) return
  await createSubscriptionInvoices(tx, [{ ...(await orderOf(tx, customer, { record, reason, at })), ...options }])
}

/** Whether the subscription is on an invoice that counts for that reason. */
export async function hasLink(tx: Ctx, subscriptionId: string, reason: string): Promise<boolean> {
  const link = await tx.db
    .selectFrom('invoice_subscriptions')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .where('invoicing_reason', '=', reason)
    .where('regenerated_invoice_id', 'is', null)
    .executeTakeFirst()
  return link !== undefined
}

function wholeSeconds(instant: Temporal.Instant): Temporal.Instant {
  return instant.round({ smallestUnit: 'second', roundingMode: 'trunc' })
}
