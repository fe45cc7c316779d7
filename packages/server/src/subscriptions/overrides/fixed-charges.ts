import {
  type FixedCharge,
  type FixedChargeOverrideInput,
  findFixedCharge,
  type OverriddenFixedCharge,
  patchFixedChargesOfCopy,
} from '../../catalog/index.ts'
import { atOnce, type Ctx, transaction } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { recordUnitsOfSubscription } from '../fixed-charges/record-units.ts'
import { getUnitEvents, type UnitEvent } from '../fixed-charges/unit-events.ts'
import { effectiveUnits, getUnitsOverridesOf } from '../fixed-charges/units-overrides.ts'
import type { SubscriptionRecord } from '../store.ts'
import { overridePlan, planOf } from './own-plan.ts'
import { getSelected, lockSelected, type Selection } from './selection.ts'

/** A fixed charge, and the units that a subscription has of it: a decimal. */
export interface FixedChargeOfSubscription {
  readonly fixedCharge: FixedCharge
  readonly units: string
}

/** The fixed charges of the plan of a subscription, in order of creation. @throws 404 `subscription_not_found` */
export async function getFixedChargesOf(ctx: Ctx, selection: Selection): Promise<FixedChargeOfSubscription[]> {
  return withUnits(ctx, await getSelected(ctx, selection))
}

/** @throws 404 `subscription_not_found`, `fixed_charge_not_found` */
export async function getFixedChargeOf(
  ctx: Ctx,
  selection: Selection,
  code: string,
): Promise<FixedChargeOfSubscription> {
  return findByCode(await getFixedChargesOf(ctx, selection), code)
}

/**
 * How the units of a fixed charge changed for a subscription, the latest decision first.
 *
 * @throws 404 `subscription_not_found`, `fixed_charge_not_found`
 */
export async function getUnitChangesOf(ctx: Ctx, selection: Selection, code: string): Promise<UnitEvent[]> {
  const record = await getSelected(ctx, selection)
  const { id, parentId } = findFixedCharge((await planOf(ctx, record)).fixedCharges, code)
  const events = (await getUnitEvents(ctx, [record.subscription.id])).get(record.subscription.id) ?? []
  return events.filter(event => event.fixedChargeId === id || event.fixedChargeId === parentId).toReversed()
}

/**
 * Gives a subscription another price or other units of a fixed charge. Nothing but units leaves it on the plan that is
 * sold; units paid in advance that are raised at once are billed.
 *
 * @throws 404 `subscription_not_found`, `fixed_charge_not_found`; 422 for what is wrong, or `subscription_incomplete`
 */
export async function overrideFixedCharge(
  ctx: Ctx,
  selection: Selection,
  code: string,
  input: FixedChargeOverrideInput,
): Promise<FixedChargeOfSubscription> {
  return transaction(ctx, async open => {
    const tx = atOnce(open)
    const record = await lockSelected(tx, selection)
    const shown = findFixedCharge((await planOf(tx, record)).fixedCharges, code)
    if (record.subscription.status === 'incomplete') throw validation({ base: ['subscription_incomplete'] })
    const current = await change(tx, record, { id: shown.id, ...input })
    const found = (await withUnits(tx, current)).find(
      ({ fixedCharge: { id, parentId } }) => id === shown.id || parentId === shown.id,
    )
    if (found === undefined) throw notFound('fixed_charge')
    return found
  })
}

async function change(tx: Ctx, record: SubscriptionRecord, input: OverriddenFixedCharge): Promise<SubscriptionRecord> {
  if (record.plan.parentId === null) return overridePlan(tx, record, { fixed_charges: [input] })
  await recordUnitsOfSubscription(tx, record, await patchFixedChargesOfCopy(tx, record.plan.id, [input]))
  return record
}

async function withUnits(ctx: Ctx, record: SubscriptionRecord): Promise<FixedChargeOfSubscription[]> {
  const { fixedCharges } = await planOf(ctx, record)
  const overrides = await getUnitsOverridesOf(ctx, record.subscription.id)
  return fixedCharges.map(fixedCharge => ({ fixedCharge, units: effectiveUnits(fixedCharge, overrides) }))
}

function findByCode(all: readonly FixedChargeOfSubscription[], code: string): FixedChargeOfSubscription {
  const wanted = findFixedCharge(
    all.map(one => one.fixedCharge),
    code,
  )
  const found = all.find(one => one.fixedCharge === wanted)
  if (found === undefined) throw notFound('fixed_charge')
  return found
}
