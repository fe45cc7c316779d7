import { localDate } from '@weir/engine'
import type { Updateable } from 'kysely'
import { selectSections, skipsSections } from '../accounts/index.ts'
import { findCustomersByIds } from '../customers/index.ts'
import { readPaymentMethod } from '../payment-providers/index.ts'
import { atOnce, type Ctx, transaction } from '../platform/context.ts'
import type { Subscriptions } from '../platform/db/types.ts'
import { emit } from '../platform/domain-events.ts'
import { notAllowed, Problems } from '../platform/errors.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { activate } from './activation/activate.ts'
import { readActivationRules } from './activation/read-rules.ts'
import { hasRules, type NewRule, replaceRules } from './activation/rules.ts'
import { readBillingEntityOverride } from './billing-entity-override.ts'
import { claimingExternalId } from './external-id.ts'
import { overridePlan } from './overrides/own-plan.ts'
import type { SubscriptionInput } from './schema.ts'
import { lockSubscription, type Subscription, type SubscriptionRecord, selectByExternalId } from './store.ts'
import { replaceSubscriptionThresholds } from './thresholds.ts'
import {
  CREDIT_NOTE_CHOICES,
  checkChoice,
  checkPurchaseOrderNumber,
  FINAL_INVOICE_CHOICES,
  readDates,
  readPurchaseOrderNumber,
  refuseThresholdsTwice,
} from './validate.ts'

type Changes = Updateable<Subscriptions>

/** Rules are undefined where they stay as they are. */
interface Wanted {
  readonly changes: Changes
  readonly rules: readonly NewRule[] | undefined
}

/**
 * Updates the only subscription with this external id, whatever its status; of several, the active one, or the one with
 * the status given. Keys that are absent stay as they are.
 *
 * A new start only means something before the subscription has started: a start on the customer's present day or before
 * makes it active at once.
 *
 * @throws 404 `subscription_not_found`, `billing_entity_not_found`; 405 where its status forbids it; 422 with everything
 * that is wrong; 403 for what is not available
 */
export async function updateSubscription(
  ctx: Ctx,
  externalId: string,
  status: string | null | undefined,
  input: SubscriptionInput,
): Promise<Subscription> {
  return claimingExternalId(() =>
    transaction(ctx, async open => {
      const tx = atOnce(open)
      const record = await lockSubscription(tx, () => select(tx, externalId, status))
      const { changes, rules } = await readChanges(tx, record, input)
      const overrides = input.plan_overrides
      const priced = overrides === undefined ? record : await overridePlan(tx, record, overrides)
      const subscription = await apply(tx, priced, changes, rules)
      await selectSections(tx, 'subscription', subscription.id, input.invoice_custom_section)
      if (input.usage_thresholds !== undefined) {
        await replaceSubscriptionThresholds(tx, subscription, input.usage_thresholds)
      }
      return subscription
    }),
  )
}

async function select(tx: Ctx, externalId: string, status: string | null | undefined) {
  const all = await selectByExternalId(tx, externalId)
    .orderBy('subscription_at', 'desc')
    .orderBy('created_at', 'desc')
    .execute()
  if (all.length === 1) return all[0]
  const wanted = status === 'pending' || status === 'incomplete' ? status : 'active'
  return all.find(subscription => subscription.status === wanted)
}

async function readChanges(tx: Ctx, record: SubscriptionRecord, input: SubscriptionInput): Promise<Wanted> {
  const { subscription } = record
  if (subscription.status === 'incomplete') throw notAllowed('subscription_incomplete')
  const problems = new Problems()
  const changes: Changes = { ...readPurchaseOrder(subscription, input, problems) }
  Object.assign(changes, readTimes(tx, subscription, input, problems), readTermination(record, input, problems))
  Object.assign(changes, await readPaymentMethod(tx, input.payment_method, problems))
  const rules = await readRules(tx, record, input, problems)
  problems.throwIfAny()
  refuseThresholdsTwice(input)
  if (input.name !== undefined) changes.name = withoutNul(input.name)
  Object.assign(changes, readFlags(input))
  const entityId = await readBillingEntityOverride(tx, input)
  if (entityId !== undefined) changes.billing_entity_id = entityId
  return { changes, rules }
}

