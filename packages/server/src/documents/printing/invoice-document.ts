import { readCents, type WireInteger } from '../../platform/wire.ts'
import type { InvoiceForPrint } from '../load-invoice.ts'
import { frameOf, legalNotes } from './frame.ts'
import { invoiceBlocks } from './invoice-blocks.ts'
import { moneyOf } from './invoice-totals.ts'
import { formatDate, formatMoney, type Locale, printedLocale } from './locales.ts'
import { isText } from './parties.ts'
import type { Note, Pair, PrintedDocument } from './printed-document.ts'
import { type Say, speaker } from './words.ts'

/** Countries whose law wants the word "tax" in the title. */
const TAX_INVOICE_COUNTRIES: readonly string[] = ['AU', 'AE', 'NZ', 'ID', 'SG']

/** An invoice in the language of its customer. */
export function invoiceDocument(print: InvoiceForPrint): PrintedDocument {
  const { invoice, entity, customer } = print
  const locale = printedLocale(customer.document_locale, entity.document_locale)
  const say = speaker(locale)
  const money = moneyOf(invoice.currency, locale)
  return {
    ...frameOf(print, { receives: say('bill_to'), locale, say }),
    title: titleOf(print, say),
    number: invoice.number,
    facts: facts(print, say, locale),
    amount: money(invoice.total_amount_cents),
    amountNote:
      invoice.invoice_type === 'advance_charges'
        ? say('already_paid')
        : say('due', { date: formatDate(invoice.payment_due_date, locale) }),
    blocks: invoiceBlocks(print, { locale, say, taxRates: print.taxRates }),
    notes: notes(print, say, locale),
  }
}

function titleOf({ invoice, entity }: InvoiceForPrint, say: Say): string {
  if (invoice.self_billed) return say('self_billing_invoice')
  if (invoice.invoice_type === 'credit') return say('advance_invoice')
  const isTaxInvoice = TAX_INVOICE_COUNTRIES.includes(entity.country ?? '')
  if (invoice.invoice_type === 'advance_charges') return say(isTaxInvoice ? 'paid_tax_invoice' : 'paid_invoice')
  return say(isTaxInvoice ? 'tax_invoice' : 'invoice')
}

function facts({ invoice }: InvoiceForPrint, say: Say, locale: Locale): Pair[] {
  return [
    [say('invoice_number'), invoice.number],
    ...(isText(invoice.purchase_order_number) ? [[say('purchase_order'), invoice.purchase_order_number] as const] : []),
    [say('issue_date'), formatDate(invoice.issuing_date, locale)],
    [say('payment_term'), say('days', { n: invoice.net_payment_term })],
  ]
}

function notes(print: InvoiceForPrint, say: Say, locale: Locale): Note[] {
  const passed = print.thresholds.at(-1)
  const money = (cents: WireInteger) => formatMoney(readCents(cents), print.invoice.currency, locale)
  const { mentions, footer } = legalNotes(print, say)
  return [
    ...mentions,
    ...(passed === undefined
      ? []
      : [
          {
            heading: '',
            text: say('lifetime_reached', {
              usage: money(passed.lifetime_usage_amount_cents),
              threshold: money(passed.usage_threshold.amount_cents),
            }),
          },
        ]),
    ...print.sections.map(section => ({ heading: section.display_name ?? '', text: section.details ?? '' })),
    ...footer,
  ]
}
