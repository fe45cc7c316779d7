import { exportedCreditNoteItems, exportedCreditNotes } from './credit-notes.ts'
import { exportedInvoiceFees } from './invoice-fees.ts'
import { exportedInvoices } from './invoices.ts'
import type { ExportedResource } from './resource.ts'

const RESOURCES = {
  invoices: exportedInvoices,
  invoice_fees: exportedInvoiceFees,
  credit_notes: exportedCreditNotes,
  credit_note_items: exportedCreditNoteItems,
} as const satisfies Readonly<Record<string, ExportedResource>>

/** What can be exported, as the API names it. */
export const RESOURCE_TYPES = Object.keys(RESOURCES)

/** Undefined for what cannot be exported. */
export function findResource(type: string): ExportedResource | undefined {
  return Object.hasOwn(RESOURCES, type) ? RESOURCES[type as keyof typeof RESOURCES] : undefined
}

/** @param type of an export that exists */
export function resourceOf(type: string): ExportedResource {
  const resource = findResource(type)
  if (resource === undefined) throw new RangeError(`there are no exports of ${type}`)
  return resource
}
