import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import type { ChargeSetting } from '../charge-set.ts'
import { chargeSettingOf } from '../charge-setting.ts'
import { type UnitsChange, unitsChangesOf } from '../fixed-charges/commit.ts'
import { type FixedChargeChange, patchFixedCharge, withReplaced } from '../fixed-charges/fixed-charge-set.ts'
import { fixedChargeSettingOf } from '../fixed-charges/setting.ts'
import { changePlan } from '../plans.ts'
import type { ChargeInput } from '../schema.ts'
import { getChargesOfPlans } from '../store/charges.ts'
import { getFixedChargesOfPlans } from '../store/fixed-charges.ts'
import { lockPlan, type PlanRow, updatePlanRow } from '../store/plans.ts'
import { saveCharges } from '../store/save-charges.ts'
import { saveFixedCharges } from '../store/save-fixed-charges.ts'
import type { Charge } from '../types.ts'
import type { OverriddenFixedCharge, PlanOverridesInput } from './schema.ts'

/**
 * Changes the private copy of a subscription like any plan that was sold: charges are the full new set, by the ids of the
 * copy. Fixed charges are different: those that are not named stay, and none can be added.
 *
 * @returns the units that changed
 * @throws 404 and 422 as for a plan; 404 `fixed_charge_not_found`
 */
export async function changeCopy(tx: Ctx, planId: string, overrides: PlanOverridesInput): Promise<UnitsChange[]> {
  const { fixed_charges: fixedCharges = [], ...others } = overrides
  await changePlan(tx, await lock(tx, planId), others)
  return patchFixedChargesOfCopy(tx, planId, fixedCharges)
}

/** Changes some fixed charges of a private copy. @returns the units that changed. @throws 404 `fixed_charge_not_found`; 422 */
export async function patchFixedChargesOfCopy(
  tx: Ctx,
  planId: string,
  inputs: readonly OverriddenFixedCharge[],
): Promise<UnitsChange[]> {
  if (inputs.length === 0) return []
  await lock(tx, planId)
  const setting = await fixedChargeSettingOf(tx, { planId, attached: true }, inputs)
  const before = await getFixedChargesOfPlans(tx, [planId])
  const changes: FixedChargeChange[] = []
  let after = before
  for (const input of inputs) {
    const current = after.find(one => one.id === input.id?.toLowerCase())
    if (current === undefined) throw notFound('fixed_charge')
    const change = patchFixedCharge(setting, current, input)
    after = withReplaced(after, current, change.after)
    changes.push(change)
  }
  await saveFixedCharges(tx, before, after)
  return unitsChangesOf(changes, 'plan')
}

/** What becomes of a charge, from what it may refer to and what it is. */
export type ChargeChange<T extends { readonly charge: Charge }> = (setting: ChargeSetting, charge: Charge) => T

/**
 * Changes one charge of a private copy.
 *
 * @param chargeId of the charge there, or of the one that it was copied from
 * @param input what `change` reads, as far as it names other objects
 * @throws 404 `charge_not_found`, and whatever `change` throws
 */
export async function changeChargeOfCopy<T extends { readonly charge: Charge }>(
  tx: Ctx,
  planId: string,
  chargeId: string,
  input: ChargeInput,
  change: ChargeChange<T>,
): Promise<T> {
  await lock(tx, planId)
  const setting = await chargeSettingOf(tx, { planId, attached: true }, [input])
  const before = await getChargesOfPlans(tx, [planId])
  const current = before.find(charge => charge.id === chargeId || charge.parentId === chargeId)
  if (current === undefined) throw notFound('charge')
  const result = change(setting, current)
  await saveCharges(
    tx,
    before,
    before.map(charge => (charge === current ? result.charge : charge)),
  )
  await updatePlanRow(tx, planId, {})
  return result
}

async function lock(tx: Ctx, planId: string): Promise<PlanRow> {
  const row = await lockPlan(tx, planId)
  if (row === undefined) throw notFound('plan')
  return row
}
