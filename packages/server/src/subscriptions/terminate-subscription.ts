import { type Ctx, transaction } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import { emit, emitAll } from '../platform/domain-events.ts'
import { Problems, validation } from '../platform/errors.ts'
import { emitMissedDays } from './missed-days.ts'
import { refuseWhileTaxesArePending } from './pending-taxes.ts'
import type { SelectionInput } from './schema.ts'
import { findByExternalId, lockSubscription, type Subscription, type SubscriptionRecord } from './store.ts'
import { CREDIT_NOTE_CHOICES, checkChoice, FINAL_INVOICE_CHOICES } from './validate.ts'

/** What ends with the subscription; blank: as the subscription says. */
export interface TerminationOptions {
  readonly on_termination_credit_note?: string | null
  readonly on_termination_invoice?: string | null
}

/**
 * Ends the active subscription with this external id now; with the status `pending`, cancels the one that has not started.
 *
 * @throws 404 `subscription_not_found`; 422 for a choice that does not exist; 405 `cannot_terminate_with_pending_taxes`
 */
export async function terminateSubscription(
  ctx: Ctx,
  externalId: string,
  input: SelectionInput,
): Promise<Subscription> {
  const status = input.status === 'pending' ? 'pending' : 'active'
  return transaction(ctx, async tx => {
    const record = await lockSubscription(tx, () => findByExternalId(tx, externalId, status))
    if (status === 'pending') return cancel(tx, record.subscription)
    checkOptions(record, input)
    await refuseWhileTaxesArePending(tx, record, creditNoteOf(record, input))
    return terminate(tx, record, tx.clock.now(), input)
  })
}

function checkOptions({ plan }: SubscriptionRecord, options: TerminationOptions): void {
  const problems = new Problems()
  if (plan.payInAdvance) {
    checkChoice('on_termination_credit_note', options.on_termination_credit_note, CREDIT_NOTE_CHOICES, problems)
  }
  checkChoice('on_termination_invoice', options.on_termination_invoice, FINAL_INVOICE_CHOICES, problems)
  problems.throwIfAny()
}

/**
 * Ends an active subscription, and cancels the one that was to replace it. The caller holds the customer's lock.
 *
 * Tells, in the order in which things follow from it: `subscription.billing_missed` where billing days before this one
 * were not billed; the webhooks `subscription.updated` (what happens on termination was stored) and
 * `subscription.terminated`, as {@link end} does; `subscription.ended` with `{ invoice: 'generate' | 'skip' }`, from which
 * the last invoice follows.
 *
 * @returns the subscription as it is then; unchanged when it was not active
 * @throws 422 `next_subscription_incomplete` while the one that replaces it waits for its payment
 */
export async function terminate(
  tx: Ctx,
  record: SubscriptionRecord,
  at: Temporal.Instant,
  options: TerminationOptions = {},
): Promise<Subscription> {
  const { subscription, next } = record
  if (subscription.status !== 'active') return subscription
  if (next?.status === 'incomplete') throw validation({ base: ['next_subscription_incomplete'] })
  const creditNote = creditNoteOf(record, options)
  const invoice = chosen(options.on_termination_invoice) ?? subscription.on_termination_invoice
  await emitMissedDays(tx, record, at, { untilToday: false })
  const terminated = await end(tx, record, at, { creditNote, invoice, upgrade: false })
  await cancelNext(tx, subscription.id)
  await emit(tx, 'subscription.ended', subscription.id, { invoice })
  return terminated
}

/**
 * Ends an active subscription at an instant and stores what follows from it. Tells the webhooks `subscription.updated`
 * and `subscription.terminated`; the latter with `{ on_termination_credit_note, upgrade }`: what was paid in advance and
 * is left is credited unless the choice is `skip`, or null for what was not paid in advance.
 */
export async function end(
  tx: Ctx,
  { subscription, plan }: SubscriptionRecord,
  at: Temporal.Instant,
  { creditNote, invoice, upgrade }: { creditNote: string; invoice: string; upgrade: boolean },
): Promise<Subscription> {
  const choice = plan.payInAdvance ? creditNote : null
  const ended = await tx.db
    .updateTable('subscriptions')
    .set({
      status: 'terminated',
      terminated_at: at,
      next_billing_at: null,
      on_termination_credit_note: choice,
      on_termination_invoice: invoice,
      updated_at: tx.clock.now(),
    })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', subscription.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await emit(tx, 'subscription.updated', subscription.id)
  await emit(tx, 'subscription.terminated', subscription.id, { on_termination_credit_note: choice, upgrade })
  return ended
}

/** What is to be done about the rest of a period that was paid in advance. */
function creditNoteOf({ subscription }: SubscriptionRecord, options: TerminationOptions): string {
  return chosen(options.on_termination_credit_note) ?? subscription.on_termination_credit_note ?? 'credit'
}

function chosen(option: string | null | undefined): string | null {
  return option?.trim() || null
}

/** Cancels the one that was to replace a subscription, if any, and tells nobody. */
export async function cancelNext(tx: Ctx, subscriptionId: string): Promise<void> {
  const now = tx.clock.now()
  await tx.db
    .updateTable('subscriptions')
    .set({ status: 'canceled', canceled_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('previous_subscription_id', '=', subscriptionId)
    .where('status', '=', 'pending')
    .execute()
}

/**
 * Cancels a subscription that has not started, and tells so: what its customers' systems get is
 * `subscription.terminated` with the status `canceled`.
 */
async function cancel(tx: Ctx, subscription: Subscription): Promise<Subscription> {
  const [canceled] = await cancelPending(tx, [subscription.id])
  const previous = subscription.previous_subscription_id
  await emitAll(tx, [
    ...(previous === null ? [] : [{ type: 'subscription.updated', objectId: previous }]),
    { type: 'subscription.terminated', objectId: subscription.id },
  ])
  return canceled ?? subscription
}

/** Cancels those of the subscriptions that have not started, and tells nobody. The caller holds their customers' locks. */
export async function cancelPending(tx: Ctx, subscriptionIds: readonly string[]): Promise<Subscription[]> {
  if (subscriptionIds.length === 0) return []
  const now = tx.clock.now()
  return tx.db
    .updateTable('subscriptions')
    .set({ status: 'canceled', canceled_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where(anyOf('id', subscriptionIds))
    .where('status', '=', 'pending')
    .returningAll()
    .execute()
}
