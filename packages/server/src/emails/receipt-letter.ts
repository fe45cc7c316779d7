import { findCustomersByIds } from '../customers/index.ts'
import {
  type DocumentFile,
  ensureDocuments,
  findDocument,
  formatDate,
  formatMoney,
  printedLocale,
} from '../documents/index.ts'
import { findInvoice, type Invoice, loadLeftOnInvoices } from '../invoices/index.ts'
import { findPayment, findReceipt, loadPaidInvoices } from '../payments/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { DocumentLetter } from './letters.ts'
import { say } from './words.ts'

/** What was paid, of which invoices, and what is left to pay of them; with the receipt and the invoices, where printed. */
export async function receiptLetter(ctx: Ctx, id: string): Promise<DocumentLetter | undefined> {
  const receipt = await findReceipt(ctx, id)
  const payment = receipt && (await findPayment(ctx, receipt.payment_id))
  const [customer] = payment === undefined ? [] : await findCustomersByIds(ctx, [payment.customer_id])
  if (receipt === undefined || payment === undefined || customer === undefined) return undefined
  const invoices = await paidInvoices(ctx, payment)
  const left = await loadLeftOnInvoices(ctx, invoices)
  const dueCents = [...left.values()].reduce((sum, of) => sum + (of.dueCents > 0n ? of.dueCents : 0n), 0n)
  const printed = await findDocument(ctx, { paymentId: payment.id }, 'pdf')
  return {
    billingEntityId: receipt.billing_entity_id,
    customer,
    attachments: [
      ...(printed === undefined ? [] : [{ ...printed, filename: `receipt-${receipt.number}.pdf` }]),
      ...(await invoiceFiles(ctx, invoices)),
    ],
    write(entity) {
      const locale = printedLocale(customer.document_locale, entity.document_locale)
      const money = (cents: bigint) => formatMoney(cents, payment.amount_currency, locale)
      const names = { entity: entity.name, number: receipt.number }
      const day = payment.created_at.toZonedDateTimeISO(customer.timezone ?? entity.timezone).toPlainDate()
      return {
        lang: locale,
        subject: say(locale, 'receipt_subject', names),
        title: say(locale, 'receipt_from', names),
        amount: money(payment.amount_cents),
        facts: [
          [say(locale, 'receipt_number'), receipt.number],
          [say(locale, 'payment_date'), formatDate(day, locale)],
          [say(locale, 'remaining_due'), money(dueCents)],
          ...invoices.map(
            ({ number, total_amount_cents: total }) => [`${say(locale, 'number')} ${number}`, money(total)] as const,
          ),
        ],
        footer: say(locale, 'sent_with'),
      }
    },
  }
}

async function paidInvoices(ctx: Ctx, payment: Parameters<typeof loadPaidInvoices>[1][number]): Promise<Invoice[]> {
  const paid = (await loadPaidInvoices(ctx, [payment])).get(payment.id) ?? []
  const found = await Promise.all(paid.map(({ id }) => findInvoice(ctx, id)))
  return found.filter(invoice => invoice !== undefined)
}

async function invoiceFiles(ctx: Ctx, invoices: readonly Invoice[]): Promise<DocumentFile[]> {
  const files: DocumentFile[] = []
  for (const { id, number } of invoices) {
    await ensureDocuments(ctx, 'invoice', id)
    const pdf = await findDocument(ctx, { invoiceId: id }, 'pdf')
    if (pdf !== undefined) files.push({ ...pdf, filename: `invoice-${number}.pdf` })
  }
  return files
}
