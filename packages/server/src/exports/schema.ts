import { Type } from 'typebox'
import { Input, Nullable } from '../platform/http/input.ts'

export const DataExportInput = Input({
  resource_type: Nullable(Type.String({ description: 'invoices, invoice_fees, credit_notes or credit_note_items' })),
  format: Nullable(Type.String({ description: 'csv' })),
  filters: Type.Unknown({
    description:
      'Those of the list. Of invoices and their fees: search_term, amount_from, amount_to, billing_entity_ids, billing_entity_codes, currency, customer_external_id, invoice_type, issuing_date_from, issuing_date_to, partially_paid, payment_dispute_lost, payment_overdue, payment_status, purchase_order_number, self_billed, settlements, status. Of credit notes and their items: search_term, amount_from, amount_to, billing_entity_ids, billing_entity_codes, credit_status, currency, customer_external_id, customer_id, invoice_number, issuing_date_from, issuing_date_to, purchase_order_number, reason, refund_status, self_billed, types.',
  }),
})
export type DataExportInput = Type.Static<typeof DataExportInput>

export const FORMATS: readonly string[] = ['csv']
