import { type CompletedInvoice, completeInvoice } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { getPlans } from '../../catalog/index.ts'
import { type Customer, lockCustomers } from '../../customers/index.ts'
import { eventProperties, type UsageEvent } from '../../events/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { loadSubscriptionRecords, matchSubscriptions } from '../../subscriptions/index.ts'
import { type AppliedTax, getTaxesOfCustomers } from '../../taxes/index.ts'
import { type InvoiceOrder, issueInvoices } from '../billing/create-invoice.ts'
import { writeStandaloneFees } from '../billing/write.ts'
import { findChargedTransactions } from './charged-events.ts'
import {
  type ChargedEvent,
  type ChargedSubscription,
  chargedSubscription,
  chargesInAdvance,
  computeEventFee,
  type EventFee,
} from './event-fee.ts'
import { keepTotals } from './running-totals.ts'

/** As many are billed in one transaction: the customer is locked as long. */
const EVENTS_A_TRANSACTION = 50

/**
 * Bills events that came by the charges that take their money at once, one after another.
 * Each event is billed as a whole or not at all, and once: repeating this bills nothing twice.
 *
 * An event that cannot be billed keeps no other from it.
 *
 * @param events in the order to bill them
 * @throws the errors of the events that could not be billed, after all others are done
 */
export async function billEvents(ctx: Ctx, events: readonly UsageEvent[]): Promise<void> {
  const errors: unknown[] = []
  for (let start = 0; start < events.length; start += EVENTS_A_TRANSACTION) {
    const part = events.slice(start, start + EVENTS_A_TRANSACTION)
    try {
      await billTogether(ctx, part)
    } catch (error) {
      if (part.length === 1) errors.push(error)
      else errors.push(...(await billApart(ctx, part)))
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('; '))
}

async function billApart(ctx: Ctx, events: readonly UsageEvent[]): Promise<unknown[]> {
  const errors: unknown[] = []
  for (const event of events) {
    try {
      await billTogether(ctx, [event])
    } catch (error) {
      errors.push(error)
    }
  }
  return errors
}

async function billTogether(ctx: Ctx, events: readonly UsageEvent[]): Promise<void> {
  await transaction(ctx, async tx => {
    const customers = await lockCustomersOf(tx, events)
    const matches = await matchSubscriptions(tx, events)
    const matched = events.flatMap((event, place) => {
      const [subscription] = matches[place] ?? []
      return subscription === undefined ? [] : [{ event, subscriptionId: subscription.id }]
    })
    if (matched.length === 0) return
    const targets = await loadTargets(tx, [...new Set(matched.map(one => one.subscriptionId))], customers)
    const charged = await findChargedTransactions(
      tx,
      [...targets.keys()],
      events.map(event => event.transactionId),
    )
    const fees: TargetFee[] = []
    for (const { event, subscriptionId } of matched) {
      const target = targets.get(subscriptionId)
      if (target === undefined || charged.has(subscriptionId, event.transactionId)) continue
      fees.push(...(await computeFees(tx, target, event)))
    }
    await writeFees(tx, fees)
  })
}

/** Which subscription an event belongs to is only certain while its customer cannot end it. */
async function lockCustomersOf(tx: Ctx, events: readonly UsageEvent[]): Promise<Customer[]> {
  const matches = await matchSubscriptions(tx, events)
  const customerIds = matches.flatMap(([subscription]) => subscription?.customer_id ?? [])
  return lockCustomers(tx, [...new Set(customerIds)])
}

/** Whom events are charged to, and who issues the invoices. */
type Target = ChargedSubscription & Pick<InvoiceOrder, 'customer' | 'customerEntity' | 'issuer'>

async function loadTargets(
  tx: Ctx,
  subscriptionIds: readonly string[],
  customers: readonly Customer[],
): Promise<Map<string, Target>> {
  const records = await loadSubscriptionRecords(tx, subscriptionIds)
  const plans = await getPlans(tx, [...new Set(records.map(({ plan }) => plan.id))])
  const taxes = await getTaxesOfCustomers(
    tx,
    customers.map(customer => ({ customerId: customer.id, billingEntityId: customer.billing_entity_id })),
  )
  const entityIds = [
    ...customers.map(customer => customer.billing_entity_id),
    ...records.flatMap(({ subscription }) => subscription.billing_entity_id ?? []),
  ]
  const entities = await findBillingEntitiesByIds(tx, [...new Set(entityIds)])
  return new Map(
    records.map(record => {
      const { id, customer_id: customerId, billing_entity_id: entityId } = record.subscription
      const customer = customers.find(one => one.id === customerId)
      const customerEntity = customer && entities.get(customer.billing_entity_id)
      const issuer = entityId === null ? customerEntity : entities.get(entityId)
      if (customer === undefined || customerEntity === undefined || issuer === undefined) {
        throw new Error(`subscription ${id} has no customer, or no billing entity`)
      }
      const charged = chargedSubscription(record, plans, taxes.get(customerId) ?? [])
      return [id, { ...charged, customer, customerEntity, issuer }]
    }),
  )
}

interface TargetFee {
  readonly target: Target
  readonly fee: EventFee
  readonly at: Temporal.Instant
}

/** The fees of one event. What the next one costs depends on how far this one was charged. */
async function computeFees(tx: Ctx, target: Target, event: UsageEvent): Promise<TargetFee[]> {
  const charged = chargedEvent(event)
  const at = Temporal.Instant.fromEpochNanoseconds(event.timestamp * 1000n)
  const fees: TargetFee[] = []
  for (const charge of chargesInAdvance(target.plan, event.code, charged.properties)) {
    const fee = await computeEventFee(tx, target, charge, charged)
    await keepTotals(tx, target.subscription.external_id, charged, fee)
    fees.push({ target, fee, at })
  }
  return fees
}

function chargedEvent(event: UsageEvent): ChargedEvent {
  const { id, transactionId, timestamp, createdAt, properties, preciseTotalAmountCents } = event
  return {
    transactionId,
    timestamp,
    properties: eventProperties(properties),
    preciseTotalAmountCents,
    position: { timestamp, createdAt, id },
  }
}

/** Each fee stands alone, or is on an invoice of its own where its charge is invoiceable. */
async function writeFees(tx: Ctx, fees: readonly TargetFee[]): Promise<void> {
  for (const { target, fee, at } of fees.filter(({ fee: { charge } }) => !charge.invoiceable)) {
    const setting = { billingEntityId: target.issuer.id, createdAt: tx.clock.now(), at, billed: [fee.billed] }
    const ids = await writeStandaloneFees(tx, setting, completeInvoice([fee.line]).fees)
    await emitAll(
      tx,
      ids.map(objectId => ({ type: 'fee.created', objectId })),
    )
  }
  await issueInvoices(
    tx,
    fees
      .filter(({ fee: { charge } }) => charge.invoiceable)
      .map(({ target, fee, at }) => ({
        order: { ...target, subscriptions: [], reason: 'in_advance_charge', at, skipCharges: false },
        computed: {
          billed: [fee.billed],
          assembled: { ...neverNegative(completeInvoice([fee.line])), standalone: [], levels: [] },
        },
      })),
  )
}

/** An event may make usage cheaper, but nobody is paid for it. */
function neverNegative(invoice: CompletedInvoice<AppliedTax>): CompletedInvoice<AppliedTax> {
  const { totals } = invoice
  return totals.totalAmountCents < 0n ? { ...invoice, totals: { ...totals, totalAmountCents: 0n } } : invoice
}
