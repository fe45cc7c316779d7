import { type Currency, isCurrency, localDate, planChangeDirection } from '@weir/engine'
import { sql, type Updateable } from 'kysely'
import { resolveBillingEntity, selectSections, skipsSections } from '../accounts/index.ts'
import { findPlanByCode, type PlanSnapshot } from '../catalog/index.ts'
import { type Customer, findCustomerByExternalId, getOrCreateCustomer, lockCustomer } from '../customers/index.ts'
import { atOnce, type Ctx, transaction } from '../platform/context.ts'
import type { Subscriptions } from '../platform/db/types.ts'
import { notFound, Problems, validation } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { activate } from './activation/activate.ts'
import { replaceRules } from './activation/rules.ts'
import { refuseAuthorization } from './availability.ts'
import { readBillingEntityOverride } from './billing-entity-override.ts'
import { claimingExternalId } from './external-id.ts'
import { type Order, priceOf, readOrder } from './order.ts'
import { overridePlan } from './overrides/own-plan.ts'
import { changePlan } from './plan-change/change-plan.ts'
import type { NewSubscriptionInput } from './schema.ts'
import { findByExternalId, getSubscriptionRecord, type Subscription, type SubscriptionRecord } from './store.ts'
import { replaceSubscriptionThresholds } from './thresholds.ts'
import { checkPurchaseOrderNumber, readPurchaseOrderNumber } from './validate.ts'

/**
 * Subscribes a customer to a plan. The customer is created when it does not exist, and stays even when the subscription
 * is then refused. The same request again gives the same subscription with the thresholds and sections it asks for; another plan for
 * one that has not started yet changes its plan; another plan for an active one replaces it, now or when its period ends.
 *
 * A start on the customer's present day makes the subscription active at once and bills its start, or lets it wait until that
 * is paid, where its rules say so; a start in the past
 * makes it active without billing what came before; a later one leaves it pending until that day.
 *
 * @param authorization the amount to authorize on the customer's card, where the request asks for it
 * @throws 404 `billing_entity_not_found`, `plan_not_found`; 422 with everything that is wrong; 403 for what is not available
 */
export async function createSubscription(
  ctx: Ctx,
  input: NewSubscriptionInput,
  authorization: unknown,
): Promise<Subscription> {
  const billingEntity = await resolveBillingEntity(ctx, input.billing_entity_code)
  if (authorization !== undefined && authorization !== null) refuseAuthorization()
  const plan = await findPlanByCode(ctx, withoutNul(input.plan_code ?? ''))
  if (plan === undefined) throw notFound('plan')
  const externalCustomerId = (input.external_customer_id ?? '').trim()
  const order = await readOrder(ctx, input, plan, await findCustomerByExternalId(ctx, externalCustomerId))
  const customer = await getOrCreateCustomer(ctx, externalCustomerId, {
    currency: currencyOf(input, plan),
    billingEntity,
  })
  return claimingExternalId(() =>
    transaction(ctx, async open => {
      const tx = atOnce(open)
      const subscription = await place(tx, customer.id, order)
      const thresholds = input.usage_thresholds ?? []
      if (thresholds.length > 0) await replaceSubscriptionThresholds(tx, subscription, thresholds)
      return subscription
    }),
  )
}

/** A currency that does not exist is refused with the rest of the overrides, after the customer was made. */
function currencyOf({ plan_overrides: overrides }: NewSubscriptionInput, plan: PlanSnapshot): Currency {
  const given = overrides?.amount_currency ?? ''
  return isCurrency(given) ? given : plan.amountCurrency
}

/** Decides what the request means for the customer as it is now. */
async function place(tx: Ctx, customerId: string, order: Order): Promise<Subscription> {
  const customer = await lockCustomer(tx, customerId)
  if (customer.deleted_at !== null) throw notFound('customer')
  await holdPlan(tx, order.plan.id)
  const current = await findCurrent(tx, customerId, order.externalId)
  if (current === undefined) return subscribe(tx, customer, order)
  if (current.status === 'incomplete') throw validation({ subscription: ['subscription_incomplete'] })
  if (current.plan_id === order.plan.id) return chooseSections(tx, current, order)
  const record = await getSubscriptionRecord(tx, current.id)
  if (current.status === 'active') return changePlan(tx, record, order)
  return chooseSections(tx, await changePendingPlan(tx, record, order), order)
}

/** Keeps the plan from being deleted until the transaction ends. */
async function holdPlan(tx: Ctx, planId: string): Promise<void> {
  const plan = await tx.db
    .selectFrom('plans')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', planId)
    .where('deleted_at', 'is', null)
    .forKeyShare()
    .executeTakeFirst()
  if (plan === undefined) throw notFound('plan')
}

