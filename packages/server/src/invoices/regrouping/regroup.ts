import { billingBoundaries, type Period, terminationBoundaries } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { type Customer, lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { loadSubscriptionRecords, type SubscriptionRecord, termsOf } from '../../subscriptions/index.ts'
import { loadBillingHistories } from '../billing/history.ts'
import { writeRegroupingInvoice } from './invoice.ts'
import { findFamily, findPaidFees, type PaidFee, wantsRegrouping } from './paid-fees.ts'

/** Subscriptions that were just billed together, or one that just ended. */
export interface RegroupingRun {
  readonly customerId: string
  readonly subscriptionIds: readonly string[]
  /** When they were billed, or ended. */
  readonly at: Temporal.Instant
}

/** What one invoice collects. */
export interface RegroupedFees {
  readonly records: readonly SubscriptionRecord[]
  readonly fees: readonly PaidFee[]
}

/**
 * Puts the fees that stand alone and were paid on invoices, one for each purchase order number, of everything the customer
 * has or had under the same external ids. While all subscriptions go on, fees of a running period wait for its end. It takes
 * a charge in advance that asks for it; the fees of all others then come along. Repeating it does nothing: what is on an
 * invoice is not collected again.
 */
export async function regroupPaidFees(ctx: Ctx, run: RegroupingRun): Promise<void> {
  await transaction(ctx, async tx => {
    const customer = await lockCustomer(tx, run.customerId)
    const input = await loadSubscriptionRecords(tx, run.subscriptionIds)
    const family = await loadFamily(tx, run.customerId, input)
    const fees = await findPaidFees(tx, {
      subscriptionIds: family.map(({ subscription }) => subscription.id),
      at: run.at,
      onlyClosedPeriods: input.every(goesOn),
    })
    const feesOf = Map.groupBy(fees, fee => fee.subscription_id)
    const paid = family.filter(({ subscription }) => feesOf.has(subscription.id))
    if (paid.length === 0 || !(await wantsRegrouping(tx, [...new Set(paid.map(({ plan }) => plan.id))]))) return
    const period = await billedPeriod(tx, latestStarted([...paid, ...input]), run.at)
    for (const records of Map.groupBy(paid, ({ subscription }) => subscription.purchase_order_number).values()) {
      const collected = records.flatMap(({ subscription }) => feesOf.get(subscription.id) ?? [])
      await issue(tx, customer, { records, fees: collected }, period, run.at)
    }
  })
}

function goesOn({ subscription, next }: SubscriptionRecord): boolean {
  return subscription.status === 'active' && next === null
}

/** What the customer has or had under the external ids of some subscriptions, in order of their starts. */
async function loadFamily(
  tx: Ctx,
  customerId: string,
  input: readonly SubscriptionRecord[],
): Promise<SubscriptionRecord[]> {
  const externalIds = [...new Set(input.map(({ subscription }) => subscription.external_id))]
  const records = await loadSubscriptionRecords(tx, await findFamily(tx, customerId, externalIds))
  return records.toSorted(byStart)
}

function byStart(a: SubscriptionRecord, b: SubscriptionRecord): number {
  const [one, other] = [a.subscription, b.subscription]
  return (
    Temporal.Instant.compare(one.started_at ?? one.created_at, other.started_at ?? other.created_at) ||
    (one.id < other.id ? -1 : 1)
  )
}

function latestStarted(records: readonly SubscriptionRecord[]): SubscriptionRecord {
  const latest = records.toSorted(byStart).at(-1)
  if (latest === undefined) throw new Error('fees are collected of no subscription')
  return latest
}

/** The usage window that was billed then: the one just closed, or what termination left of it. */
async function billedPeriod(tx: Ctx, record: SubscriptionRecord, at: Temporal.Instant): Promise<Period> {
  const terms = termsOf(record)
  if (terms === undefined) throw new Error(`subscription ${record.subscription.id} has not started`)
  const { terminatedAt } = terms
  const history = (await loadBillingHistories(tx, [record.subscription.id], null)).get(record.subscription.id)
  const { charges, base } =
    terminatedAt === null
      ? billingBoundaries(terms, at, 'billing')
      : terminationBoundaries({ ...terms, terminatedAt }, history?.recurring ?? [])
  return charges ?? base
}

async function issue(
  tx: Ctx,
  customer: Customer,
  { records, fees }: RegroupedFees,
  period: Period,
  at: Temporal.Instant,
): Promise<void> {
  const [first] = records
  if (first === undefined) return
  const issuerId = first.subscription.billing_entity_id ?? customer.billing_entity_id
  const entities = await findBillingEntitiesByIds(tx, [customer.billing_entity_id, issuerId])
  const customerEntity = entities.get(customer.billing_entity_id)
  const issuer = entities.get(issuerId)
  if (customerEntity === undefined || issuer === undefined)
    throw new Error(`customer ${customer.id} has no billing entity`)
  await writeRegroupingInvoice(tx, {
    customer,
    customerEntity,
    issuer,
    currency: first.plan.amountCurrency,
    purchaseOrderNumber: first.subscription.purchase_order_number,
    subscriptionIds: records.map(({ subscription }) => subscription.id),
    fees,
    period,
    at,
  })
}