/** Rules are asked for before the subscription starts. */
async function readRules(
  tx: Ctx,
  { subscription }: SubscriptionRecord,
  input: SubscriptionInput,
  problems: Problems,
): Promise<NewRule[] | undefined> {
  const { activation_rules: rules, payment_method: method } = input
  if (Array.isArray(rules) && subscription.status !== 'pending') {
    problems.add('activation_rules', 'subscription_not_pending')
    return undefined
  }
  const [customer] = await findCustomersByIds(tx, [subscription.customer_id])
  const wanted = {
    payment_method_type: method?.payment_method_type ?? subscription.payment_method_type,
    payment_method_id: method?.payment_method_id ?? subscription.payment_method_id,
  }
  return readActivationRules(tx, rules, { method: wanted, payer: customer }, problems)
}

function readPurchaseOrder(subscription: Subscription, input: SubscriptionInput, problems: Problems): Changes {
  if (input.purchase_order_number === undefined) return {}
  const number = readPurchaseOrderNumber(input.purchase_order_number)
  if (number === subscription.purchase_order_number) return {}
  if (subscription.status !== 'pending' && subscription.status !== 'active') {
    throw notAllowed('purchase_order_number_not_editable')
  }
  checkPurchaseOrderNumber(number, problems)
  return { purchase_order_number: number }
}

function readTimes(tx: Ctx, subscription: Subscription, input: SubscriptionInput, problems: Problems): Changes {
  if (input.subscription_at === null) problems.add('subscription_at', 'invalid_date')
  const { subscriptionAt, endingAt } = readDates(input, subscription.subscription_at, tx.clock.now(), problems)
  const isMovable = subscription.status === 'pending' && subscription.previous_subscription_id === null
  return {
    ...(endingAt !== undefined && { ending_at: endingAt }),
    ...(subscriptionAt !== undefined && isMovable && { subscription_at: subscriptionAt }),
  }
}

function readTermination({ plan }: SubscriptionRecord, input: SubscriptionInput, problems: Problems): Changes {
  const { on_termination_credit_note: creditNote, on_termination_invoice: invoice } = input
  checkChoice('on_termination_credit_note', creditNote, CREDIT_NOTE_CHOICES, problems)
  checkChoice('on_termination_invoice', invoice, FINAL_INVOICE_CHOICES, problems)
  return {
    // What was not paid in advance leaves nothing to credit.
    ...(creditNote !== undefined && plan.payInAdvance && { on_termination_credit_note: creditNote?.trim() || null }),
    ...(invoice?.trim() && { on_termination_invoice: invoice }),
  }
}

function readFlags(input: SubscriptionInput): Changes {
  const skips = skipsSections(input.invoice_custom_section)
  const consolidate = input.consolidate_invoice ?? null
  const withoutThresholds = input.progressive_billing_disabled ?? null
  return {
    ...(consolidate !== null && { consolidate_invoice: consolidate }),
    ...(withoutThresholds !== null && { progressive_billing_disabled: withoutThresholds }),
    ...(skips !== undefined && { skip_invoice_custom_sections: skips }),
  }
}

async function apply(
  tx: Ctx,
  record: SubscriptionRecord,
  changes: Changes,
  rules: readonly NewRule[] | undefined,
): Promise<Subscription> {
  const subscription = await tx.db
    .updateTable('subscriptions')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', record.subscription.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (rules !== undefined) await replaceRules(tx, subscription.id, rules)
  if (changes.subscription_at !== undefined) return moveStart(tx, { ...record, subscription })
  await emit(tx, 'subscription.updated', subscription.id)
  return subscription
}

/** A start that only moves within the future is nobody's news yet, nor is one that has to be paid for first. */
async function moveStart(tx: Ctx, record: SubscriptionRecord): Promise<Subscription> {
  const { id, subscription_at: start } = record.subscription
  const today = localDate(tx.clock.now(), record.timeZone)
  const position = Temporal.PlainDate.compare(localDate(start, record.timeZone), today)
  if (position > 0 || (position === 0 && (await hasRules(tx, id)))) return record.subscription
  await replaceRules(tx, id, [])
  const active = await activate(tx, record, start, { starting: position === 0 })
  await emit(tx, 'subscription.updated', id)
  return active
}
