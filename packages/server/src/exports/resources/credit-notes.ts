import {
  CREDIT_STATUSES,
  type CreditNotePlace,
  countCreditNotes,
  listCreditNotesAfter,
  placeOfCreditNote,
  presentCreditNotes,
  REASONS,
  REFUND_STATUSES,
} from '../../credit-notes/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { CsvRecord } from '../csv.ts'
import { type FilterKinds, type Filters, queryOf } from '../filters.ts'
import { customerColumns, customersOf } from './invoices.ts'
import type { Batch, ExportedResource, Reading } from './resource.ts'

const FILTERS: FilterKinds = {
  search_term: 'text',
  amount_from: 'cents',
  amount_to: 'cents',
  billing_entity_ids: 'ids',
  billing_entity_codes: 'codes',
  credit_status: CREDIT_STATUSES,
  currency: 'text',
  customer_external_id: 'text',
  customer_id: 'id',
  invoice_number: 'text',
  issuing_date_from: 'date',
  issuing_date_to: 'date',
  purchase_order_number: 'text',
  reason: REASONS,
  refund_status: REFUND_STATUSES,
  self_billed: 'flag',
  types: ['credit', 'refund', 'offset'],
}

const NOTE_COLUMNS = [
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
  'number',
  'invoice_number',
  'purchase_order_number',
  'credit_status',
  'refund_status',
  'reason',
  'description',
  'currency',
  'total_amount_cents',
  'taxes_amount_cents',
  'sub_total_excluding_taxes_amount_cents',
  'coupons_adjustment_amount_cents',
  'offset_amount_cents',
  'credit_amount_cents',
  'balance_amount_cents',
  'refund_amount_cents',
  'file_url',
]

const ITEM_COLUMNS = [
  'credit_note_lago_id',
  'credit_note_number',
  'credit_note_invoice_number',
  'credit_note_issuing_date',
  'credit_note_item_lago_id',
  'credit_note_item_fee_lago_id',
  'credit_note_item_currency',
  'credit_note_item_amount_cents',
]

type Presented = Awaited<ReturnType<typeof presentCreditNotes>>[number]
type NoteRow = Awaited<ReturnType<typeof listCreditNotesAfter>>[number]

const noteList: Pick<ExportedResource, 'permission' | 'filters' | 'batch' | 'count'> = {
  permission: 'credit_note',
  filters: FILTERS,
  batch: 200,
  count: (ctx, filters) => countCreditNotes(ctx, queryOf(filters)),
}

export const exportedCreditNotes: ExportedResource = {
  ...noteList,
  name: 'credit notes',
  columns: withEntity => (withEntity ? [...NOTE_COLUMNS, 'billing_entity_code'] : NOTE_COLUMNS),
  read: (ctx, filters, from) => readNotes(ctx, filters, from, notes => noteRecords(ctx, notes)),
}

export const exportedCreditNoteItems: ExportedResource = {
  ...noteList,
  name: 'credit note items',
  columns: () => ITEM_COLUMNS,
  read: (ctx, filters, from) => readNotes(ctx, filters, from, notes => itemRecords(ctx, notes)),
}

async function readNotes(
  ctx: Ctx,
  filters: Filters,
  { after, most }: Reading,
  recordsOf: (notes: readonly NoteRow[]) => AsyncIterable<readonly CsvRecord[]>,
): Promise<Batch> {
  const notes = await listCreditNotesAfter(ctx, queryOf(filters), after as CreditNotePlace | undefined, most)
  const last = notes.at(-1)
  return { objects: notes.length, last: last && { ...placeOfCreditNote(last) }, records: recordsOf(notes) }
}

async function* noteRecords(ctx: Ctx, notes: readonly NoteRow[]): AsyncGenerator<readonly CsvRecord[]> {
  const customers = await customersOf(ctx, notes)
  const presented = await presentCreditNotes(ctx, notes)
  yield presented.map((note, place) => ({
    ...note,
    partner_billing: note.self_billed,
    ...customerColumns(customers.get(notes[place]?.customer_id ?? '')),
  }))
}

async function* itemRecords(ctx: Ctx, notes: readonly NoteRow[]): AsyncGenerator<readonly CsvRecord[]> {
  yield (await presentCreditNotes(ctx, notes)).flatMap(itemsOf)
}

function itemsOf({ items, ...note }: Presented): CsvRecord[] {
  return items.map(item => ({
    credit_note_lago_id: note.lago_id,
    credit_note_number: note.number,
    credit_note_invoice_number: note.invoice_number,
    credit_note_issuing_date: note.issuing_date,
    credit_note_item_lago_id: item.lago_id,
    credit_note_item_fee_lago_id: item.fee?.lago_id,
    credit_note_item_currency: item.amount_currency,
    credit_note_item_amount_cents: item.amount_cents,
  }))
}
