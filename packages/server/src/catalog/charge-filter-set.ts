import { ALL_FILTER_VALUES, type ChargeProperties, reduceFilterProperties, validateProperties } from '@weir/engine'
import { validation, within } from '../platform/errors.ts'
import { isRecord } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import type { ChargeFilterInput } from './schema.ts'
import type { BillableMetric, Charge, ChargeFilter } from './types.ts'

type FilterValues = ChargeFilter['values']
type Priced = Pick<Charge, 'chargeModel' | 'metric' | 'filters'>

/**
 * The filters of a charge after a full replacement, in the order given. A filter with the same keys and the same lists of
 * values stays the filter it was, with the given price and name; everything else is new.
 *
 * @throws 422 as {@link newFilter}, for the first faulty element
 */
export function replaceFilters(
  charge: Priced,
  inputs: readonly ChargeFilterInput[],
  now: Temporal.Instant,
): ChargeFilter[] {
  if (inputs.some(input => hasNoValues(input.values))) throw validation({ values: ['value_is_mandatory'] })
  const existing = [...charge.filters]
  return inputs.map((input, position) => {
    const created = { ...within(`filters.${position}`, () => newFilter(charge, input, now)), position }
    const index = existing.findIndex(filter => filterIdentity(filter.values) === filterIdentity(created.values))
    const [same] = index < 0 ? [] : existing.splice(index, 1)
    return same === undefined ? created : { ...created, id: same.id, createdAt: same.createdAt, values: same.values }
  })
}

/**
 * A filter that comes last in the display order of its charge.
 *
 * @throws 422 when its values are not declared on the metric or its price does not fit the charge's model
 */
export function newFilter(charge: Priced, input: ChargeFilterInput, now: Temporal.Instant): ChargeFilter {
  if (hasNoValues(input.values)) throw validation({ values: ['value_is_mandatory'] })
  return {
    id: newId(),
    invoiceDisplayName: input.invoice_display_name ?? null,
    properties: filterProperties(charge, input.properties),
    values: readValues(charge.metric, input.values ?? {}),
    createdAt: now,
    position: nextPosition(charge.filters),
  }
}

/** The position of a filter that was touched last. */
export function nextPosition(filters: readonly ChargeFilter[]): number {
  return Math.max(-1, ...filters.map(filter => filter.position)) + 1
}

/** @throws 422 `properties` */
export function filterProperties(
  charge: Pick<Charge, 'chargeModel' | 'metric'>,
  given: ChargeProperties | undefined,
): ChargeProperties {
  const properties = reduceFilterProperties(charge.chargeModel, given ?? null)
  const codes = validateProperties(charge.chargeModel, properties, charge.metric.aggregationType)
  if (codes.length > 0) throw validation({ properties: codes })
  return properties
}

function hasNoValues(values: Readonly<Record<string, unknown>> | undefined): boolean {
  return Object.keys(values ?? {}).length === 0
}

function readValues(metric: BillableMetric, given: Readonly<Record<string, unknown>>): FilterValues {
  return Object.fromEntries(
    Object.entries(given).map(([key, list]) => {
      const values = readList(list)
      checkValues(metric, key, values)
      return [key, values]
    }),
  )
}

/** @throws 422 for anything but a list of scalars, which are read as text */
function readList(list: unknown): string[] {
  const values = list === null ? [] : list
  if (!Array.isArray(values) || values.some(value => isRecord(value) || Array.isArray(value))) {
    throw validation({ values: ['value_is_invalid'] })
  }
  return values.filter(value => value !== null).map(value => (JSON.isRawJSON(value) ? value.rawJSON : String(value)))
}

function checkValues(metric: BillableMetric, key: string, values: readonly string[]): void {
  if (values.length === 0) throw validation({ values: ['value_is_mandatory'] })
  const isEveryValue = values.length === 1 && values[0] === ALL_FILTER_VALUES
  const declared = metric.filters.find(filter => filter.key === key)
  if (declared === undefined) {
    const problem = { billable_metric_filter: ['relation_must_exist'] }
    throw validation(isEveryValue ? problem : { ...problem, values: ['value_is_invalid'] })
  }
  if (isEveryValue) return
  // Among other values the marker means nothing, even if the metric declares a value that looks like it.
  const valid = values.every(value => value !== ALL_FILTER_VALUES && declared.values.includes(value))
  if (!valid) throw validation({ values: ['value_is_invalid'] })
}

/** Equal for the same keys with the same lists: the order of keys does not matter, that inside a list does. */
export function filterIdentity(values: FilterValues): string {
  return JSON.stringify(Object.entries(values).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
