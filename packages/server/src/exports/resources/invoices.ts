import { type Customer, findCustomersByIds } from '../../customers/index.ts'
import {
  countInvoices,
  type Invoice,
  type InvoicePlace,
  listInvoicesAfter,
  placeOfInvoice,
  presentInvoiceBases,
  readInvoiceFilters,
  VISIBLE_STATUSES,
} from '../../invoices/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { CsvRecord } from '../csv.ts'
import { type FilterKinds, type Filters, queryOf } from '../filters.ts'
import type { Batch, ExportedResource, Reading } from './resource.ts'

const FILTERS: FilterKinds = {
  search_term: 'text',
  amount_from: 'cents',
  amount_to: 'cents',
  billing_entity_ids: 'ids',
  billing_entity_codes: 'codes',
  currency: 'text',
  customer_external_id: 'text',
  invoice_type: ['subscription', 'add_on', 'credit', 'one_off', 'advance_charges', 'progressive_billing'],
  issuing_date_from: 'date',
  issuing_date_to: 'date',
  partially_paid: 'flag',
  payment_dispute_lost: 'flag',
  payment_overdue: 'flag',
  payment_status: ['pending', 'succeeded', 'failed'],
  purchase_order_number: 'text',
  self_billed: 'flag',
  settlements: ['payment', 'credit_note'],
  status: VISIBLE_STATUSES,
}

const COLUMNS = [
  'lago_id',
  'sequential_id',
  'partner_billing',
  'issuing_date',
  'customer_lago_id',
  'customer_external_id',
  'customer_name',
  'customer_email',
  'customer_country',
  'customer_tax_identification_number',
  'invoice_number',
  'purchase_order_number',
  'invoice_type',
  'payment_status',
  'status',
  'file_url',
  'currency',
  'fees_amount_cents',
  'coupons_amount_cents',
  'taxes_amount_cents',
  'credit_notes_amount_cents',
  'prepaid_credit_amount_cents',
  'total_amount_cents',
  'payment_due_date',
  'payment_dispute_lost_at',
  'payment_overdue',
  'total_due_amount_cents',
  'total_paid_amount_cents',
  'total_offsetted_credit_note_amount_cents',
  'progressive_billing_credit_amount_cents',
]

/** What files of invoices and of their fees have in common: which invoices there are. */
export const invoiceList: Pick<ExportedResource, 'permission' | 'filters' | 'count'> = {
  permission: 'invoice',
  filters: FILTERS,
  count: (ctx, filters) => countInvoices(ctx, readInvoiceFilters(queryOf(filters))),
}

/** The next invoices of the list, with their rows. */
export async function readInvoices(
  ctx: Ctx,
  filters: Filters,
  { after, most }: Reading,
  recordsOf: (invoices: readonly Invoice[]) => AsyncIterable<readonly CsvRecord[]>,
): Promise<Batch> {
  const read = readInvoiceFilters(queryOf(filters))
  const invoices = await listInvoicesAfter(ctx, read, after as InvoicePlace | undefined, most)
  const last = invoices.at(-1)
  return {
    objects: invoices.length,
    last: last && { ...placeOfInvoice(last) },
    records: recordsOf(invoices),
  }
}

export const exportedInvoices: ExportedResource = {
  ...invoiceList,
  name: 'invoices',
  columns: withEntity => (withEntity ? [...COLUMNS, 'billing_entity_code'] : COLUMNS),
  batch: 500,
  read: (ctx, filters, from) => readInvoices(ctx, filters, from, invoices => recordsOf(ctx, invoices)),
}

async function* recordsOf(ctx: Ctx, invoices: readonly Invoice[]): AsyncGenerator<readonly CsvRecord[]> {
  const bases = await presentInvoiceBases(ctx, invoices)
  const customers = await customersOf(ctx, invoices)
  yield bases.map((base, place) => ({
    ...base,
    partner_billing: base.self_billed,
    invoice_number: base.number,
    ...customerColumns(customers.get(invoices[place]?.customer_id ?? '')),
  }))
}

/** The customers of invoices or credit notes, by id. */
export async function customersOf(
  ctx: Ctx,
  rows: readonly { readonly customer_id: string }[],
): Promise<Map<string, Customer>> {
  const customers = await findCustomersByIds(ctx, [...new Set(rows.map(row => row.customer_id))])
  return new Map(customers.map(customer => [customer.id, customer]))
}

/** What a file says of a customer. */
export function customerColumns(customer: Customer | undefined): CsvRecord {
  return {
    customer_lago_id: customer?.id,
    customer_external_id: customer?.external_id,
    customer_name: customer?.name,
    customer_email: customer?.email,
    customer_country: customer?.country,
    customer_tax_identification_number: customer?.tax_identification_number,
  }
}
