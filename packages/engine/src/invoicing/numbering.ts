import { localDate } from '../calendar/index.ts'

/** Whether a billing entity numbers its invoices in one series, or in one a customer. */
export type DocumentNumbering = 'per_customer' | 'per_billing_entity'

/** The place of a finalized invoice in its series, counted from 1. */
export type InvoiceSequence =
  | {
      readonly numbering: 'per_customer'
      /** The customer's, in the organization. */
      readonly customerSequentialId: number
      /** The invoice's, among those of its customer and billing entity. */
      readonly sequentialId: number
    }
  | {
      readonly numbering: 'per_billing_entity'
      readonly billingEntitySequentialId: number
      readonly finalizedAt: Temporal.Instant
      /** The billing entity's; null means UTC. */
      readonly timeZone: string | null
    }

/**
 * The series an invoice is numbered in. A self-billed invoice belongs to its partner: it never takes a number of the
 * billing entity's own series.
 */
export function numberingOf(documentNumbering: DocumentNumbering, isSelfBilled: boolean): DocumentNumbering {
  return isSelfBilled ? 'per_customer' : documentNumbering
}

/**
 * The number an invoice gets when it is finalized. Sequences are padded to three digits at least and never restart; only
 * the month of a billing entity's series changes.
 *
 * @example invoiceNumber('NOR-9F3C', { numbering: 'per_customer', customerSequentialId: 4, sequentialId: 1 }) // 'NOR-9F3C-004-001'
 */
export function invoiceNumber(prefix: string, sequence: InvoiceSequence): string {
  if (sequence.numbering === 'per_customer') {
    return `${prefix}-${padded(sequence.customerSequentialId)}-${padded(sequence.sequentialId)}`
  }
  const month = localDate(sequence.finalizedAt, sequence.timeZone ?? 'UTC')
    .toPlainYearMonth()
    .toString()
  return `${prefix}-${month.replace('-', '')}-${padded(sequence.billingEntitySequentialId)}`
}

/** The number shown until an invoice is finalized: drafts, failed, pending, open, closed and deleted ones use none up. */
export function draftNumber(prefix: string): string {
  return `${prefix}-DRAFT`
}

/**
 * The prefix a billing entity gets when none is given: three letters of its name and the end of its id.
 *
 * @example defaultDocumentNumberPrefix('Northwind', '018f…-d7a09f3c') // 'NOR-9F3C'
 */
export function defaultDocumentNumberPrefix(name: string, id: string): string {
  return `${name.slice(0, 3)}-${id.slice(-4)}`.toUpperCase()
}

function padded(sequentialId: number): string {
  return sequentialId.toString().padStart(3, '0')
}
