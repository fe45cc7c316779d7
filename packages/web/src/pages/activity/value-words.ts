import type { Json, JsonObject } from '../../api/audit.ts'
import { formatDate, formatInstant } from '../../format/dates.ts'
import { formatMoney, formatPrice } from '../../format/money.ts'
import { formatRate, formatUnits } from '../../format/numbers.ts'
import { countryName, languageName } from '../../format/places.ts'
import { t, tWord } from '../../messages/index.ts'

/** What a value is read with: the currency of the object around it, and the zone its instants are told in. */
export interface Reading {
  readonly currency: string | undefined
  readonly zone: string | undefined
  /** Whose word a `status` is, e.g. `invoice_status`. */
  readonly statusKind?: string
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/
const DAY = /^\d{4}-\d{2}-\d{2}$/
const DECIMAL = /^-?\d+(\.\d+)?$/

/** Keys whose values are words of the API that people read, with the prefix of their messages. */
const WORDS: Readonly<Record<string, string>> = {
  payment_status: 'payment_status',
  credit_status: 'credit_status',
  refund_status: 'refund_status',
  interval: 'frequency_of',
  invoice_type: 'invoice_type',
  charge_model: 'charge_model',
  customer_type: 'customer_type',
  billing_time: 'billing_time',
  frequency: 'frequency',
  aggregation_type: 'aggregation',
  transaction_status: 'transaction_status',
  reason: 'note_reason',
}

const DAYS = new Set(['net_payment_term', 'invoice_grace_period', 'trial_period'])
const RATES = new Set(['rate', 'tax_rate', 'taxes_rate', 'percentage_rate'])
const PRICES = new Set(['rate_amount', 'amount', 'per_unit_amount', 'flat_amount', 'unit_amount', 'fixed_amount'])

/** What a key is called: `total_amount_cents` is “Total amount”, `payment_due_date` “Payment due date”. */
export function keyInWords(key: string): string {
  const known = tWord('field', key)
  if (known !== key.replaceAll('_', ' ')) return known
  const words = key.replace(/_(cents|at|datetime)$/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * A value of a log as a finance person reads it: money in its currency, instants and days as dates, words of the API in words.
 *
 * @example valueInWords('total_amount_cents', 123456, { currency: 'USD', zone: 'UTC' }) // '$1,234.56'
 */
export function valueInWords(key: string, value: Json, reading: Reading): string {
  // An endpoint without a selection is told of everything.
  if (key === 'event_types' && value === null) return t('webhooks.events_all')
  if (value === null || value === '') return t('activity.nothing')
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
  if (typeof value === 'object') return listInWords(key, value, reading)
  const text = String(value)
  if (key.endsWith('_cents') && DECIMAL.test(text)) return centsInWords(text, reading)
  if (typeof value === 'string') {
    if (INSTANT.test(value)) return formatInstant(value, reading.zone)
    if (DAY.test(value)) return formatDate(value)
  }
  if (RATES.has(key) && DECIMAL.test(text)) return formatRate(text)
  if (DAYS.has(key) && DECIMAL.test(text)) return t('customer.info.days', { count: Number(text) })
  if (PRICES.has(key) && DECIMAL.test(text) && reading.currency !== undefined)
    return formatPrice(text, reading.currency)
  if (DECIMAL.test(text) && (typeof value === 'number' || key.includes('units') || key.includes('credit')))
    return formatUnits(text)
  return wordOf(key, text, reading)
}

function centsInWords(text: string, { currency }: Reading): string {
  if (currency === undefined) return formatUnits(text)
  return formatMoney(Math.round(Number(text)), currency)
}

function wordOf(key: string, text: string, { statusKind }: Reading): string {
  if (key === 'status' && statusKind !== undefined) return tWord(statusKind, text)
  if (key === 'country') return countryName(text)
  if (key === 'document_locale') return languageName(text)
  const prefix = WORDS[key]
  return prefix === undefined ? text : tWord(prefix, text)
}

/** Lists by what their members are called. */
function listInWords(key: string, value: readonly Json[] | JsonObject, reading: Reading): string {
  if (!isList(value)) {
    const parts = Object.entries(value).filter(([, part]) => part !== null && part !== '')
    if (parts.length === 0) return t('activity.nothing')
    return parts.map(([name, part]) => `${keyInWords(name)}: ${valueInWords(name, part, reading)}`).join(', ')
  }
  if (value.length === 0) return t('activity.nothing')
  return value.map(part => (isObject(part) ? nameOf(part) : valueInWords(key, part, reading))).join(', ')
}

/** What something of a list is called. */
export function nameOf(part: JsonObject): string {
  const name = NAMES.map(key => part[key]).find(text => typeof text === 'string' && text !== '')
  if (name === undefined) return t('activity.entry')
  const { value } = part
  return typeof value === 'string' && typeof part.key === 'string' ? `${name}: ${value}` : String(name)
}

const NAMES = [
  'invoice_display_name',
  'name',
  'tax_name',
  'number',
  'key',
  'code',
  'billable_metric_code',
  'add_on_code',
  'plan_code',
  'threshold_display_name',
  'external_id',
]

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
