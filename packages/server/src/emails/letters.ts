import type { BillingEntity } from '../accounts/index.ts'
import { findCreditNote } from '../credits/index.ts'
import { type Customer, findCustomersByIds } from '../customers/index.ts'
import {
  type DocumentFile,
  ensureDocuments,
  findDocument,
  formatDate,
  formatMoney,
  type Locale,
  printedLocale,
} from '../documents/index.ts'
import { findInvoice } from '../invoices/index.ts'
import type { Ctx } from '../platform/context.ts'
import { fileUrl } from '../platform/files/file-urls.ts'
import { receiptLetter } from './receipt-letter.ts'
import type { Letter } from './template.ts'
import { say } from './words.ts'

/** The settings that documents are mailed by. */
export type EmailKind = 'invoice.finalized' | 'credit_note.created' | 'payment_receipt.created'

const MAILED_DOCUMENTS: Readonly<Record<EmailKind, 'invoice' | 'credit_note' | 'payment_receipt'>> = {
  'invoice.finalized': 'invoice',
  'credit_note.created': 'credit_note',
  'payment_receipt.created': 'payment_receipt',
}

/** What a kind of mail carries; undefined for mails that are about no document of a customer. */
export function mailedDocument(kind: string) {
  return Object.hasOwn(MAILED_DOCUMENTS, kind) ? MAILED_DOCUMENTS[kind as EmailKind] : undefined
}

/** A mail about a document before it is known to whom it goes. */
export interface DocumentLetter {
  readonly billingEntityId: string
  readonly customer: Customer
  readonly attachments: readonly DocumentFile[]
  write(entity: BillingEntity): Letter
}

/** The letter about a document; undefined where nothing is to be said of it. */
export async function letterOf(ctx: Ctx, kind: EmailKind, objectId: string): Promise<DocumentLetter | undefined> {
  return LETTERS[kind](ctx, objectId)
}

const LETTERS: Readonly<Record<EmailKind, (ctx: Ctx, id: string) => Promise<DocumentLetter | undefined>>> = {
  'invoice.finalized': invoiceLetter,
  'credit_note.created': creditNoteLetter,
  'payment_receipt.created': receiptLetter,
}

/** Nobody is written to about an invoice of nothing. */
async function invoiceLetter(ctx: Ctx, id: string): Promise<DocumentLetter | undefined> {
  await ensureDocuments(ctx, 'invoice', id)
  const invoice = await findInvoice(ctx, id)
  if (invoice?.status !== 'finalized' || invoice.fees_amount_cents === 0n) return undefined
  const [customer] = await findCustomersByIds(ctx, [invoice.customer_id])
  if (customer === undefined) return undefined
  const pdf = await findDocument(ctx, { invoiceId: id }, 'pdf')
  return {
    billingEntityId: invoice.billing_entity_id,
    customer,
    attachments: pdf === undefined ? [] : [{ ...pdf, filename: `invoice-${invoice.number}.pdf` }],
    write(entity) {
      const locale = printedLocale(customer.document_locale, entity.document_locale)
      return {
        ...heading(locale, 'invoice', entity, invoice.number),
        amount: formatMoney(invoice.total_amount_cents, invoice.currency, locale),
        facts: [
          [say(locale, 'number'), invoice.number],
          [say(locale, 'issue_date'), formatDate(invoice.issuing_date, locale)],
        ],
        ...(pdf && { link: { label: say(locale, 'download_invoice'), url: fileUrl(ctx.config, pdf.key) } }),
      }
    },
  }
}

async function creditNoteLetter(ctx: Ctx, id: string): Promise<DocumentLetter | undefined> {
  await ensureDocuments(ctx, 'credit_note', id)
  const note = await findCreditNote(ctx, id)
  const invoice = note && (await findInvoice(ctx, note.invoice_id))
  const [customer] = note === undefined ? [] : await findCustomersByIds(ctx, [note.customer_id])
  if (note?.status !== 'finalized' || invoice === undefined || customer === undefined) return undefined
  const pdf = await findDocument(ctx, { creditNoteId: id }, 'pdf')
  const uses = [
    ['credited', note.credit_amount_cents],
    ['refunded', note.refund_amount_cents],
    ['offset', note.offset_amount_cents],
  ] as const
  return {
    billingEntityId: invoice.billing_entity_id,
    customer,
    attachments: pdf === undefined ? [] : [{ ...pdf, filename: `credit_note-${note.number}.pdf` }],
    write(entity) {
      const locale = printedLocale(customer.document_locale, entity.document_locale)
      const money = (cents: bigint) => formatMoney(cents, note.total_amount_currency, locale)
      return {
        ...heading(locale, 'note', entity, note.number),
        amount: money(note.total_amount_cents),
        facts: [
          ...uses.flatMap(([use, cents]) => (cents > 0n ? [[say(locale, use), money(cents)] as const] : [])),
          [say(locale, 'note_number'), note.number],
          [say(locale, 'number'), invoice.number],
          [say(locale, 'issue_date'), formatDate(note.issuing_date, locale)],
        ],
        ...(pdf && { link: { label: say(locale, 'download_note'), url: fileUrl(ctx.config, pdf.key) } }),
      }
    },
  }
}

function heading(locale: Locale, what: 'invoice' | 'note', { name: entity }: BillingEntity, number: string) {
  return {
    lang: locale,
    subject: say(locale, `${what}_subject`, { entity, number }),
    title: say(locale, `${what}_from`, { entity }),
    footer: say(locale, 'sent_with'),
  }
}
