import {
  firstTickOfDay,
  type GroupableSubscription,
  groupForInvoices,
  isBillingDay,
  isPlanPeriodStart,
  localDate,
} from '@weir/engine'
import { type BillingEntity, findBillingEntitiesByIds } from '../../accounts/index.ts'
import { type Customer, lockCustomers } from '../../customers/index.ts'
import { findDefaultPaymentMethodIds } from '../../payment-providers/index.ts'
import type { ClockScope, ClockTask } from '../../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs, type NewJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import {
  billingSchedule,
  type CustomerRef,
  findCustomersToBill,
  findDueSubscriptions,
  loadSubscriptionRecords,
  nextBillingDue,
  type SubscriptionRecord,
  scheduleNextBilling,
  switchToNext,
} from '../../subscriptions/index.ts'
import { regroupAfter } from '../regrouping/jobs.ts'
import type { RegroupingRun } from '../regrouping/regroup.ts'
import { createSubscriptionInvoices, type InvoiceOrder } from './create-invoice.ts'
import { planChangeOrders } from './plan-change.ts'

const BILL_CUSTOMERS = 'bill_customers'
const CUSTOMERS_A_JOB = 25

/** Bills the periods that end: every hour, ten minutes past, whoever's local billing day has begun. */
export const billSubscriptions: ClockTask = {
  name: 'bill_subscriptions',
  schedule: { minute: 10 },
  nextDue: nextBillingDue,

  async run(scope: ClockScope): Promise<void> {
    for await (const customers of findCustomersToBill(scope)) {
      await addJobs(scope.db, billingJobs(customers, scope.now))
    }
  },
}

/** Customers of an organization are billed some at a time: what they have in common is read, and locked, once. */
function billingJobs(customers: readonly CustomerRef[], tick: Temporal.Instant): NewJob[] {
  const byOrganization = Map.groupBy(customers, customer => customer.organizationId)
  return [...byOrganization].flatMap(([organizationId, ofOne]) => {
    const ids = ofOne.map(customer => customer.customerId)
    const jobs = Math.ceil(ids.length / CUSTOMERS_A_JOB)
    return Array.from({ length: jobs }, (_, place) =>
      billingJob(organizationId, ids.slice(place * CUSTOMERS_A_JOB, (place + 1) * CUSTOMERS_A_JOB), tick),
    )
  })
}

/** A tick that comes while the job of the last one still waits takes its place. */
function billingJob(organizationId: string, customerIds: readonly string[], tick: Temporal.Instant): NewJob {
  return {
    task: BILL_CUSTOMERS,
    key: `${BILL_CUSTOMERS}:${customerIds[0]}`,
    payload: { organizationId, customerIds, at: tick.toString() },
  }
}

/**
 * Bills everything of some customers that fell due, day by day, oldest first: a server that slept bills each period it
 * missed. When that fails, each customer gets a job of its own, so that one who cannot be billed holds up nobody else.
 */
export const billCustomers: TaskDefinition = {
  name: BILL_CUSTOMERS,
  async run(ctx, payload) {
    const customerIds = payload.customerIds as readonly string[]
    const tick = Temporal.Instant.from(String(payload.at))
    try {
      for (let due = customerIds; due.length > 0; ) {
        due = await transaction(ctx, tx => billOldestDueDays(tx, due, tick))
      }
    } catch (error) {
      if (customerIds.length === 1) throw error
      ctx.log.warn({ err: error, organizationId: ctx.org.id }, 'customers could not be billed together')
      await addJobs(
        ctx.db,
        customerIds.map(customerId => billingJob(ctx.org.id, [customerId], tick)),
      )
    }
  },
}

/** A customer, and its subscriptions that are due on the oldest local day on which it has any. */
interface CustomerDay {
  readonly customer: Customer
  readonly day: Temporal.PlainDate
  readonly timeZone: string
  readonly due: readonly DueSubscription[]
}

/**
 * Bills of each customer the oldest local day on which it has subscriptions due, in one transaction: plan changes that were
 * waiting for that day are carried out, the invoices are made, and it is planned when these subscriptions are due next.
 *
 * @returns the customers that had something due, and may have more
 */
