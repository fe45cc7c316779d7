import { planChangeDirection } from '@weir/engine'
import { selectSections, skipsSections } from '../../accounts/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { Problems } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import { replaceRules } from '../activation/rules.ts'
import { readBillingEntityOverride } from '../billing-entity-override.ts'
import { type Order, priceOf } from '../order.ts'
import { overridePlan } from '../overrides/own-plan.ts'
import { refuseWhileTaxesArePending } from '../pending-taxes.ts'
import { getSubscriptionRecord, type Subscription, type SubscriptionRecord } from '../store.ts'
import { cancelNext } from '../terminate-subscription.ts'
import { checkPurchaseOrderNumber, readPurchaseOrderNumber } from '../validate.ts'
import { upgrade } from './replace.ts'

/**
 * Puts an active subscription on another plan, in place of any change that was planned before. A plan that costs at least
 * as much in a year replaces it now; a cheaper one when the period ends, until when a pending subscription stands for it.
 * The caller holds the customer's lock.
 *
 * @returns the subscription that is active then, or the one that waits for its payment
 * @throws 404 and 422 for what is wrong with the order, 405 `cannot_terminate_with_pending_taxes`; nothing must be kept then
 */
export async function changePlan(tx: Ctx, current: SubscriptionRecord, order: Order): Promise<Subscription> {
  const direction = planChangeDirection(current.plan, priceOf(order))
  if (direction === 'upgrade') {
    const stored = current.subscription.on_termination_credit_note
    await refuseWhileTaxesArePending(tx, current, stored === 'skip' ? 'skip' : 'credit')
  }
  await cancelNext(tx, current.subscription.id)
  const { id } = await insertNext(tx, current, order, direction)
  await replaceRules(tx, id, order.activationRules ?? [])
  await selectSections(tx, 'subscription', id, order.input.invoice_custom_section)
  const ordered = await getSubscriptionRecord(tx, id)
  const { plan_overrides: overrides } = order.input
  const next = overrides === undefined ? ordered : await overridePlan(tx, ordered, overrides)
  if (direction === 'upgrade') return upgrade(tx, current, next)
  await emit(tx, 'subscription.updated', current.subscription.id)
  return current.subscription
}

/** What the order does not say is as it was, but for the name, how it is paid, and what happens on termination. */
async function insertNext(
  tx: Ctx,
  { subscription: current }: SubscriptionRecord,
  order: Order,
  direction: 'upgrade' | 'downgrade',
): Promise<Subscription> {
  const { input } = order
  const purchaseOrderNumber =
    input.purchase_order_number === undefined
      ? current.purchase_order_number
      : readPurchaseOrderNumber(input.purchase_order_number)
  const problems = new Problems()
  checkPurchaseOrderNumber(purchaseOrderNumber, problems)
  problems.throwIfAny()
  const entityId = await readBillingEntityOverride(tx, input)
  const now = tx.clock.now()
  return tx.db
    .insertInto('subscriptions')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      customer_id: current.customer_id,
      plan_id: order.plan.id,
      previous_subscription_id: current.id,
      billing_entity_id: entityId === undefined ? current.billing_entity_id : entityId,
      external_id: current.external_id,
      status: 'pending',
      name: order.name,
      billing_time: current.billing_time,
      subscription_at: current.subscription_at,
      ending_at: input.ending_at === undefined ? current.ending_at : order.endingAt,
      ...order.paymentMethod,
      consolidate_invoice:
        input.consolidate_invoice === undefined ? current.consolidate_invoice : (input.consolidate_invoice ?? true),
      purchase_order_number: purchaseOrderNumber,
      progressive_billing_disabled: direction === 'downgrade' && (input.progressive_billing_disabled ?? false),
      skip_invoice_custom_sections: skipsSections(input.invoice_custom_section) ?? false,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
