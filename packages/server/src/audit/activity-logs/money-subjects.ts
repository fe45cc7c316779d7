import { presentCreditNotes } from '../../credit-notes/index.ts'
import { findCreditNotesByIds } from '../../credits/index.ts'
import {
  findInvoicesByIds,
  type Invoice,
  presentFeesOfInvoices,
  presentInvoiceBases,
  presentInvoices,
  VISIBLE_STATUSES,
} from '../../invoices/index.ts'
import {
  findPaymentRequestsByIds,
  findPaymentsByIds,
  findReceiptsByIds,
  presentPaymentRequests,
  presentPayments,
  presentReceipts,
} from '../../payments/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { externalCustomerIds, type FindSubjects, type Subject } from './subjects.ts'

/** An invoice with more than these is shown without its fees. */
const MOST_FEES = 25

/** Invoices that the API shows. */
export const invoices: FindSubjects = async (ctx, ids, after) => {
  const visible: readonly string[] = VISIBLE_STATUSES
  const rows = (await findInvoicesByIds(ctx, ids)).filter(({ status }) => visible.includes(status))
  return after === undefined ? invoiceSubjects(ctx, rows) : paidSubjects(ctx, rows, after)
}

/** Payments change what an invoice itself says, and its fees; the rest of it is as it is after them. */
async function paidSubjects(
  ctx: Ctx,
  rows: readonly Invoice[],
  after: ReadonlyMap<string, Subject>,
): Promise<ReadonlyMap<string, Subject>> {
  const bases = await presentInvoiceBases(ctx, rows)
  const ids = rows.map(({ id }) => id)
  const fees = await presentFeesOfInvoices(ctx, ids)
  return new Map(
    ids.flatMap((id, place) => {
      const subject = after.get(id)
      if (subject === undefined) return []
      const own = { ...bases[place], ...('fees' in subject.object && { fees: fees.get(id) ?? [] }) }
      return [[id, { ...subject, object: { ...subject.object, ...own } }] as const]
    }),
  )
}

/** Invoices whatever became of them: that one was deleted is seen here only. */
export const deletedInvoices: FindSubjects = async (ctx, ids) => invoiceSubjects(ctx, await findInvoicesByIds(ctx, ids))

async function invoiceSubjects(ctx: Ctx, rows: readonly Invoice[]): Promise<ReadonlyMap<string, Subject>> {
  const presented = await presentInvoices(ctx, rows)
  return new Map(
    presented.map(({ fees, ...rest }, place) => {
      const id = rows[place]?.id ?? ''
      return [
        id,
        {
          resourceType: 'Invoice',
          resourceId: id,
          externalCustomerId: rest.customer?.external_id ?? null,
          object: fees.length > MOST_FEES ? rest : { ...rest, fees },
        },
      ]
    }),
  )
}

export const creditNotes: FindSubjects = async (ctx, ids) => {
  const notes = await presentCreditNotes(ctx, await findCreditNotesByIds(ctx, ids))
  return new Map(
    notes.map(({ customer, ...object }) => [
      object.lago_id,
      {
        resourceType: 'CreditNote',
        resourceId: object.lago_id,
        externalCustomerId: customer?.external_id ?? null,
        object,
      },
    ]),
  )
}

/** A payment is told of what it pays. */
export const payments: FindSubjects = async (ctx, ids) => {
  const presented = await presentPayments(ctx, await findPaymentsByIds(ctx, ids))
  return new Map(
    presented.flatMap(object => {
      if (object.lago_payable_id === null) return []
      const subject = {
        resourceType: object.payable_type,
        resourceId: object.lago_payable_id,
        externalCustomerId: object.external_customer_id,
        object,
      }
      return [[object.lago_id, subject] as const]
    }),
  )
}

export const receipts: FindSubjects = async (ctx, ids) => {
  const presented = await presentReceipts(ctx, await findReceiptsByIds(ctx, ids))
  return new Map(
    presented.map(object => [
      object.lago_id,
      {
        resourceType: 'PaymentReceipt',
        resourceId: object.lago_id,
        externalCustomerId: object.payment?.external_customer_id ?? null,
        object,
      },
    ]),
  )
}

export const paymentRequests: FindSubjects = async (ctx, ids) => {
  const requests = await findPaymentRequestsByIds(ctx, ids)
  const presented = await presentPaymentRequests(ctx, requests)
  return new Map(
    presented.map(({ customer, invoices: _invoices, ...object }) => [
      object.lago_id,
      {
        resourceType: 'PaymentRequest',
        resourceId: object.lago_id,
        externalCustomerId: customer?.external_id ?? null,
        object,
      },
    ]),
  )
}

/** The documents that are mailed, by their kind: a mail is told of the document that it carries. */
export const MAILED: Readonly<Record<string, FindSubjects>> = {
  invoice: async (ctx, ids) => documents(ctx, 'Invoice', await findInvoicesByIds(ctx, ids)),
  credit_note: async (ctx, ids) => documents(ctx, 'CreditNote', await findCreditNotesByIds(ctx, ids)),
  payment_receipt: async (ctx, ids) => {
    const found = await receipts(ctx, ids)
    return new Map([...found].map(([id, subject]) => [id, mailed(subject, String(subject.object.number))]))
  },
}

async function documents(
  ctx: Ctx,
  resourceType: string,
  rows: readonly { readonly id: string; readonly customer_id: string; readonly number: string | null }[],
): Promise<ReadonlyMap<string, Subject>> {
  const externalIds = await externalCustomerIds(
    ctx,
    rows.map(row => row.customer_id),
  )
  return new Map(
    rows.map(row => {
      const externalCustomerId = externalIds.get(row.customer_id) ?? null
      return [row.id, mailed({ resourceType, resourceId: row.id, externalCustomerId }, row.number)]
    }),
  )
}

function mailed(subject: Omit<Subject, 'object'>, number: string | null): Subject {
  const { resourceType: type, resourceId } = subject
  return { ...subject, object: { document: { type, number, lago_id: resourceId } } }
}
