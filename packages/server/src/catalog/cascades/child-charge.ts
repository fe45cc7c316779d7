import { isDeepStrictEqual } from 'node:util'
import { ALL_FILTER_VALUES, type ChargeProperties, decimal } from '@weir/engine'
import { newId } from '../../platform/ids.ts'
import { filterIdentity, nextPosition } from '../charge-filter-set.ts'
import type { Charge, ChargeFilter } from '../types.ts'
import type { ChargeChange, ChargeUpdate, FilterCreation, FilterUpdate } from './changes.ts'

/** Group keys decide how usage is split, not what it costs: all copies have those of their original. */
const GROUP_KEYS = ['pricing_group_keys', 'presentation_group_keys'] as const

/** A copy of a charge for another plan: its price, filters and taxes, with ids of their own. */
export function copyCharge(original: Charge, planId: string, now: Temporal.Instant): Charge {
  return {
    ...original,
    id: newId(),
    planId,
    parentId: original.id,
    createdAt: now,
    filters: original.filters.map(filter => ({ ...filter, id: newId(), createdAt: now })),
  }
}

/**
 * A copy after a change of its original. A price that was agreed on for the copy alone is kept. The same change again
 * changes nothing. The same object when nothing changes.
 */
export function followChange(
  child: Charge,
  change: Exclude<ChargeChange, { type: 'charge_created' | 'charge_deleted' }>,
  now: Temporal.Instant,
): Charge {
  switch (change.type) {
    case 'charge_updated':
      return followUpdate(child, change)
    case 'filter_created':
      return followFilterCreation(child, change, now)
    case 'filter_updated':
      return followFilterUpdate(child, change)
    case 'filter_deleted':
      return withFilters(
        child,
        child.filters.filter(filter => filterIdentity(filter.values) !== filterIdentity(change.values)),
      )
  }
}

function followUpdate(child: Charge, { before, after, ...followed }: ChargeUpdate): Charge {
  if (child.chargeModel !== after.chargeModel) return child
  const isOwnPrice = child.chargeModel !== before.chargeModel || !isDeepStrictEqual(child.properties, before.properties)
  const rate = followed.conversionRate
  const unit = child.appliedPricingUnit
  const followsRate = unit !== null && rate !== null && unit.conversionRate.equals(rate.before)
  return {
    ...child,
    code: followed.code ?? child.code,
    properties: isOwnPrice ? withKeysOf(child.properties, after.properties, GROUP_KEYS) : after.properties,
    acceptsTargetWallet: followed.acceptsTargetWallet ?? child.acceptsTargetWallet,
    appliedPricingUnit: followsRate ? { ...unit, conversionRate: decimal(rate.after) } : unit,
  }
}

/**
 * Values that the metric does not declare any more are left out, and so is a filter without any left, or with a price of
 * another model than the copy's.
 */
function followFilterCreation(child: Charge, change: FilterCreation, now: Temporal.Instant): Charge {
  if (child.chargeModel !== change.chargeModel) return child
  const values = declaredValues(child, change.values)
  const known = new Set(child.filters.map(filter => filterIdentity(filter.values)))
  if (known.has(filterIdentity(change.values)) || known.has(filterIdentity(values))) return child
  if (Object.keys(values).length === 0) return child
  const filter: ChargeFilter = {
    id: newId(),
    invoiceDisplayName: change.invoiceDisplayName,
    properties: change.properties,
    values,
    createdAt: now,
    position: nextPosition(child.filters),
  }
  return withFilters(child, [...child.filters, filter])
}

function declaredValues(child: Charge, values: ChargeFilter['values']): ChargeFilter['values'] {
  const declared = new Map(child.metric.filters.map(filter => [filter.key, filter.values]))
  const isDeclared = (key: string, value: string) =>
    declared.has(key) && (value === ALL_FILTER_VALUES || declared.get(key)?.includes(value) === true)
  const left = Object.entries(values).map(([key, list]) => [key, list.filter(value => isDeclared(key, value))] as const)
  return Object.fromEntries(left.filter(([, list]) => list.length > 0))
}

function followFilterUpdate(child: Charge, change: FilterUpdate): Charge {
  const current = child.filters.find(filter => filterIdentity(filter.values) === filterIdentity(change.values))
  if (current === undefined || child.chargeModel !== change.chargeModel) return child
  const isOwnPrice = !isDeepStrictEqual(byNumber(current.properties), byNumber(change.propertiesBefore))
  const next: ChargeFilter = isOwnPrice
    ? { ...current, properties: withKeysOf(current.properties, change.properties, ['pricing_group_keys']) }
    : { ...current, properties: change.properties, invoiceDisplayName: change.invoiceDisplayName }
  return withFilters(
    child,
    child.filters.map(filter => (filter === current ? next : filter)),
  )
}

function withFilters(child: Charge, filters: readonly ChargeFilter[]): Charge {
  return { ...child, filters }
}

/** The properties with the values that `source` has for the keys; without those that it does not have. */
function withKeysOf(properties: ChargeProperties, source: ChargeProperties, keys: readonly string[]): ChargeProperties {
  const own = Object.entries(properties).filter(([key]) => !keys.includes(key))
  const taken = Object.entries(source).filter(([key]) => keys.includes(key))
  return Object.fromEntries([...own, ...taken])
}

/** The same for prices that are the same number, however it is written. */
function byNumber(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(byNumber)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, byNumber(item)]))
  }
  const isNumeric = typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value)
  return isNumeric ? decimal(value).toString() : value
}
