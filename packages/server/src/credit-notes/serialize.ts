import { decimal, formatDecimal, round, truncate, ZERO } from '@weir/engine'
import { findBillingEntitiesByIds } from '../accounts/index.ts'
import {
  type CreditNoteItemRow,
  type CreditNoteRow,
  type CreditNoteTaxRow,
  listItems,
  listTaxes,
} from '../credits/index.ts'
import { findCustomersByIds, loadCustomerRecords, serializeCustomer } from '../customers/index.ts'
import { loadFeesByIds, loadFileUrls, serializeFee } from '../invoices/index.ts'
import type { Ctx } from '../platform/context.ts'
import { formatCents, formatInstant } from '../platform/wire.ts'
import { loadNotedInvoices, type NotedInvoice } from './store.ts'

/** A credit note by itself: without its customer, items and taxes. */
export async function presentCreditNoteBase(ctx: Ctx, note: CreditNoteRow) {
  const [presented] = await presentCreditNotes(ctx, [note])
  if (presented === undefined) throw new Error(`credit note ${note.id} cannot be shown`)
  const { customer: _customer, items: _items, applied_taxes: _taxes, error_details: _details, ...base } = presented
  return base
}

/** Credit notes with their customers, items and taxes. The queries do not grow with the notes. */
export async function presentCreditNotes(ctx: Ctx, notes: readonly CreditNoteRow[]) {
  const ids = notes.map(note => note.id)
  const invoices = await loadNotedInvoices(
    ctx,
    notes.map(note => note.invoice_id),
  )
  const entities = await findBillingEntitiesByIds(ctx, [
    ...new Set([...invoices.values()].map(invoice => invoice.billing_entity_id)),
  ])
  const customers = await customersOf(ctx, notes)
  const items = await listItems(ctx, ids)
  const taxes = Map.groupBy(await listTaxes(ctx, ids), tax => tax.credit_note_id)
  const fees = await loadFeesByIds(
    ctx,
    items.flatMap(item => item.fee_id ?? []),
  )
  const urlOf = await loadFileUrls(ctx, 'credit_note_id', ids)
  const byNote = Map.groupBy(items, item => item.credit_note_id)
  return notes.map(note => {
    const invoice = invoices.get(note.invoice_id)
    if (invoice === undefined) throw new Error(`credit note ${note.id} is on no invoice`)
    const own = byNote.get(note.id) ?? []
    return {
      ...serializeNote(note, own, invoice),
      file_url: urlOf(note.id, 'pdf'),
      xml_url: urlOf(note.id, 'xml'),
      billing_entity_code: entities.get(invoice.billing_entity_id)?.code ?? '',
      customer: customers.get(note.customer_id),
      items: own.map(item => {
        const fee = item.fee_id === null ? undefined : fees.get(item.fee_id)
        return { ...serializeItem(item), fee: fee === undefined ? null : serializeFee(fee) }
      }),
      applied_taxes: (taxes.get(note.id) ?? []).map(serializeTax),
      error_details: [],
      ...(note.metadata !== null && { metadata: note.metadata }),
    }
  })
}

/** As {@link presentCreditNotes}, of one. */
export async function presentCreditNote(ctx: Ctx, note: CreditNoteRow) {
  const [presented] = await presentCreditNotes(ctx, [note])
  return presented
}

async function customersOf(ctx: Ctx, notes: readonly CreditNoteRow[]) {
  const customers = await findCustomersByIds(ctx, [...new Set(notes.map(note => note.customer_id))])
  const records = await loadCustomerRecords(ctx, customers)
  return new Map(
    records.map(record => [record.customer.id, { ...serializeCustomer(record), integration_customers: [] }]),
  )
}

function serializeNote(note: CreditNoteRow, items: readonly CreditNoteItemRow[], invoice: NotedInvoice) {
  const itemsCents = items.reduce((sum, item) => sum.plus(item.precise_amount_cents), ZERO)
  const subTotal = itemsCents.minus(note.precise_coupons_adjustment_amount_cents)
  return {
    lago_id: note.id,
    sequential_id: note.sequential_id,
    number: note.number,
    lago_invoice_id: note.invoice_id,
    invoice_number: invoice.number,
    purchase_order_number: invoice.purchase_order_number,
    issuing_date: note.issuing_date.toString(),
    credit_status: note.credit_status,
    refund_status: note.refund_status,
    reason: note.reason,
    description: note.description,
    currency: note.total_amount_currency,
    total_amount_cents: formatCents(note.total_amount_cents),
    precise_total_amount_cents: formatDecimal(subTotal.plus(note.precise_taxes_amount_cents)),
    taxes_amount_cents: formatCents(note.taxes_amount_cents),
    precise_taxes_amount_cents: formatDecimal(decimal(note.precise_taxes_amount_cents)),
    sub_total_excluding_taxes_amount_cents: formatCents(truncate(round(subTotal, 0))),
    balance_amount_cents: formatCents(note.balance_amount_cents),
    credit_amount_cents: formatCents(note.credit_amount_cents),
    refund_amount_cents: formatCents(note.refund_amount_cents),
    offset_amount_cents: formatCents(note.offset_amount_cents),
    coupons_adjustment_amount_cents: formatCents(note.coupons_adjustment_amount_cents),
    taxes_rate: note.taxes_rate,
    created_at: formatInstant(note.created_at),
    updated_at: formatInstant(note.updated_at),
    self_billed: invoice.self_billed,
  }
}

function serializeItem(item: CreditNoteItemRow) {
  return {
    lago_id: item.id,
    amount_cents: formatCents(item.amount_cents),
    precise_amount_cents: formatDecimal(decimal(item.precise_amount_cents)),
    amount_currency: item.amount_currency,
  }
}

function serializeTax(tax: CreditNoteTaxRow) {
  return {
    lago_id: tax.id,
    lago_credit_note_id: tax.credit_note_id,
    lago_tax_id: tax.tax_id,
    tax_name: tax.tax_name,
    tax_code: tax.tax_code,
    tax_rate: tax.tax_rate,
    tax_description: tax.tax_description,
    base_amount_cents: formatCents(tax.base_amount_cents),
    amount_cents: formatCents(tax.amount_cents),
    amount_currency: tax.amount_currency,
    created_at: formatInstant(tax.created_at),
  }
}
