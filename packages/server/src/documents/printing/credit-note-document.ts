import type { CreditedItem, CreditNoteForPrint } from '../load-credit-note.ts'
import { feeName, rates } from './fee-rows.ts'
import { frameOf, legalNotes } from './frame.ts'
import { moneyOf } from './invoice-totals.ts'
import { formatDate, formatRate, type Locale, printedLocale } from './locales.ts'
import { isText } from './parties.ts'
import type { Block, Pair, PrintedDocument, Row, Table, Totals } from './printed-document.ts'
import { type Say, speaker } from './words.ts'

interface Language {
  readonly locale: Locale
  readonly say: Say
  readonly money: (cents: bigint) => string
}

/** A credit note in the language of its customer. */
export function creditNoteDocument(print: CreditNoteForPrint): PrintedDocument {
  const { note, entity, customer } = print
  const locale = printedLocale(customer.document_locale, entity.document_locale)
  const say = speaker(locale)
  const language = { locale, say, money: moneyOf(note.total_amount_currency, locale) }
  const { mentions, footer } = legalNotes(print, say)
  return {
    ...frameOf(print, { receives: say('credit_to'), locale, say }),
    title: say('credit_note'),
    number: note.number,
    facts: facts(print, language),
    amount: language.money(note.total_amount_cents),
    amountNote: settledHow(print, language),
    blocks: [...tables(print, language), totals(print, language)],
    notes: [...mentions, ...footer],
  }
}

function facts({ note, invoice }: CreditNoteForPrint, { say, locale }: Language): Pair[] {
  return [
    [say('credit_note_number'), note.number],
    [say('invoice_number'), invoice.number],
    ...(isText(invoice.purchase_order_number) ? [[say('purchase_order'), invoice.purchase_order_number] as const] : []),
    [say('issue_date'), formatDate(note.issuing_date, locale)],
  ]
}

/** What became of the money, where one thing did. */
function settledHow({ note }: CreditNoteForPrint, { say, locale }: Language): string {
  const date = formatDate(note.issuing_date, locale)
  const ways = [
    ...(note.credit_amount_cents > 0n ? (['credited_on'] as const) : []),
    ...(note.refund_amount_cents > 0n ? (['refunded_on'] as const) : []),
    ...(note.offset_amount_cents > 0n ? (['offset_on'] as const) : []),
  ]
  const [only = 'issued_on'] = ways
  return say(ways.length > 1 ? 'issued_on' : only, { date })
}

function tables(print: CreditNoteForPrint, language: Language): Block[] {
  const { invoice, items, walletName, note } = print
  const { say, money } = language
  if (invoice.invoice_type === 'credit') {
    const name = isText(walletName) ? `${say('prepaid_credits')} - ${walletName}` : say('prepaid_credits')
    const columns = [say('item'), say('amount')]
    return [table('', columns, [{ kind: 'item', cells: [name, money(note.total_amount_cents)], notes: [] }])]
  }
  const columns = [say('item'), say('tax_rate'), say('amount_excl')]
  const bySubscription = [...Map.groupBy(items, ({ fee }) => fee?.subscription_id ?? null).values()]
  return bySubscription.map(own => {
    const heading = bySubscription.length > 1 ? subscriptionName(own) : ''
    return table(heading, columns, rows(print, own, language))
  })
}

function table(heading: string, columns: readonly string[], own: readonly Row[]): Table {
  return { kind: 'table', heading, startsPage: false, columns, rows: own }
}

const ORDER: readonly string[] = ['subscription', 'fixed_charge', 'charge', 'add_on', 'commitment']

/** True-ups come after what they add to. Parts that nothing is given back of are left out. */
function rows({ taxRates }: CreditNoteForPrint, items: readonly CreditedItem[], language: Language): Row[] {
  const { say, money, locale } = language
  const place = ({ fee }: CreditedItem) => ORDER.indexOf(fee?.fee_type ?? '')
  const isTrueUp = ({ fee }: CreditedItem) => Number(fee?.true_up_parent_fee_id != null)
  return items
    .filter(({ item }) => item.amount_cents > 0n)
    .toSorted(
      (a, b) =>
        place(a) - place(b) || nameOf(a, say).localeCompare(nameOf(b, say), locale) || isTrueUp(a) - isTrueUp(b),
    )
    .map(credited => ({
      kind: 'item',
      cells: [
        isTrueUp(credited) ? say('true_up', { name: nameOf(credited, say) }) : nameOf(credited, say),
        credited.fee === undefined ? '' : rates(credited.fee, taxRates),
        money(credited.item.amount_cents),
      ],
      notes: [],
    }))
}

function nameOf(credited: CreditedItem, say: Say): string {
  const { fee } = credited
  if (fee === undefined) return say('item')
  return fee.fee_type === 'subscription' ? say('subscription', { name: subscriptionName([credited]) }) : feeName(fee)
}

function subscriptionName([first]: readonly CreditedItem[]): string {
  const fee = first?.fee
  return (
    fee?.subscription_name || fee?.plan_invoice_display_name || fee?.plan_name || fee?.external_subscription_id || ''
  )
}

function totals({ note, taxes, invoice }: CreditNoteForPrint, { say, money }: Language): Totals {
  const line = (label: string, value: string, strong = false) => ({ label, value, strong })
  const some = (label: string, cents: bigint) => (cents === 0n ? [] : [line(label, money(cents))])
  const total = line(say('total'), money(note.total_amount_cents), true)
  const settled = [
    ...some(say('offset'), note.offset_amount_cents),
    ...some(say('credited'), note.credit_amount_cents),
    ...some(say('refunded'), note.refund_amount_cents),
  ]
  if (invoice.invoice_type === 'credit') return { kind: 'totals', lines: [...settled, total] }
  const taxLines = taxes.map(tax => {
    const label = { name: tax.tax_name, rate: formatRate(tax.tax_rate, 1), amount: money(tax.base_amount_cents) }
    return line(say('tax_on', label), money(tax.amount_cents))
  })
  return {
    kind: 'totals',
    lines: [
      ...some(say('coupons'), -note.coupons_adjustment_amount_cents),
      line(say('subtotal_excl'), money(note.total_amount_cents - note.taxes_amount_cents)),
      ...(taxLines.length > 0 ? taxLines : [line(say('no_tax'), money(0n))]),
      ...settled,
      total,
    ],
  }
}
