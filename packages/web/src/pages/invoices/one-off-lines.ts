import { parseMoney } from '../../format/money.ts'
import type { AddOn } from './add-on-picker.tsx'

/** A line of a one-off invoice as it is typed. */
export interface OneOffLine {
  readonly add_on: AddOn | undefined
  readonly name: string
  readonly description: string
  readonly units: string
  /** In units of the currency. */
  readonly price: string
  readonly tax_codes: readonly string[]
  /** Days; both or none. */
  readonly from: string
  readonly to: string
}

const UNITS = /^\d+(\.\d+)?$/

export function emptyLine(): OneOffLine {
  return { add_on: undefined, name: '', description: '', units: '1', price: '', tax_codes: [], from: '', to: '' }
}

/** Whether the API can be asked with it. */
export function isWhole(line: OneOffLine, currency: string): boolean {
  return (
    line.add_on !== undefined &&
    UNITS.test(line.units) &&
    (parseMoney(line.price, currency) ?? -1) >= 0 &&
    (line.from === '') === (line.to === '') &&
    line.from <= line.to
  )
}

export function isUnits(text: string): boolean {
  return UNITS.test(text)
}

/** A fee of the request. */
export function feeOf(line: OneOffLine, currency: string) {
  return {
    add_on_code: line.add_on?.code ?? '',
    units: line.units,
    unit_amount_cents: parseMoney(line.price, currency) ?? 0,
    ...(line.name.trim() !== '' && { invoice_display_name: line.name.trim() }),
    ...(line.description.trim() !== '' && { description: line.description.trim() }),
    ...(line.tax_codes.length > 0 && { tax_codes: line.tax_codes }),
    ...(line.from !== '' && { from_datetime: `${line.from}T00:00:00Z`, to_datetime: `${line.to}T23:59:59Z` }),
  }
}
