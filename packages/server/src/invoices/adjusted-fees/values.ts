import type { Charge } from '../../catalog/index.ts'
import type { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'

/** Reads units or a price of an edit: a decimal that is not negative, as text; null where it is left out. */
export function readDecimal(field: string, value: string | null | undefined, problems: Problems): string | null {
  if (isBlank(value)) return null
  const text = (value ?? '').trim()
  if (/^\d{1,20}(\.\d{1,20})?$/.test(text)) return text
  problems.add(field, 'value_is_invalid')
  return null
}

/** Whether units alone can be priced: a percentage needs the events, and a prorated tier their times. */
export function isPricedByUnits(price: Pick<Charge, 'chargeModel' | 'prorated'> | null): boolean {
  if (price === null) return true
  return price.chargeModel !== 'percentage' && !(price.chargeModel === 'graduated' && price.prorated)
}
