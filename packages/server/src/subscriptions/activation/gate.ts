import { isInTrial } from '@weir/engine'
import { getFixedChargesOfPlans } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { recordStartingUnits } from '../fixed-charges/starting-units.ts'
import type { Subscription } from '../store.ts'
import type { Startable } from './activate.ts'
import { evaluateRules, hasRules } from './rules.ts'
import { trialEndOf } from './trial-end.ts'

/**
 * Lets a pending subscription wait until it is paid for, where it has a rule that says so and owes something in advance: its
 * service starts, but nothing is counted for it before it is paid. What it is to replace stays as it is. The caller holds the
 * customer's lock.
 *
 * Tells `subscription.gated`, from which the invoice follows that has to be paid, and the webhook `subscription.incomplete`.
 *
 * @returns undefined where it may start at once
 */
export async function gate(tx: Ctx, record: Startable, instant: Temporal.Instant): Promise<Subscription | undefined> {
  const { id } = record.subscription
  if (!(await hasRules(tx, id))) return undefined
  const trialEndsAt = await trialEndOf(tx, record, instant)
  const applicable = await owesInAdvance(tx, record, trialEndsAt, instant)
  if (!(await evaluateRules(tx, id, { applicable }))) return undefined
  const waiting = await tx.db
    .updateTable('subscriptions')
    .set({ status: 'incomplete', started_at: instant, trial_ends_at: trialEndsAt, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordStartingUnits(tx, { ...record, subscription: waiting })
  await emitAll(tx, [
    { type: 'subscription.gated', objectId: id },
    { type: 'subscription.incomplete', objectId: id },
  ])
  return waiting
}

async function owesInAdvance(
  tx: Ctx,
  { plan }: Startable,
  trialEndsAt: Temporal.Instant | null,
  instant: Temporal.Instant,
): Promise<boolean> {
  if (plan.payInAdvance && !isInTrial(trialEndsAt, instant)) return true
  return (await getFixedChargesOfPlans(tx, [plan.id])).some(charge => charge.payInAdvance)
}
