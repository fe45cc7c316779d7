import type { ReceiptForPrint } from '../load-receipt.ts'
import { frameOf, legalNotes } from './frame.ts'
import { invoiceBlocks } from './invoice-blocks.ts'
import { moneyOf } from './invoice-totals.ts'
import { formatDate, printedLocale } from './locales.ts'
import { isText } from './parties.ts'
import type { Block, PrintedDocument } from './printed-document.ts'
import { type Say, speaker } from './words.ts'

/** The receipt of a payment in the language of the customer: what the paid invoice bills, or the invoices that were paid. */
export function receiptDocument(print: ReceiptForPrint): PrintedDocument {
  const { receipt, payment, method, invoices } = print
  const [{ print: first }] = invoices
  const locale = printedLocale(first.customer.document_locale, first.entity.document_locale)
  const say = speaker(locale)
  const money = moneyOf(payment.amount_currency, locale)
  const paidOn = formatDate(payment.created_at.toZonedDateTimeISO(first.invoice.timezone).toPlainDate(), locale)
  const due = invoices.reduce((sum, { dueCents }) => sum + dueCents, 0n)
  const { mentions, footer } = legalNotes(first, say)
  return {
    ...frameOf(first, { receives: say('bill_to'), locale, say }),
    title: say('receipt'),
    number: receipt.number,
    facts: [
      [say('receipt_number'), receipt.number],
      [say('invoice_number'), invoices.map(({ print: { invoice } }) => invoice.number).join(', ')],
      [
        say('payment_method'),
        method ?? (payment.payment_type === 'manual' ? say('manual_payment') : say('online_payment')),
      ],
      [say('payment_date'), paidOn],
    ],
    amount: money(payment.amount_cents),
    amountNote: say('paid_with_rest', { date: paidOn, rest: money(due) }),
    blocks:
      invoices.length === 1
        ? invoiceBlocks(first, { locale, say, taxRates: first.taxRates }).filter(block => !isBreakdown(block))
        : listed(print, say, money),
    notes: [
      ...mentions,
      ...first.sections.map(section => ({ heading: section.display_name ?? '', text: section.details ?? '' })),
      ...footer,
    ].filter(note => isText(note.heading) || isText(note.text)),
  }
}

function isBreakdown(block: Block): boolean {
  return block.kind === 'table' && block.isBreakdown === true
}

function listed({ payment, invoices }: ReceiptForPrint, say: Say, money: (cents: bigint) => string): Block[] {
  return [
    {
      kind: 'table',
      heading: '',
      startsPage: false,
      columns: [say('invoice_number'), say('amount')],
      rows: invoices.map(({ print: { invoice } }) => ({
        kind: 'item',
        cells: [invoice.number, money(invoice.total_amount_cents)],
        notes: [],
      })),
    },
    { kind: 'totals', lines: [{ label: say('total'), value: money(payment.amount_cents), strong: true }] },
  ]
}
