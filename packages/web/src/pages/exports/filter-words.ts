import { formatDate } from '../../format/dates.ts'
import { formatMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'

/** Filters as the API takes them. */
export type GivenFilters = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** The messages of the words of a filter, by its name. */
const WORDS: Readonly<Record<string, string>> = {
  status: 'invoice_status',
  payment_status: 'payment_status',
  invoice_type: 'invoice_type',
  settlements: 'export_settlement',
  reason: 'note_reason',
  credit_status: 'credit_note_credit',
  refund_status: 'refund_status',
  types: 'notes.kind',
}

/** What is asked first comes first. */
const ORDER = [
  'search_term',
  'customer_external_id',
  'customer_id',
  'status',
  'payment_status',
  'payment_overdue',
  'payment_dispute_lost',
  'partially_paid',
  'settlements',
  'types',
  'credit_status',
  'refund_status',
  'reason',
  'invoice_type',
  'currency',
  'amount_from',
  'amount_to',
  'issuing_date_from',
  'issuing_date_to',
  'invoice_number',
  'purchase_order_number',
  'self_billed',
  'billing_entity_codes',
  'billing_entity_ids',
]

/**
 * What was filtered, as people say it; nothing where nothing was.
 *
 * @param ownCurrency of amounts that come without one
 */
export function filterWords(filters: GivenFilters, ownCurrency: string): readonly (readonly [string, string])[] {
  const currency = typeof filters.currency === 'string' && filters.currency !== '' ? filters.currency : ownCurrency
  const given = Object.entries(filters).toSorted(([one], [other]) => ORDER.indexOf(one) - ORDER.indexOf(other))
  return given.flatMap(([name, value]) => {
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return []
    return [[tWord('export_filter', name), wordsOf(name, value, currency)] as const]
  })
}

function wordsOf(name: string, value: string | number | boolean | readonly string[], currency: string): string {
  if (typeof value === 'object') return value.map(word => wordsOf(name, word, currency)).join(', ')
  if (value === true || value === 'true') return t('common.yes')
  if (value === false || value === 'false') return t('common.no')
  if (name.startsWith('issuing_date')) return formatDate(String(value))
  if (name.startsWith('amount')) return formatMoney(Number(value), currency)
  const words = WORDS[name]
  return words === undefined ? String(value) : tWord(words, String(value))
}
