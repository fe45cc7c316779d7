import {
  addFilterToCopy,
  type Charge,
  type ChargeChange,
  type ChargeFilterInput,
  type ChargeOverrideInput,
  changeChargeOfCopy,
  editFilterOfCopy,
  type FilterOfCharge,
  findCharge,
  findFilter,
  overriddenCharge,
  removeFilterOfCopy,
} from '../../catalog/index.ts'
import { atOnce, type Ctx, transaction } from '../../platform/context.ts'
import { planOf, withOwnPlan } from './own-plan.ts'
import { getSelected, lockSelected, type Selection } from './selection.ts'

/** The charge of a subscription. @throws 404 `subscription_not_found`, `charge_not_found` */
export async function getChargeOf(ctx: Ctx, selection: Selection, code: string): Promise<Charge> {
  const plan = await planOf(ctx, await getSelected(ctx, selection))
  return findCharge(plan.charges, code)
}

/** @returns the charge of the subscription's own plan. @throws 404 `subscription_not_found`, `charge_not_found`; 422 */
export async function overrideCharge(
  ctx: Ctx,
  selection: Selection,
  code: string,
  input: ChargeOverrideInput,
): Promise<Charge> {
  const { charge } = await changeOwnCharge(ctx, selection, code, input, () => (setting, own) => ({
    charge: overriddenCharge(setting, own, input),
  }))
  return charge
}

/** @throws 404; 422 `value_already_exists` when the charge has a filter with the same values */
export async function addOwnFilter(
  ctx: Ctx,
  selection: Selection,
  code: string,
  input: ChargeFilterInput,
): Promise<FilterOfCharge> {
  return changeOwnCharge(
    ctx,
    selection,
    code,
    {},
    () =>
      ({ now }, own) =>
        addFilterToCopy(own, input, now),
  )
}

/** @param id of the filter as it is shown now. @throws 404 `charge_filter_not_found`; 422 */
export async function editOwnFilter(
  ctx: Ctx,
  selection: Selection,
  code: string,
  id: string,
  input: ChargeFilterInput,
): Promise<FilterOfCharge> {
  return changeOwnCharge(ctx, selection, code, {}, shown => {
    const original = findFilter(shown, id)
    return ({ now }, own) => editFilterOfCopy(own, original, input, now)
  })
}

/** @returns the filter as it was. @throws 404 `charge_filter_not_found` */
export async function removeOwnFilter(
  ctx: Ctx,
  selection: Selection,
  code: string,
  id: string,
): Promise<FilterOfCharge> {
  return changeOwnCharge(ctx, selection, code, {}, shown => {
    const original = findFilter(shown, id)
    return (_setting, own) => removeFilterOfCopy(own, original)
  })
}

/**
 * Changes a charge of the subscription's own plan, which is made first where it has none: both or neither happen.
 *
 * @param changeOf what to do, from the charge as it is shown until then
 */
async function changeOwnCharge<T extends { readonly charge: Charge }>(
  ctx: Ctx,
  selection: Selection,
  code: string,
  input: ChargeOverrideInput,
  changeOf: (shown: Charge) => ChargeChange<T>,
): Promise<T> {
  return transaction(ctx, async open => {
    const tx = atOnce(open)
    const record = await lockSelected(tx, selection)
    const shown = findCharge((await planOf(tx, record)).charges, code)
    const change = changeOf(shown)
    const { plan } = await withOwnPlan(tx, record)
    return changeChargeOfCopy(tx, plan.id, shown.id, input, change)
  })
}
