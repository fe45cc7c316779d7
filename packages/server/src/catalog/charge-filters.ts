import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { type ChargeChange, filterCreation, filterDeletion, filterUpdate } from './cascades/changes.ts'
import { filterProperties, newFilter, nextPosition } from './charge-filter-set.ts'
import { changeCharges, findCharge } from './charges.ts'
import type { ChargeFilterInput, SingleChargeFilterInput } from './schema.ts'
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
export async function addFilter(ctx: Ctx, path: ChargePath, input: SingleChargeFilterInput): Promise<FilterOfCharge> {
  return changeFilters(ctx, path, input, (charge, now) => {
    const filter = newFilter(charge, input, now)
    return { filters: [...charge.filters, filter], filter, change: filterCreation(charge, filter) }
  })
}

/** Changes name and properties where they are given; the values of a filter never change. @throws 404, 422 */
export async function editFilter(
  ctx: Ctx,
  path: ChargePath,
  id: string,
  input: SingleChargeFilterInput,
): Promise<FilterOfCharge> {
  return changeFilters(ctx, path, input, charge => {
    const current = findFilter(charge, id)
    const { charge: edited, filter } = editedFilter(charge, current, input)
    return { filters: edited.filters, filter, change: filterUpdate(charge, current, filter) }
  })
}

/** A charge after one of its filters was touched: that one comes last then. @throws 422 `properties` */
export function editedFilter(charge: Charge, current: ChargeFilter, input: ChargeFilterInput): FilterOfCharge {
  const others = charge.filters.filter(other => other !== current)
  const filter: ChargeFilter = {
    ...current,
    ...(input.invoice_display_name === undefined ? {} : { invoiceDisplayName: input.invoice_display_name }),
    ...(input.properties === undefined ? {} : { properties: filterProperties(charge, input.properties) }),
    position: nextPosition(others),
  }
  return { charge: { ...charge, filters: [...others, filter] }, filter }
}

/** @returns the filter, without the values that are gone with it. @throws 404 */
export async function removeFilter(
  ctx: Ctx,
  path: ChargePath,
  id: string,
  input: Pick<SingleChargeFilterInput, 'cascade_updates'>,
): Promise<FilterOfCharge> {
  return changeFilters(ctx, path, input, charge => {
    const current = findFilter(charge, id)
    return {
      filters: charge.filters.filter(other => other !== current),
      filter: { ...current, values: {} },
      change: filterDeletion(current),
    }
  })
}

interface FiltersChange {
  readonly filters: readonly ChargeFilter[]
  readonly filter: ChargeFilter
  readonly change: ChargeChange
}

async function changeFilters(
  ctx: Ctx,
  path: ChargePath,
  { cascade_updates }: Pick<SingleChargeFilterInput, 'cascade_updates'>,
  changeOf: (charge: Charge, now: Temporal.Instant) => FiltersChange,
): Promise<FilterOfCharge> {
  const input = cascade_updates === undefined ? {} : { cascade_updates }
  return changeCharges(ctx, path.plan, input, ({ now }, charges) => {
    const current = findCharge(charges, path.charge)
    const { filters, filter, change } = changeOf(current, now)
    const charge = { ...current, filters }
    return {
      charges: charges.map(other => (other === current ? charge : other)),
      changes: [{ chargeId: charge.id, change }],
      result: { charge, filter },
    }
  })
}
