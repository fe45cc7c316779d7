import type { BillingEntity } from '../accounts/index.ts'
import { findCreditNote } from '../credits/index.ts'
import { findInvoice } from '../invoices/index.ts'
import { findReceipt } from '../payments/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { fileKey, localFiles } from '../platform/files/file-store.ts'
import { newId } from '../platform/ids.ts'
import { addJob, type JobPayload, type NewJob } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'
import { ciiDocument } from './einvoicing/cii.ts'
import { type EInvoice, issuesEinvoices } from './einvoicing/einvoice.ts'
import { einvoiceOfCreditNote } from './einvoicing/from-credit-note.ts'
import { einvoiceOf } from './einvoicing/from-invoice.ts'
import { einvoiceOfReceipt, ublReceipt } from './einvoicing/from-receipt.ts'
import { ublDocument } from './einvoicing/ubl.ts'
import { loadCreditNoteForPrint } from './load-credit-note.ts'
import { loadInvoiceForPrint } from './load-invoice.ts'
import { loadReceiptForPrint } from './load-receipt.ts'
import { creditNoteDocument } from './printing/credit-note-document.ts'
import { invoiceDocument } from './printing/invoice-document.ts'
import type { PrintedDocument } from './printing/printed-document.ts'
import { receiptDocument } from './printing/receipt-document.ts'
import { renderPdf } from './printing/render.ts'
import { type DocumentOwner, insertDocument, listDocumentKinds } from './store.ts'

const GENERATE_DOCUMENTS = 'generate_documents'
/** After whatever bills, charges and tells: nobody waits for paper. */
const PRIORITY = 10
/** A job that prints for long keeps its place from more urgent ones; so do many of them at once. */
const DOCUMENTS_A_JOB = 25
const LANES = 4

/** What can be printed. */
export type Printable = 'invoice' | 'credit_note' | 'payment_receipt'

/** What is printed of one thing, from what is known when it is. */
interface Print {
  /** Whose the documents are, as {@link Printing.owner} names it. */
  readonly ownerId: string
  readonly number: string
  readonly entity: BillingEntity
  readonly document: PrintedDocument
  /** Made only for entities that issue any. */
  electronic(): ElectronicForm
  readonly issuedAt: Temporal.Instant
}

interface ElectronicForm {
  readonly einvoice: EInvoice
  /** The other syntax of it. */
  readonly ubl: string
}

interface Printing {
  readonly owner: DocumentOwner
  /** Told once the PDF is there. */
  readonly event: string
  /** Undefined for what is not printed: it is not final, or gone. */
  load(ctx: Ctx, id: string): Promise<Print | undefined>
}

const PRINTINGS: Readonly<Record<Printable, Printing>> = {
  invoice: {
    owner: 'invoice_id',
    event: 'invoice.generated',
    async load(ctx, id) {
      const invoice = await findInvoice(ctx, id)
      if (invoice?.status !== 'finalized') return undefined
      const print = await loadInvoiceForPrint(ctx, invoice)
      return {
        ownerId: id,
        number: invoice.number,
        entity: print.entity,
        document: invoiceDocument(print),
        electronic: () => inUbl(einvoiceOf(print)),
        issuedAt: invoice.finalized_at ?? invoice.created_at,
      }
    },
  },
  credit_note: {
    owner: 'credit_note_id',
    event: 'credit_note.generated',
    async load(ctx, id) {
      const note = await findCreditNote(ctx, id)
      if (note === undefined) return undefined
      const print = await loadCreditNoteForPrint(ctx, note)
      return {
        ownerId: id,
        number: note.number,
        entity: print.entity,
        document: creditNoteDocument(print),
        electronic: () => inUbl(einvoiceOfCreditNote(print)),
        issuedAt: note.created_at,
      }
    },
  },
  payment_receipt: {
    owner: 'payment_id',
    event: 'payment_receipt.generated',
    async load(ctx, id) {
      const receipt = await findReceipt(ctx, id)
      if (receipt === undefined) return undefined
      const print = await loadReceiptForPrint(ctx, receipt)
      return {
        ownerId: receipt.payment_id,
        number: receipt.number,
        entity: print.invoices[0].print.entity,
        document: receiptDocument(print),
        electronic: () => ({ einvoice: einvoiceOfReceipt(print), ubl: ublReceipt(print) }),
        issuedAt: receipt.created_at,
      }
    },
  },
}

