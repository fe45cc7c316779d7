import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { filterProperties, newFilter, nextPosition } from './charge-filter-set.ts'
import { changeCharges, findCharge } from './charges.ts'
import type { ChargeFilterInput } from './schema.ts'
import type { Charge, ChargeFilter } from './types.ts'

export interface FilterOfCharge {
  readonly charge: Charge
  readonly filter: ChargeFilter
}

/** Where a charge, and a filter of it, are found. */
export interface ChargePath {
  readonly plan: string
  readonly charge: string
}

/** @throws 404 `charge_filter_not_found` */
export function findFilter(charge: Charge, id: string): ChargeFilter {
  const filter = charge.filters.find(candidate => candidate.id === id.toLowerCase())
  if (filter === undefined) throw notFound('charge_filter')
  return filter
}

/** Adds a filter, even one with the same values as another: the older one gets the events. @throws 404, 422 */
export async function addFilter(ctx: Ctx, path: ChargePath, input: ChargeFilterInput): Promise<FilterOfCharge> {
  return changeFilters(ctx, path, (charge, now) => {
    const filter = newFilter(charge, input, now)
    return { filters: [...charge.filters, filter], filter }
  })
}

/** Changes name and properties where they are given; the values of a filter never change. @throws 404, 422 */
export async function editFilter(
  ctx: Ctx,
  path: ChargePath,
  id: string,
  input: ChargeFilterInput,
): Promise<FilterOfCharge> {
  return changeFilters(ctx, path, charge => {
    const current = findFilter(charge, id)
    const others = charge.filters.filter(other => other !== current)
    const filter: ChargeFilter = {
      ...current,
      ...(input.invoice_display_name === undefined ? {} : { invoiceDisplayName: input.invoice_display_name }),
      ...(input.properties === undefined ? {} : { properties: filterProperties(charge, input.properties) }),
      position: nextPosition(others),
    }
    return { filters: [...others, filter], filter }
  })
}

/** @returns the filter, without the values that are gone with it. @throws 404 */
export async function removeFilter(ctx: Ctx, path: ChargePath, id: string): Promise<FilterOfCharge> {
  return changeFilters(ctx, path, charge => {
    const current = findFilter(charge, id)
    return { filters: charge.filters.filter(other => other !== current), filter: { ...current, values: {} } }
  })
}

async function changeFilters(
  ctx: Ctx,
  path: ChargePath,
  change: (charge: Charge, now: Temporal.Instant) => { filters: readonly ChargeFilter[]; filter: ChargeFilter },
): Promise<FilterOfCharge> {
  return changeCharges(ctx, path.plan, {}, ({ now }, charges) => {
    const current = findCharge(charges, path.charge)
    const { filters, filter } = change(current, now)
    const charge = { ...current, filters }
    return { charges: charges.map(other => (other === current ? charge : other)), result: { charge, filter } }
  })
}
