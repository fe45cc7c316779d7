import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { isUuid } from '../../platform/ids.ts'
import { findKnownTaxes } from '../../taxes/index.ts'
import { holdAddOns } from '../add-ons/store.ts'
import type { FixedChargeSetting } from './fixed-charge-set.ts'
import type { FixedChargeInput, PlanFixedChargeInput } from './schema.ts'

type Named = Pick<FixedChargeInput, 'add_on_id' | 'add_on_code' | 'tax_codes'>

/**
 * What the fixed charges of a plan may refer to. The add-ons that the request names are kept as they are until the
 * transaction ends. The plan itself must be locked already.
 */
export async function fixedChargeSettingOf(
  ctx: Ctx,
  plan: Pick<FixedChargeSetting, 'planId' | 'attached'>,
  inputs: readonly Named[],
): Promise<FixedChargeSetting> {
  const addOns = await holdAddOns(ctx, {
    ids: inputs.flatMap(input => input.add_on_id?.toLowerCase() ?? []).filter(isUuid),
    codes: inputs.flatMap(input => input.add_on_code ?? []),
  })
  const taxes = await findKnownTaxes(
    ctx,
    inputs.flatMap(input => input.tax_codes ?? []),
  )
  const items = addOns.map(({ id, code, name, invoice_display_name: invoiceDisplayName, description }) => ({
    id,
    code,
    name,
    invoiceDisplayName,
    description,
  }))
  return { ...plan, addOns: items, taxes, now: ctx.clock.now() }
}

/** @throws 404 `add_ons_not_found` when a fixed charge names an add-on by an id that does not exist */
export async function requireAddOnsOfFixedCharges(
  ctx: Ctx,
  inputs: readonly PlanFixedChargeInput[] | undefined,
): Promise<void> {
  const ids = (inputs ?? []).flatMap(input => (isBlank(input.add_on_id) ? [] : (input.add_on_id?.toLowerCase() ?? [])))
  const known = new Set((await holdAddOns(ctx, { ids: ids.filter(isUuid), codes: [] })).map(addOn => addOn.id))
  if (!ids.every(id => known.has(id))) throw notFound('add_ons')
}