function inUbl(einvoice: EInvoice): ElectronicForm {
  return { einvoice, ubl: ublDocument(einvoice) }
}

/**
 * The documents of what was issued are made one after another by a job; where they are made on demand, a download asks for
 * them.
 */
export const onIssued =
  (of: Printable): Reaction =>
  async (tx, events) => {
    if (tx.config.documents === 'on_demand') return
    const ids = events.map(event => event.objectId)
    for (let first = 0; first < ids.length; first += DOCUMENTS_A_JOB) {
      const part = ids.slice(first, first + DOCUMENTS_A_JOB)
      await addJob(tx.db, { ...printingJob(tx, of, part), queue: laneOf(part), priority: PRIORITY })
    }
  }

/** Somebody waits for them: they come before what is printed in advance. */
export async function requestDocuments(ctx: Ctx, of: Printable, ids: readonly string[]): Promise<void> {
  await addJob(ctx.db, printingJob(ctx, of, ids))
}

function printingJob(ctx: Ctx, of: Printable, ids: readonly string[]): NewJob {
  return { task: GENERATE_DOCUMENTS, payload: { organizationId: ctx.org.id, of, ids: [...ids] } }
}

/** By the last digit of an id, which is random. */
function laneOf(ids: readonly string[]): string {
  return `documents:${Number.parseInt(ids[0]?.slice(-1) ?? '0', 16) % LANES}`
}

export const generateDocuments: TaskDefinition = {
  name: GENERATE_DOCUMENTS,
  async run(ctx, payload: JobPayload) {
    const failures: unknown[] = []
    for (const id of payload.ids as readonly string[]) {
      // One that cannot be printed does not keep the others from it.
      await ensureDocuments(ctx, payload.of as Printable, id).catch(error => failures.push(error))
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `${failures.length} documents could not be printed: ${failures[0]}`)
    }
  },
}

/** Prints what is final, unless it was. What was printed stays as it is, whatever changes later. */
export async function ensureDocuments(ctx: Ctx, of: Printable, id: string): Promise<void> {
  const printing = PRINTINGS[of]
  const print = await printing.load(ctx, id)
  if (print === undefined) return
  const kinds = await listDocumentKinds(ctx, printing.owner, print.ownerId)
  if (kinds.includes('pdf')) return
  const electronic = issuesEinvoices(print.entity) ? print.electronic() : undefined
  const pdf = await renderPdf(print.document, {
    createdAt: print.issuedAt,
    ...(electronic && { cii: ciiDocument(electronic.einvoice) }),
  })
  await keep(ctx, printing, { id, ...print }, [
    ['pdf', pdf],
    ...(electronic ? [['xml', Buffer.from(electronic.ubl)] as const] : []),
  ])
}

async function keep(
  ctx: Ctx,
  { owner, event }: Printing,
  { id, ownerId, number }: Pick<Print, 'ownerId' | 'number'> & { readonly id: string },
  made: readonly (readonly [kind: string, bytes: Uint8Array])[],
): Promise<void> {
  const files = localFiles(ctx.config.dataDir)
  const rows = made.map(([kind, bytes]) => {
    const fileId = newId()
    return { id: fileId, kind, bytes, key: fileKey(ctx.org.id, fileId, `${number}.${kind}`) }
  })
  for (const { key, bytes } of rows) await files.put(key, bytes)
  await transaction(ctx, async tx => {
    let isFirst = true
    for (const { id: fileId, kind, bytes, key } of rows) {
      isFirst = (await insertDocument(tx, { id: fileId, owner, ownerId, kind, key, size: bytes.length })) && isFirst
    }
    if (isFirst) await emit(tx, event, id)
  })
}
