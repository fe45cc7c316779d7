import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { replaceTaxes } from '../../taxes/index.ts'
import { copyCharge } from '../cascades/child-charge.ts'
import type { ChargeSetting } from '../charge-set.ts'
import { chargeSettingOf } from '../charge-setting.ts'
import type { UnitsChange } from '../fixed-charges/commit.ts'
import { patchFixedCharge } from '../fixed-charges/fixed-charge-set.ts'
import { fixedChargeSettingOf } from '../fixed-charges/setting.ts'
import { setMinimumCommitment } from '../minimum-commitment.ts'
import { columnsOf, copiedTerms, planProblems } from '../plan-terms.ts'
import { insertPlan } from '../store/plans.ts'
import { saveCharges } from '../store/save-charges.ts'
import { saveFixedCharges } from '../store/save-fixed-charges.ts'
import type { Charge, FixedCharge, PlanSnapshot } from '../types.ts'
import { replaceUsageThresholds } from '../usage-thresholds.ts'
import { overriddenCharge } from './charge-override.ts'
import type { PlanOverridesInput } from './schema.ts'

/** A private copy of a plan, and the units that its fixed charges give from now on. */
export interface PlanCopy {
  readonly planId: string
  readonly unitsChanges: readonly UnitsChange[]
}

/**
 * Makes a private copy of a plan for one subscription, with other prices where they are given. Taxes, the minimum
 * commitment and thresholds of the plan are not copied, and neither are the taxes of its charges: a copy has what is given.
 *
 * @throws 404 `tax_not_found`; 422 for what is wrong with any of it
 */
export async function copyPlan(tx: Ctx, original: PlanSnapshot, overrides: PlanOverridesInput): Promise<PlanCopy> {
  const planId = newId()
  const inputs = overrides.charges ?? []
  // The metrics of the original are those of the copy.
  const setting = { ...(await chargeSettingOf(tx, { planId: original.id, attached: true }, inputs)), planId }
  const terms = copiedTerms(original, overrides)
  planProblems(terms).throwIfAny()
  await insertPlan(tx, {
    id: planId,
    organization_id: tx.org.id,
    parent_id: original.id,
    ...columnsOf(terms),
    pending_deletion: original.pendingDeletion,
    created_at: setting.now,
    updated_at: setting.now,
  })
  await replaceTaxes(tx, 'plan', planId, overrides.tax_codes)
  await saveCharges(tx, [], copiedCharges(setting, original.charges, overrides))
  const unitsChanges = await copyFixedCharges(tx, planId, original.fixedCharges, overrides)
  await replaceUsageThresholds(tx, { planId }, overrides.usage_thresholds ?? [])
  const commitment = overrides.minimum_commitment ?? {}
  if (Object.keys(commitment).length > 0) await setMinimumCommitment(tx, planId, commitment)
  return { planId, unitsChanges }
}

function copiedCharges(
  setting: ChargeSetting,
  originals: readonly Charge[],
  { charges: inputs = [] }: PlanOverridesInput,
): Charge[] {
  return originals.map(original => {
    const copy = { ...copyCharge(original, setting.planId, setting.now), taxes: [] }
    const input = inputs.find(one => one.id?.toLowerCase() === original.id)
    return input === undefined ? copy : overriddenCharge(setting, copy, input)
  })
}

async function copyFixedCharges(
  tx: Ctx,
  planId: string,
  originals: readonly FixedCharge[],
  { fixed_charges: inputs = [] }: PlanOverridesInput,
): Promise<UnitsChange[]> {
  const setting = await fixedChargeSettingOf(tx, { planId, attached: true }, inputs)
  const changes = originals.map(original => {
    const input = inputs.find(one => one.id?.toLowerCase() === original.id) ?? {}
    const copy = { ...original, id: newId(), planId, parentId: original.id, taxes: [], createdAt: setting.now }
    return patchFixedCharge(setting, copy, input)
  })
  await saveFixedCharges(
    tx,
    [],
    changes.map(change => change.after),
  )
  return changes.map(({ after: { id, units, payInAdvance }, immediately }) => ({
    fixedChargeId: id,
    units,
    billed: payInAdvance,
    immediately,
  }))
}