/** What already runs, or will run, under the external id: what waits for a payment, then what has not started. */
async function findCurrent(tx: Ctx, customerId: string, externalId: string): Promise<Subscription | undefined> {
  return tx.db
    .selectFrom('subscriptions')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customerId)
    .where('external_id', '=', externalId)
    .where(eb =>
      eb.or([
        eb('status', 'in', ['active', 'incomplete']),
        eb.and([eb('status', '=', 'pending'), eb('previous_subscription_id', 'is', null)]),
      ]),
    )
    .orderBy(sql`status = 'incomplete'`, 'desc')
    .orderBy('started_at', order => order.desc().nullsFirst())
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Of what a repeated request asks for, the sections of invoices are changed too. */
async function chooseSections(tx: Ctx, subscription: Subscription, { input }: Order): Promise<Subscription> {
  const choice = input.invoice_custom_section
  const skips = skipsSections(choice)
  if (skips === undefined) return subscription
  await selectSections(tx, 'subscription', subscription.id, choice)
  return tx.db
    .updateTable('subscriptions')
    .set({ skip_invoice_custom_sections: skips })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', subscription.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** A subscription that has not started takes another plan, whatever the prices, and keeps its start. */
async function changePendingPlan(tx: Ctx, current: SubscriptionRecord, order: Order): Promise<Subscription> {
  const changes: Updateable<Subscriptions> = { plan_id: order.plan.id, updated_at: tx.clock.now() }
  if (order.name !== '') changes.name = order.name
  if (order.activationRules !== undefined) await replaceRules(tx, current.subscription.id, order.activationRules)
  if (!order.plan.payInAdvance) changes.on_termination_credit_note = null
  if (planChangeDirection(current.plan, priceOf(order)) === 'downgrade') {
    const entityId = await readBillingEntityOverride(tx, order.input)
    if (entityId !== undefined && entityId !== null) changes.billing_entity_id = entityId
  }
  return tx.db
    .updateTable('subscriptions')
    .set(changes)
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', current.subscription.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function subscribe(tx: Ctx, customer: Customer, order: Order): Promise<Subscription> {
  const running = await findByExternalId(tx, order.externalId, 'active')
  if (running !== undefined) throw validation({ external_id: ['value_already_exist'] })
  const pending = await insertPending(tx, customer.id, order)
  await selectSections(tx, 'subscription', pending.id, order.input.invoice_custom_section)
  const ordered = await getSubscriptionRecord(tx, pending.id)
  const overrides = order.input.plan_overrides
  const record = overrides === undefined ? ordered : await overridePlan(tx, ordered, overrides)
  const today = localDate(tx.clock.now(), record.timeZone)
  const startDate = localDate(pending.subscription_at, record.timeZone)
  const position = Temporal.PlainDate.compare(startDate, today)
  if (position >= 0) await replaceRules(tx, pending.id, order.activationRules ?? [])
  if (position > 0) return record.subscription
  if (position === 0) return activate(tx, record, pending.subscription_at, { starting: true })
  return activate(tx, record, await backdatedStart(tx, pending), { starting: false })
}

async function insertPending(tx: Ctx, customerId: string, order: Order): Promise<Subscription> {
  const { input } = order
  const problems = new Problems()
  const billingTime = input.billing_time ?? 'calendar'
  const purchaseOrderNumber = readPurchaseOrderNumber(input.purchase_order_number)
  if (order.externalId === '') problems.add('external_id', 'value_is_mandatory')
  if (billingTime !== 'calendar' && billingTime !== 'anniversary') problems.add('billing_time', 'value_is_invalid')
  checkPurchaseOrderNumber(purchaseOrderNumber, problems)
  problems.throwIfAny()
  const now = tx.clock.now()
  return tx.db
    .insertInto('subscriptions')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      customer_id: customerId,
      plan_id: order.plan.id,
      billing_entity_id: (await readBillingEntityOverride(tx, input)) ?? null,
      external_id: order.externalId,
      status: 'pending',
      name: order.name,
      billing_time: billingTime,
      subscription_at: order.subscriptionAt,
      ending_at: order.endingAt,
      ...order.paymentMethod,
      consolidate_invoice: input.consolidate_invoice ?? true,
      purchase_order_number: purchaseOrderNumber,
      progressive_billing_disabled: input.progressive_billing_disabled ?? false,
      skip_invoice_custom_sections: skipsSections(input.invoice_custom_section) ?? false,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Time that an earlier subscription with the same external id was invoiced for is not billed again. */
async function backdatedStart(tx: Ctx, subscription: Subscription): Promise<Temporal.Instant> {
  const earlier = await tx.db
    .selectFrom('subscriptions')
    .select('terminated_at')
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', subscription.customer_id)
    .where('external_id', '=', subscription.external_id)
    .where('status', '=', 'terminated')
    .where('on_termination_invoice', '=', 'generate')
    .where('terminated_at', '>', subscription.subscription_at)
    .orderBy('terminated_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return earlier?.terminated_at ?? subscription.subscription_at
}
