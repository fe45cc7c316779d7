import { groupForInvoices, isInTrial, trialEnd } from '@weir/engine'
import { getPlans } from '../../catalog/index.ts'
import { type Customer, lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import {
  initialStarts,
  loadSubscriptionRecords,
  type Replacement,
  type SubscriptionRecord,
} from '../../subscriptions/index.ts'
import { createSubscriptionInvoices, type InvoiceOrder, orderOf } from './create-invoice.ts'
import { hasLink } from './life-events.ts'

const BILL_PLAN_CHANGE = 'bill_plan_change'

/** An upgrade bills what the old plan leaves and the rest of the period of the new one. The billing run bills the others. */
export const onSubscriptionReplaced: Reaction = async (tx, events) => {
  const upgrades = events.filter(event => event.data?.direction === 'upgrade')
  const records = await loadSubscriptionRecords(
    tx,
    upgrades.map(event => event.objectId),
  )
  await addJobs(
    tx.db,
    records.map(({ subscription }) => ({
      task: BILL_PLAN_CHANGE,
      queue: subscription.customer_id,
      payload: {
        organizationId: tx.org.id,
        subscriptionId: subscription.id,
        billed: upgrades.some(event => event.objectId === subscription.id && event.data?.billed === true),
      },
    })),
  )
}

/** A repeated job finds the last invoice of the old plan there and does nothing. */
export const billPlanChange: TaskDefinition = {
  name: BILL_PLAN_CHANGE,
  run: (ctx, payload) =>
    transaction(ctx, async tx => {
      const { previous, next } = await loadReplacement(tx, String(payload.subscriptionId))
      const { terminated_at: terminatedAt } = previous.subscription
      if (terminatedAt === null) throw new Error(`subscription ${previous.subscription.id} goes on`)
      const customer = await lockCustomer(tx, next.subscription.customer_id)
      if (await hasLink(tx, previous.subscription.id, 'subscription_terminating')) return
      const at = terminatedAt.add({ seconds: 1 }).round({ smallestUnit: 'second', roundingMode: 'floor' })
      const orders = await planChangeOrders(tx, customer, { previous, next }, at, {
        unlessInTrial: true,
        billed: payload.billed === true,
      })
      await createSubscriptionInvoices(tx, orders)
    }),
}

async function loadReplacement(tx: Ctx, nextId: string): Promise<Replacement> {
  const [next] = await loadSubscriptionRecords(tx, [nextId])
  const previousId = next?.subscription.previous_subscription_id ?? null
  const [previous] = await loadSubscriptionRecords(tx, previousId === null ? [] : [previousId])
  if (next === undefined || previous === undefined) throw new Error(`subscription ${nextId} replaced none`)
  return { previous, next }
}

export interface PlanChangeOptions {
  /** Whether a running trial spares the base fee, and so the invoice. */
  readonly unlessInTrial?: boolean
  /** Whether the new one was billed already, when it began to wait for its payment. */
  readonly billed?: boolean
}

/**
 * The invoices of a plan change: one for both subscriptions, or two where they cannot be on one. The new one is on none
 * when it owes nothing in advance.
 *
 * @param at the billing instant, in whole seconds
 */
export async function planChangeOrders(
  tx: Ctx,
  customer: Customer,
  { previous, next }: Replacement,
  at: Temporal.Instant,
  options: PlanChangeOptions = {},
): Promise<InvoiceOrder[]> {
  const isBilled = options.billed !== true && (await owesInAdvance(tx, next, options))
  const records = isBilled ? [previous, next] : [previous]
  const groups = groupForInvoices(
    records.map(record => ({
      record,
      subscriptionId: record.subscription.id,
      paymentMethod: '',
      currency: record.plan.amountCurrency,
      billingEntityId: record.subscription.billing_entity_id ?? customer.billing_entity_id,
      consolidateInvoice: true,
      purchaseOrderNumber: record.subscription.purchase_order_number,
    })),
  )
  const orders: InvoiceOrder[] = []
  for (const group of groups) {
    const subscriptions = group.map(({ record }) => record)
    const [record = previous] = subscriptions
    const single = record === previous ? 'subscription_terminating' : 'subscription_starting'
    const reason = subscriptions.length > 1 ? 'plan_change' : single
    orders.push({ ...(await orderOf(tx, customer, { record, reason, at })), subscriptions, skipCharges: false })
  }
  return orders
}

async function owesInAdvance(
  tx: Ctx,
  { subscription, plan }: SubscriptionRecord,
  { unlessInTrial = false }: PlanChangeOptions,
): Promise<boolean> {
  const { started_at: startedAt } = subscription
  const starts = await initialStarts(tx, [subscription])
  const trialEndsAt = trialEnd(starts.get(subscription.id) ?? subscription.subscription_at, plan.trialPeriod)
  const isSpared = unlessInTrial && startedAt !== null && isInTrial(trialEndsAt, startedAt)
  if (plan.payInAdvance && !isSpared) return true
  const priced = (await getPlans(tx, [plan.id])).get(plan.id)
  return priced?.fixedCharges.some(charge => charge.payInAdvance) === true
}
