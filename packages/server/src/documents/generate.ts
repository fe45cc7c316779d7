import type { BillingEntity } from '../accounts/index.ts'
import { findInvoice, type Invoice } from '../invoices/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { fileKey, localFiles } from '../platform/files/file-store.ts'
import { newId } from '../platform/ids.ts'
import { addJob, type JobPayload } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'
import { ublInvoice } from './einvoicing/ubl.ts'
import { loadInvoiceForPrint } from './load-invoice.ts'
import { invoiceDocument } from './printing/invoice-document.ts'
import { renderPdf } from './printing/render.ts'
import { insertDocument, listDocumentKinds } from './store.ts'

const GENERATE_DOCUMENTS = 'generate_documents'

/** The documents of invoices that were issued are made one after another by one job. */
export const onInvoiceIssued: Reaction = async (tx, events) => {
  await requestDocuments(
    tx,
    events.map(event => event.objectId),
  )
}

export async function requestDocuments(ctx: Ctx, invoiceIds: readonly string[]): Promise<void> {
  await addJob(ctx.db, {
    task: GENERATE_DOCUMENTS,
    payload: { organizationId: ctx.org.id, invoiceIds: [...invoiceIds] },
  })
}

export const generateDocuments: TaskDefinition = {
  name: GENERATE_DOCUMENTS,
  async run(ctx, payload: JobPayload) {
    const failures: unknown[] = []
    for (const id of payload.invoiceIds as readonly string[]) {
      // One invoice that cannot be printed does not keep the others from it.
      await generateDocumentsOfInvoice(ctx, id).catch(error => failures.push(error))
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} invoices could not be printed: ${failures[0]}`)
  },
}

/** Prints a finalized invoice, unless it was. What was printed stays as it is, whatever changes later. */
export async function generateDocumentsOfInvoice(ctx: Ctx, invoiceId: string): Promise<void> {
  const invoice = await findInvoice(ctx, invoiceId)
  if (invoice === undefined || invoice.status !== 'finalized') return
  const kinds = await listDocumentKinds(ctx, invoiceId)
  if (kinds.includes('pdf')) return
  const print = await loadInvoiceForPrint(ctx, invoice)
  const made: [string, Uint8Array][] = [
    ['pdf', await renderPdf(invoiceDocument(print), invoice.finalized_at ?? invoice.created_at)],
  ]
  if (issuesEinvoices(print.entity)) made.push(['xml', Buffer.from(ublInvoice(print))])
  await keep(ctx, invoice, made)
}

/** Who moved to another country since issues none. */
function issuesEinvoices({ einvoicing, country }: BillingEntity): boolean {
  return einvoicing && (country === 'FR' || country === 'DE')
}

async function keep(ctx: Ctx, invoice: Invoice, made: readonly [kind: string, bytes: Uint8Array][]): Promise<void> {
  const files = localFiles(ctx.config.dataDir)
  const rows = made.map(([kind, bytes]) => {
    const id = newId()
    return { id, kind, bytes, key: fileKey(ctx.org.id, id, `${invoice.number}.${kind}`) }
  })
  for (const { key, bytes } of rows) await files.put(key, bytes)
  await transaction(ctx, async tx => {
    let isFirst = true
    for (const { id, kind, bytes, key } of rows) {
      isFirst = (await insertDocument(tx, { id, invoiceId: invoice.id, kind, key, size: bytes.length })) && isFirst
    }
    if (isFirst) await emit(tx, 'invoice.generated', invoice.id)
  })
}
