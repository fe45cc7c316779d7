import { type ChargeProperties, reduceProperties } from '@weir/engine'
import { notFound, validation } from '../../platform/errors.ts'
import { appliedPricingUnit } from '../applied-pricing-unit.ts'
import { filterIdentity, newFilter, replaceFilters } from '../charge-filter-set.ts'
import { editedFilter, type FilterOfCharge } from '../charge-filters.ts'
import { chargeProblems } from '../charge-rules.ts'
import { type ChargeSetting, findTaxes } from '../charge-set.ts'
import type { ChargeFilterInput } from '../schema.ts'
import type { Charge, ChargeFilter } from '../types.ts'
import type { ChargeOverrideInput } from './schema.ts'

/**
 * The charge of a private copy with another price: what is not given stays. Properties are kept as they are given, even
 * those that the model does not know.
 *
 * @throws 404 `tax_not_found`; 422 for what is wrong with the result
 */
export function overriddenCharge(setting: ChargeSetting, charge: Charge, input: ChargeOverrideInput): Charge {
  const name = input.invoice_display_name
  const minimum = input.min_amount_cents
  const terms = {
    ...charge,
    properties: input.properties === undefined ? charge.properties : withGroupKeys(charge, input.properties),
    minAmountCents: minimum === undefined ? Number(charge.minAmountCents) : (minimum ?? 0),
  }
  chargeProblems(terms, false).throwIfAny()
  const priced: Charge = {
    ...terms,
    invoiceDisplayName: name === undefined ? charge.invoiceDisplayName : name,
    minAmountCents: BigInt(terms.minAmountCents),
  }
  return {
    ...priced,
    filters: input.filters === undefined ? charge.filters : replaceFilters(priced, input.filters, setting.now),
    appliedPricingUnit: appliedPricingUnit(setting.pricingUnits, charge, input.applied_pricing_unit),
    taxes: input.tax_codes === undefined ? charge.taxes : findTaxes(setting, input.tax_codes),
  }
}

/** The group keys under their one name: the older name is for older clients only. */
function withGroupKeys({ chargeModel }: Charge, { grouped_by, ...given }: ChargeProperties): ChargeProperties {
  const { pricing_group_keys: keys } = reduceProperties(chargeModel, { ...given, grouped_by })
  return keys === undefined ? given : { ...given, pricing_group_keys: keys }
}

/** @throws 422 as for any filter, and `value_already_exists` when the charge has one with the same values */
export function addFilterToCopy(charge: Charge, input: ChargeFilterInput, now: Temporal.Instant): FilterOfCharge {
  const filter = newFilter(charge, input, now)
  if (sameFilter(charge, filter) !== undefined) throw validation({ values: ['value_already_exists'] })
  return { charge: { ...charge, filters: [...charge.filters, filter] }, filter }
}

/**
 * Changes the filter of a copy that has the values of another; where the copy has none, it gets one.
 *
 * @throws 422 `properties`
 */
export function editFilterOfCopy(
  charge: Charge,
  original: ChargeFilter,
  input: ChargeFilterInput,
  now: Temporal.Instant,
): FilterOfCharge {
  const current = sameFilter(charge, original)
  if (current !== undefined) return editedFilter(charge, current, input)
  const { invoiceDisplayName: invoice_display_name, properties, values } = original
  const filter = newFilter(charge, { invoice_display_name, properties, ...input, values }, now)
  return { charge: { ...charge, filters: [...charge.filters, filter] }, filter }
}

/** @returns the filter as it was. @throws 404 `charge_filter_not_found` when the copy has none with these values */
export function removeFilterOfCopy(charge: Charge, original: ChargeFilter): FilterOfCharge {
  const filter = sameFilter(charge, original)
  if (filter === undefined) throw notFound('charge_filter')
  return { charge: { ...charge, filters: charge.filters.filter(other => other !== filter) }, filter }
}

function sameFilter(charge: Charge, { values }: ChargeFilter): ChargeFilter | undefined {
  return charge.filters.find(other => filterIdentity(other.values) === filterIdentity(values))
}