async function billOldestDueDays(tx: Ctx, customerIds: readonly string[], tick: Temporal.Instant): Promise<string[]> {
  const customers = await lockCustomers(tx, customerIds)
  const dueOf = Map.groupBy(await loadDue(tx, customerIds, tick), one => one.subscription.customer_id)
  const days = customers.flatMap(customer => oldestDay(customer, dueOf.get(customer.id) ?? []) ?? [])
  if (days.length === 0) return []
  const entities = await loadEntities(tx, days)
  const changes: InvoiceOrder[] = []
  const waiting = new Set<string>()
  for (const day of days) changes.push(...(await changePlans(tx, day, tick, waiting)))
  const defaults = await loadDefaultMethods(tx, days)
  const orders = days.flatMap(day => invoiceOrders(day, entities, defaults, tick))
  await createSubscriptionInvoices(tx, [...changes, ...orders])
  await regroupAfter(tx, orders.map(regroupingOf))
  await scheduleNextBilling(
    tx,
    days.flatMap(({ day, timeZone, due }) =>
      due
        .filter(({ subscription }) => !waiting.has(subscription.id))
        .map(({ subscription, plan }) => ({
          subscriptionId: subscription.id,
          schedule: billingSchedule(subscription, plan, timeZone),
          day,
        })),
    ),
  )
  return days.map(({ customer }) => customer.id)
}

function oldestDay(customer: Customer, due: readonly DueSubscription[]): CustomerDay | undefined {
  const [first] = due
  if (first === undefined) return undefined
  const { billingDay: day, timeZone } = first
  return { customer, day, timeZone, due: due.filter(one => one.billingDay.equals(day)) }
}

/**
 * Each subscription whose plan changes that day is switched by itself, and billed together with the one that replaces it.
 *
 * @param waiting gets those whose change has to be paid for first: they are due again, and then billed as if none was planned
 */
async function changePlans(
  tx: Ctx,
  { customer, day, timeZone, due }: CustomerDay,
  tick: Temporal.Instant,
  waiting: Set<string>,
) {
  const at = billingInstant(day, tick, timeZone)
  const orders: InvoiceOrder[] = []
  for (const record of due) {
    if (record.next === null || !isSwitchedThatDay(record, at) || !isBilledPeriodically(record, at)) continue
    const change = await switchToNext(tx, record, record.next.id, at)
    if (change === 'waits') waiting.add(record.subscription.id)
    else if (change !== 'upgraded') orders.push(...(await planChangeOrders(tx, customer, change, at)))
  }
  return orders
}

/**
 * A planned change waits for the end of the plan period: on plans with monthly charges the months before are billed. So is a
 * day that was missed when the change was not planned yet.
 */
function isSwitchedThatDay(
  { subscription, plan, timeZone, next, billingDay }: DueSubscription,
  at: Temporal.Instant,
): boolean {
  if (next?.status !== 'pending' || Temporal.Instant.compare(next.createdAt, at) > 0) return false
  return isPlanPeriodStart(billingSchedule(subscription, plan, timeZone), billingDay)
}

/** One order an invoice: subscriptions that cannot be on one invoice get several. */
function invoiceOrders(
  { customer, day, timeZone, due }: CustomerDay,
  entities: ReadonlyMap<string, BillingEntity>,
  defaults: ReadonlyMap<string, string>,
  tick: Temporal.Instant,
): InvoiceOrder[] {
  const at = billingInstant(day, tick, timeZone)
  const groups = groupForInvoices(
    due
      .filter(one => !isSwitchedThatDay(one, at) && isBilledPeriodically(one, at))
      .map(record => ({ record, ...groupingOf(record, customer, defaults.get(customer.id)) })),
  )
  return groups.map(group => ({
    customer,
    customerEntity: entityOf(entities, customer.billing_entity_id),
    issuer: entityOf(entities, group[0]?.billingEntityId ?? customer.billing_entity_id),
    subscriptions: group.map(({ record }) => record),
    reason: 'subscription_periodic',
    at,
    skipCharges: false,
  }))
}

