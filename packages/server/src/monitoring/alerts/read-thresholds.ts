import { type Decimal, decimal, formatDecimal, round } from '@weir/engine'
import { validation } from '../../platform/errors.ts'
import { boolean, isRecord } from '../../platform/http/input.ts'
import type { Threshold } from './types.ts'

const MOST_THRESHOLDS = 20
/** What the database keeps of a value: 25 digits before the point and 5 behind it. */
const FRACTIONAL_DIGITS = 5
const TOO_LARGE = decimal(10).pow(25)
const NUMERIC_TEXT = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,9})?$/i

interface SentThreshold {
  readonly code: string | null
  readonly value: unknown
  readonly recurring: boolean
}

/**
 * The thresholds of a request, in their order, their values rounded to 5 fractional digits.
 *
 * @throws 422 for the first check that one of them fails
 */
export function readThresholds(items: readonly unknown[] | undefined): Threshold[] {
  const sent = (items ?? []).map(readItem)
  if (sent.length === 0) throw validation({ thresholds: ['value_is_mandatory'] })
  if (sent.length > MOST_THRESHOLDS) throw validation({ thresholds: ['too_many_thresholds'] })
  const asSent = new Set(sent.map(({ value, recurring }) => JSON.stringify([value ?? null, recurring])))
  if (asSent.size < sent.length) throw validation({ thresholds: ['duplicate_threshold_values'] })
  if (sent.some(({ value }) => value === null || value === undefined)) throw invalidValue('value_is_mandatory')
  const thresholds = sent.map(({ code, value, recurring }) => ({ code, value: readValue(value), recurring }))
  if (thresholds.some(({ value, recurring }) => recurring && value.lessThanOrEqualTo(0))) {
    throw invalidValue('recurring_value_is_negative')
  }
  return thresholds.map(threshold => ({ ...threshold, value: formatDecimal(threshold.value) }))
}

function readItem(item: unknown): SentThreshold {
  const { code = null, value, recurring } = isRecord(item) ? item : {}
  return {
    code: typeof code === 'string' || typeof code === 'number' ? String(code).replaceAll('\0', '') : null,
    value,
    recurring: recurring !== undefined && recurring !== null && boolean(recurring) === true,
  }
}

function readValue(value: unknown): Decimal {
  const text = JSON.isRawJSON(value) ? value.rawJSON : value
  const isNumeric = typeof text === 'number' || (typeof text === 'string' && NUMERIC_TEXT.test(text.trim()))
  if (!isNumeric) throw invalidValue('value_is_invalid')
  const number = round(decimal(String(text).trim()), FRACTIONAL_DIGITS)
  if (number.abs().greaterThanOrEqualTo(TOO_LARGE)) throw invalidValue('value_is_out_of_range')
  return number
}

function invalidValue(code: string) {
  return validation({ 'thresholds:value': [code] })
}
