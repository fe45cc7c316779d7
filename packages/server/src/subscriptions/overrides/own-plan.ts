import {
  changeCopy,
  copyPlan,
  emitThresholdsChanged,
  getPlans,
  type OverriddenFixedCharge,
  type PlanOverridesInput,
  type PlanSnapshot,
  requireUnits,
  type UnitsChange,
} from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { trialEndOf } from '../activation/trial-end.ts'
import { recordUnitsOfSubscription } from '../fixed-charges/record-units.ts'
import {
  getUnitsOverridesOf,
  removeUnitsOverrides,
  setUnitsOverride,
  type UnitsOverrides,
} from '../fixed-charges/units-overrides.ts'
import { getSubscriptionRecord, type SubscriptionRecord } from '../store.ts'

/**
 * Gives a subscription prices of its own. Only units of fixed charges, while it is on a plan that is sold, are kept beside
 * that plan; anything else, even nothing at all, makes a private copy of the plan for it, or changes the one it has.
 *
 * The caller holds the customer's lock, and the clock stands still: units that apply at once do so at one instant.
 *
 * @returns the subscription as it is then
 * @throws 404 and 422 for what is wrong with the overrides; nothing must be kept then
 */
export async function overridePlan(
  tx: Ctx,
  record: SubscriptionRecord,
  overrides: PlanOverridesInput,
): Promise<SubscriptionRecord> {
  if (record.plan.parentId === null) {
    if (isUnitsOnly(overrides)) return overrideUnits(tx, record, overrides.fixed_charges ?? [])
    return moveToCopy(tx, record, overrides)
  }
  await recordUnitsOfSubscription(tx, record, await changeCopy(tx, record.plan.id, overrides))
  return getSubscriptionRecord(tx, record.subscription.id)
}

/** The subscription on a private copy of its plan: the one it has, or a new one with the same prices. */
export async function withOwnPlan(tx: Ctx, record: SubscriptionRecord): Promise<SubscriptionRecord> {
  return record.plan.parentId === null ? moveToCopy(tx, record, {}) : record
}

/** The plan of a subscription, with everything that prices it. */
export async function planOf(ctx: Ctx, { plan }: Pick<SubscriptionRecord, 'plan'>): Promise<PlanSnapshot> {
  const snapshot = (await getPlans(ctx, [plan.id])).get(plan.id)
  if (snapshot === undefined) throw notFound('plan')
  return snapshot
}

/** Whether nothing but units of fixed charges is given. */
export function isUnitsOnly({ fixed_charges: fixedCharges = [], ...others }: PlanOverridesInput): boolean {
  const hasOnlyUnits = ({ id, units, apply_units_immediately: _, ...rest }: OverriddenFixedCharge) =>
    !isBlank(id) && units !== undefined && Object.keys(rest).length === 0
  return Object.keys(others).length === 0 && fixedCharges.length > 0 && fixedCharges.every(hasOnlyUnits)
}

async function overrideUnits(
  tx: Ctx,
  record: SubscriptionRecord,
  inputs: readonly OverriddenFixedCharge[],
): Promise<SubscriptionRecord> {
  const { fixedCharges } = await planOf(tx, record)
  const changes: UnitsChange[] = []
  for (const { id, units: given, apply_units_immediately: immediately } of inputs) {
    const fixedCharge = fixedCharges.find(one => one.id === id?.toLowerCase())
    if (fixedCharge === undefined) throw notFound('fixed_charge')
    const units = requireUnits(given ?? null)
    await setUnitsOverride(tx, record.subscription.id, fixedCharge.id, units)
    changes.push({
      fixedChargeId: fixedCharge.id,
      units,
      billed: fixedCharge.payInAdvance,
      immediately: immediately ?? false,
    })
  }
  await recordUnitsOfSubscription(tx, record, changes)
  return record
}

/** Units that the subscription had of its own go over to the copy. */
async function moveToCopy(
  tx: Ctx,
  record: SubscriptionRecord,
  overrides: PlanOverridesInput,
): Promise<SubscriptionRecord> {
  const { id } = record.subscription
  await holdPlan(tx, record.plan.id)
  const units = await getUnitsOverridesOf(tx, id)
  const copy = await copyPlan(tx, await planOf(tx, record), withUnits(overrides, units))
  await tx.db
    .updateTable('subscriptions')
    .set({ plan_id: copy.planId, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .execute()
  if (units.size > 0) await removeUnitsOverrides(tx, id)
  const moved = await getSubscriptionRecord(tx, id)
  if (moved.plan.trialPeriod !== record.plan.trialPeriod) await moveTrialEnd(tx, moved)
  await recordUnitsOfSubscription(tx, moved, copy.unitsChanges)
  if ((overrides.usage_thresholds ?? []).length > 0) await emitThresholdsChanged(tx, { subscriptionId: id })
  return moved
}

/** Nobody changes the plan while it is copied: its copy would miss what later copies get and earlier ones follow. */
async function holdPlan(tx: Ctx, planId: string): Promise<void> {
  await tx.db
    .selectFrom('plans')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', planId)
    .forKeyShare()
    .execute()
}

/** What is given for the same fixed charge wins. */
function withUnits(overrides: PlanOverridesInput, units: UnitsOverrides): PlanOverridesInput {
  if (units.size === 0) return overrides
  const given = overrides.fixed_charges ?? []
  const kept = [...units].map(([id, own]) => ({
    id,
    units: own,
    ...given.find(one => one.id?.toLowerCase() === id),
  }))
  const others = given.filter(one => !units.has(one.id?.toLowerCase() ?? ''))
  return { ...overrides, fixed_charges: [...kept, ...others] }
}

/** A trial that is not over yet is as long as the plan says now. */
async function moveTrialEnd(tx: Ctx, record: SubscriptionRecord): Promise<void> {
  const { id, started_at: startedAt, trial_ended_at: endedAt, status } = record.subscription
  if (startedAt === null || endedAt !== null || status !== 'active') return
  await tx.db
    .updateTable('subscriptions')
    .set({ trial_ends_at: await trialEndOf(tx, record, startedAt) })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .execute()
}
