import { type Ctx, transaction } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { type ChangedCharge, changesOfUpdate } from './cascades/changes.ts'
import { cascadeCharges } from './cascades/jobs.ts'
import { type ChargeSetting, createCharge, updateCharge } from './charge-set.ts'
import { chargeSettingOf } from './charge-setting.ts'
import type { ChargeInput } from './schema.ts'
import { getChargesOfPlans } from './store/charges.ts'
import { isPlanAttached, lockPlanByCode, updatePlanRow } from './store/plans.ts'
import { saveCharges } from './store/save-charges.ts'
import type { Charge } from './types.ts'

/** @throws 404 `charge_not_found` */
export function findCharge(charges: readonly Charge[], code: string): Charge {
  const charge = charges.find(candidate => candidate.code === code)
  if (charge === undefined) throw notFound('charge')
  return charge
}

/** @throws 404 `plan_not_found`, `billable_metric_not_found`, `tax_not_found`; 422 */
export async function addCharge(ctx: Ctx, planCode: string, input: ChargeInput): Promise<Charge> {
  return changeCharges(ctx, planCode, input, (setting, charges) => {
    const charge = createCharge(setting, charges, input)
    return {
      charges: [...charges, charge],
      changes: [{ chargeId: charge.id, change: { type: 'charge_created' } }],
      result: charge,
    }
  })
}

/** @throws 404 `plan_not_found`, `charge_not_found`, `billable_metric_not_found`, `tax_not_found`; 422 */
export async function editCharge(ctx: Ctx, planCode: string, chargeCode: string, input: ChargeInput): Promise<Charge> {
  return changeCharges(ctx, planCode, input, (setting, charges) => {
    const current = findCharge(charges, chargeCode)
    const charge = updateCharge(setting, charges, current, input)
    return {
      charges: charges.map(other => (other === current ? charge : other)),
      changes: changesOfUpdate(current, charge),
      result: charge,
    }
  })
}

/**
 * Deletes a charge at once, whoever is subscribed: its usage of the running period is not billed.
 *
 * @returns the charge, without the filters that are gone with it
 * @throws 404 `plan_not_found`, `charge_not_found`
 */
export async function removeCharge(
  ctx: Ctx,
  planCode: string,
  chargeCode: string,
  input: Pick<ChargeInput, 'cascade_updates'>,
): Promise<Charge> {
  return changeCharges(ctx, planCode, input, (_setting, charges) => {
    const charge = findCharge(charges, chargeCode)
    return {
      charges: charges.filter(other => other !== charge),
      changes: [{ chargeId: charge.id, change: { type: 'charge_deleted' } }],
      result: { ...charge, filters: [] },
    }
  })
}

/** What becomes of the charges of a plan, and what its private copies may follow of it. */
interface ChargesChange<T> {
  readonly charges: readonly Charge[]
  readonly changes: readonly ChangedCharge[]
  readonly result: T
}

/**
 * Brings the charges of a plan to the state that `change` makes of them. Everything the new state rests on is locked
 * meanwhile, so that requests at the same time take effect one after the other. With `cascade_updates` in the input, the
 * private copies of the plan follow in background.
 */
export async function changeCharges<T>(
  ctx: Ctx,
  planCode: string,
  input: ChargeInput,
  change: (setting: ChargeSetting, charges: readonly Charge[]) => ChargesChange<T>,
): Promise<T> {
  return transaction(ctx, async tx => {
    const plan = await lockPlanByCode(tx, planCode)
    if (plan === undefined) throw notFound('plan')
    const attached = await isPlanAttached(tx, plan.id)
    const setting = await chargeSettingOf(tx, { planId: plan.id, attached }, [input])
    const before = await getChargesOfPlans(tx, [plan.id])
    const { charges, changes, result } = change(setting, before)
    await saveCharges(tx, before, charges)
    await updatePlanRow(tx, plan.id, {})
    if (input.cascade_updates === true) await cascadeCharges(tx, plan.id, changes)
    return result
  })
}
