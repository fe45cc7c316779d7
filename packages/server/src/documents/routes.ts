import type { FastifyInstance } from 'fastify'
import { presentCreditNoteBase } from '../credit-notes/index.ts'
import { findCreditNote } from '../credits/index.ts'
import { findVisibleInvoice, presentInvoiceBase } from '../invoices/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { type Printable, requestDocuments } from './generate.ts'
import { type DocumentOwner, listDocumentKinds } from './store.ts'

/** What can be downloaded: where, and how it is found and shown. */
interface Download {
  readonly of: Printable
  readonly owner: DocumentOwner
  readonly collection: string
  readonly tag: string
  /** Undefined when there is no such thing that is final. */
  show(ctx: Ctx, id: string): Promise<object | undefined>
}

const DOWNLOADS: readonly Download[] = [
  {
    of: 'invoice',
    owner: 'invoice_id',
    collection: '/invoices',
    tag: 'Invoices',
    async show(ctx, id) {
      const invoice = await findVisibleInvoice(ctx, id)
      return invoice?.status === 'finalized' ? presentInvoiceBase(ctx, invoice) : undefined
    },
  },
  {
    of: 'credit_note',
    owner: 'credit_note_id',
    collection: '/credit_notes',
    tag: 'Credit notes',
    async show(ctx, id) {
      const note = await findCreditNote(ctx, id)
      return note && presentCreditNoteBase(ctx, note)
    },
  },
]

/** The path's last step, and which file it asks for. */
const PATHS = [
  ['download', 'pdf', 'Download the PDF'],
  ['download_pdf', 'pdf', 'Download the PDF'],
  ['download_xml', 'xml', 'Download the e-invoice'],
] as const

/** Downloads: what is not there yet is made, and a webhook tells when it is. */
export function documentRoutes(api: FastifyInstance): void {
  for (const download of DOWNLOADS) for (const path of PATHS) downloadRoute(api, download, path)
}

function downloadRoute(
  api: FastifyInstance,
  { of, owner, collection, tag, show }: Download,
  [path, kind, summary]: (typeof PATHS)[number],
): void {
  api.post<{ Params: { id: string } }>(
    `${collection}/:id/${path}`,
    { config: { resource: of }, schema: { tags: [tag], summary } },
    async (request, reply) => {
      const { ctx } = request
      const { id } = request.params
      const shown = await show(ctx, id)
      if (shown === undefined) throw notFound(of)
      const kinds = await listDocumentKinds(ctx, owner, id)
      if (kinds.includes(kind)) return { [of]: shown }
      if (!kinds.includes('pdf')) await requestDocuments(ctx, of, [id])
      return reply.status(200).send()
    },
  )
}
