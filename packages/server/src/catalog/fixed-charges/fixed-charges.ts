import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { notFound } from '../../platform/errors.ts'
import { getFixedChargesOfPlans } from '../store/fixed-charges.ts'
import { isPlanAttached, lockPlanByCode, updatePlanRow } from '../store/plans.ts'
import { saveFixedCharges } from '../store/save-fixed-charges.ts'
import type { FixedCharge } from '../types.ts'
import { cascadeFixedCharges } from './cascade.ts'
import { commitFixedCharges } from './commit.ts'
import {
  createFixedCharge,
  type FixedChargeChange,
  type FixedChargeSetting,
  replaceFixedCharges,
  updateFixedCharge,
  withReplaced,
} from './fixed-charge-set.ts'
import type { FixedChargeInput, PlanFixedChargeInput } from './schema.ts'
import { fixedChargeSettingOf } from './setting.ts'

const CODE_INDEX = 'fixed_charges_code'

/** @throws 404 `fixed_charge_not_found` */
export function findFixedCharge(fixedCharges: readonly FixedCharge[], code: string): FixedCharge {
  const found = fixedCharges.find(candidate => candidate.code === code)
  if (found === undefined) throw notFound('fixed_charge')
  return found
}

/**
 * The fixed charges in the payload of a new plan, which nobody has subscribed to yet.
 *
 * @throws 404 `add_on_not_found`, `tax_not_found`; 422
 */
export async function createFixedChargesOfPlan(
  tx: Ctx,
  planId: string,
  inputs: readonly PlanFixedChargeInput[] | undefined,
): Promise<void> {
  if (inputs === undefined || inputs.length === 0) return
  const setting = await fixedChargeSettingOf(tx, { planId, attached: false }, inputs)
  await saveFixedCharges(tx, [], replaceFixedCharges(setting, [], inputs).fixedCharges)
}

/**
 * The fixed charges in the payload of a plan are its full new set; without them nothing changes. Units paid in advance
 * that are raised at once are billed. The caller holds the plan's lock.
 *
 * @throws 404 `add_on_not_found`, `tax_not_found`; 422
 */
export async function replaceFixedChargesOfPlan(
  tx: Ctx,
  plan: Pick<FixedChargeSetting, 'planId' | 'attached'>,
  inputs: readonly PlanFixedChargeInput[] | undefined,
  options: { readonly cascade: boolean },
): Promise<void> {
  if (inputs === undefined) return
  const setting = await fixedChargeSettingOf(tx, plan, inputs)
  const before = await getFixedChargesOfPlans(tx, [plan.planId])
  const { fixedCharges, changes } = replaceFixedCharges(setting, before, inputs)
  const commit = { planId: plan.planId, at: setting.now, source: 'plan' } as const
  await commitFixedCharges(tx, before, fixedCharges, changes, commit)
  if (options.cascade) await cascadeFixedCharges(tx, changes, commit)
}

/** Nothing is billed at once, whenever its units apply. @throws 404 `plan_not_found`, `add_on_not_found`; 422 */
export async function addFixedCharge(ctx: Ctx, planCode: string, input: FixedChargeInput): Promise<FixedCharge> {
  return changeFixedCharges(ctx, planCode, input, (setting, existing) => {
    const change = createFixedCharge(setting, existing, input)
    return { change, after: [...existing, change.after], result: change.after }
  })
}

/** Units paid in advance that are raised at once are billed. @throws 404 `plan_not_found`, `fixed_charge_not_found`; 422 */
export async function editFixedCharge(
  ctx: Ctx,
  planCode: string,
  code: string,
  input: FixedChargeInput,
): Promise<FixedCharge> {
  return changeFixedCharges(ctx, planCode, input, (setting, existing) => {
    const change = updateFixedCharge(setting, existing, findFixedCharge(existing, code), input)
    const after = withReplaced(existing, change.before, change.after)
    return { change, after, result: change.after }
  })
}

/** Deletes a fixed charge at once, whoever is subscribed. @throws 404 `plan_not_found`, `fixed_charge_not_found` */
export async function removeFixedCharge(
  ctx: Ctx,
  planCode: string,
  code: string,
  input: FixedChargeInput,
): Promise<FixedCharge> {
  return changeFixedCharges(ctx, planCode, input, (_setting, existing) => {
    const before = findFixedCharge(existing, code)
    const after = existing.filter(other => other !== before)
    return { change: { kind: 'deleted', before }, after, result: before }
  })
}

interface SingleChange {
  readonly change: FixedChargeChange
  readonly after: readonly FixedCharge[]
  readonly result: FixedCharge
}

async function changeFixedCharges(
  ctx: Ctx,
  planCode: string,
  input: FixedChargeInput,
  work: (setting: FixedChargeSetting, existing: readonly FixedCharge[]) => SingleChange,
): Promise<FixedCharge> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const plan = await lockPlanByCode(tx, planCode)
      if (plan === undefined) throw notFound('plan')
      const attached = await isPlanAttached(tx, plan.id)
      const setting = await fixedChargeSettingOf(tx, { planId: plan.id, attached }, [input])
      const before = await getFixedChargesOfPlans(tx, [plan.id])
      const { change, after, result } = work(setting, before)
      const commit = { planId: plan.id, at: setting.now, source: 'endpoint' } as const
      await commitFixedCharges(tx, before, after, [change], commit)
      if (input.cascade_updates) await cascadeFixedCharges(tx, [change], commit)
      await updatePlanRow(tx, plan.id, {})
      return result
    }),
  )
}