function regroupingOf({ customer, subscriptions, at }: InvoiceOrder): RegroupingRun {
  return { customerId: customer.id, subscriptionIds: subscriptions.map(({ subscription }) => subscription.id), at }
}

/** A subscription that is due, and the local day that its stored due time opens. */
export interface DueSubscription extends SubscriptionRecord {
  readonly billingDay: Temporal.PlainDate
}

/** Oldest day first. */
async function loadDue(tx: Ctx, customerIds: readonly string[], tick: Temporal.Instant): Promise<DueSubscription[]> {
  const rows = await findDueSubscriptions(tx, customerIds, tick)
  const records = await loadSubscriptionRecords(
    tx,
    rows.map(row => row.id),
  )
  return records.flatMap(record => {
    const planned = record.subscription.next_billing_at
    return planned === null ? [] : [{ ...record, billingDay: localDate(planned, record.timeZone) }]
  })
}

/** @param defaultMethodId what pays where nothing else is said */
function groupingOf(
  { subscription, plan }: SubscriptionRecord,
  { billing_entity_id: customerEntityId }: Customer,
  defaultMethodId: string | undefined,
): GroupableSubscription {
  const { payment_method_id: methodId, payment_method_type: type } = subscription
  const paying = type === 'manual' ? methodId : (methodId ?? defaultMethodId ?? null)
  return {
    subscriptionId: subscription.id,
    paymentMethod: `${type} ${paying ?? ''}`,
    currency: plan.amountCurrency,
    billingEntityId: subscription.billing_entity_id ?? customerEntityId,
    consolidateInvoice: subscription.consolidate_invoice,
    purchaseOrderNumber: subscription.purchase_order_number,
  }
}

/** They matter where a subscription names what pays for it: others may be paid with the same. */
async function loadDefaultMethods(tx: Ctx, days: readonly CustomerDay[]): Promise<Map<string, string>> {
  const named = days.filter(({ due }) => due.some(({ subscription }) => subscription.payment_method_id !== null))
  return findDefaultPaymentMethodIds(
    tx,
    named.map(({ customer }) => customer.id),
  )
}

async function loadEntities(tx: Ctx, days: readonly CustomerDay[]): Promise<Map<string, BillingEntity>> {
  const ids = days.flatMap(({ customer, due }) => [
    customer.billing_entity_id,
    ...due.flatMap(({ subscription }) => subscription.billing_entity_id ?? []),
  ])
  return findBillingEntitiesByIds(tx, [...new Set(ids)])
}

function entityOf(entities: ReadonlyMap<string, BillingEntity>, id: string): BillingEntity {
  const entity = entities.get(id)
  if (entity === undefined) throw new Error(`billing entity ${id} does not exist`)
  return entity
}

/** The tick that bills a local day: the present one, or for a day that was missed the one that it would have had. */
function billingInstant(day: Temporal.PlainDate, tick: Temporal.Instant, timeZone: string): Temporal.Instant {
  if (!localDate(tick, timeZone).equals(day)) return firstTickOfDay(day, timeZone)
  return tick.round({ smallestUnit: 'second', roundingMode: 'trunc' })
}

/**
 * A stored due time may have been overtaken by a change of time zone. And a subscription is not billed on the day it
 * started, which its first invoice covers, nor before it was created, nor once its end has come, which its last invoice
 * covers.
 */
export function isBilledPeriodically(due: DueSubscription, at: Temporal.Instant): boolean {
  const { subscription, billingDay, timeZone } = due
  if (!isBillingDay(billingSchedule(subscription, due.plan, timeZone), billingDay)) return false
  const { started_at: startedAt, ending_at: endingAt, created_at: createdAt } = subscription
  const isBefore = (a: Temporal.PlainDate, b: Temporal.PlainDate) => Temporal.PlainDate.compare(a, b) < 0
  if (startedAt === null || !isBefore(localDate(startedAt, timeZone), billingDay)) return false
  if (isBefore(localDate(at, 'UTC'), localDate(createdAt, 'UTC'))) return false
  return endingAt === null || isBefore(billingDay, localDate(endingAt, timeZone))
}
