import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { getPlans } from '../../catalog/index.ts'
import { type Customer, lockCustomers } from '../../customers/index.ts'
import { eventProperties, type UsageEvent } from '../../events/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { findServedSubscriptions, loadSubscriptionRecords, servedAt } from '../../subscriptions/index.ts'
import { type AdvanceInvoiceOrder, createAdvanceInvoice } from './advance-invoice.ts'
import { type ChargedEvent, chargedSubscription, chargesInAdvance, computeEventFee } from './event-fee.ts'
import { findChargedTransactions, insertEventFee } from './fee-rows.ts'
import { keepTotals } from './running-totals.ts'

/** As many are billed in one transaction: the customer is locked as long. */
const EVENTS_A_TRANSACTION = 50

/**
 * Bills events that came to an external subscription id by the charges that take their money at once, one after another.
 * Each event is billed as a whole or not at all, and once: repeating this bills nothing twice.
 *
 * An event that cannot be billed keeps no other from it.
 *
 * @param events in the order to bill them
 * @throws the errors of the events that could not be billed, after all others are done
 */
export async function billEvents(
  ctx: Ctx,
  externalSubscriptionId: string,
  events: readonly UsageEvent[],
): Promise<void> {
  const errors: unknown[] = []
  for (let start = 0; start < events.length; start += EVENTS_A_TRANSACTION) {
    const part = events.slice(start, start + EVENTS_A_TRANSACTION)
    try {
      await billTogether(ctx, externalSubscriptionId, part)
    } catch (error) {
      if (part.length === 1) errors.push(error)
      else errors.push(...(await billApart(ctx, externalSubscriptionId, part)))
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('; '))
}

async function billApart(ctx: Ctx, externalSubscriptionId: string, events: readonly UsageEvent[]): Promise<unknown[]> {
  const errors: unknown[] = []
  for (const event of events) {
    try {
      await billTogether(ctx, externalSubscriptionId, [event])
    } catch (error) {
      errors.push(error)
    }
  }
  return errors
}

async function billTogether(ctx: Ctx, externalSubscriptionId: string, events: readonly UsageEvent[]): Promise<void> {
  await transaction(ctx, async tx => {
    const served = await lockServed(tx, externalSubscriptionId)
    const matched = events.flatMap(event => {
      const subscription = servedAt(served.subscriptions, event.timestamp)
      return subscription === undefined ? [] : [{ event, subscriptionId: subscription.id }]
    })
    if (matched.length === 0) return
    const targets = await loadTargets(tx, [...new Set(matched.map(one => one.subscriptionId))], served.customers)
    const charged = await findChargedTransactions(
      tx,
      [...targets.keys()],
      events.map(event => event.transactionId),
    )
    for (const { event, subscriptionId } of matched) {
      const target = targets.get(subscriptionId)
      if (target !== undefined && !charged.has(subscriptionId, event.transactionId)) {
        await billEvent(tx, target, event)
      }
    }
  })
}

/** Which subscription an event belongs to is only certain while its customer cannot end it. */
async function lockServed(tx: Ctx, externalSubscriptionId: string) {
  const found = await findServedSubscriptions(tx, [externalSubscriptionId])
  const customers = await lockCustomers(tx, [...new Set(found.map(subscription => subscription.customer_id))])
  return { subscriptions: await findServedSubscriptions(tx, [externalSubscriptionId]), customers }
}

/** Whom events are charged to, and who issues the invoices. */
type Target = Omit<AdvanceInvoiceOrder, 'event' | 'fee'>

async function loadTargets(
  tx: Ctx,
  subscriptionIds: readonly string[],
  customers: readonly Customer[],
): Promise<Map<string, Target>> {
  const records = await loadSubscriptionRecords(tx, subscriptionIds)
  const plans = await getPlans(tx, [...new Set(records.map(({ plan }) => plan.id))])
  const entityIds = [
    ...customers.map(customer => customer.billing_entity_id),
    ...records.flatMap(({ subscription }) => subscription.billing_entity_id ?? []),
  ]
  const entities = await findBillingEntitiesByIds(tx, [...new Set(entityIds)])
  return new Map(
    records.map(record => {
      const { subscription } = record
      const customer = customers.find(one => one.id === subscription.customer_id)
      const customerEntity = customer && entities.get(customer.billing_entity_id)
      const issuer =
        subscription.billing_entity_id === null ? customerEntity : entities.get(subscription.billing_entity_id)
      if (customer === undefined || customerEntity === undefined || issuer === undefined) {
        throw new Error(`subscription ${subscription.id} has no customer, or no billing entity`)
      }
      return [subscription.id, { ...chargedSubscription(record, plans), customer, customerEntity, issuer }]
    }),
  )
}

/** The fees of one event, each on an invoice of its own where its charge is invoiceable. */
async function billEvent(tx: Ctx, target: Target, event: UsageEvent): Promise<void> {
  const charged = chargedEvent(event)
  for (const charge of chargesInAdvance(target.plan, event.code, charged.properties)) {
    const computed = await computeEventFee(tx, target, charge, charged)
    if (charge.invoiceable) {
      await createAdvanceInvoice(tx, { ...target, event: charged, fee: computed })
    } else {
      const place = { invoiceId: null, billingEntityId: target.issuer.id }
      await emit(tx, 'fee.created', await insertEventFee(tx, place, target, charged, computed))
    }
    await keepTotals(tx, target.subscription.external_id, charged, [computed])
  }
}

function chargedEvent({
  id,
  transactionId,
  timestamp,
  createdAt,
  properties,
  preciseTotalAmountCents,
}: UsageEvent): ChargedEvent {
  return {
    transactionId,
    timestamp,
    properties: eventProperties(properties),
    preciseTotalAmountCents,
    position: { timestamp, createdAt, id },
  }
}
