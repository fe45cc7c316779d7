import type { FastifyInstance } from 'fastify'
import { presentCreditNoteBase } from '../credit-notes/index.ts'
import { findCreditNote } from '../credits/index.ts'
import { findVisibleInvoice, presentInvoiceBase } from '../invoices/index.ts'
import { findReceipt, presentReceipts } from '../payments/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { type Printable, requestDocuments } from './generate.ts'

interface Shown {
  readonly file_url: string | null
  readonly xml_url: string | null
}

/** What can be downloaded: where, and how it is found and shown. */
interface Download {
  readonly of: Printable
  readonly collection: string
  readonly tag: string
  /** What its permission, and the error where it is missing, are named after. */
  readonly resource: string
  /** Undefined when there is no such thing that is final. */
  show(ctx: Ctx, id: string): Promise<Shown | undefined>
}

const DOWNLOADS: readonly Download[] = [
  {
    of: 'invoice',
    collection: '/invoices',
    tag: 'Invoices',
    resource: 'invoice',
    async show(ctx, id) {
      const invoice = await findVisibleInvoice(ctx, id)
      return invoice?.status === 'finalized' ? presentInvoiceBase(ctx, invoice) : undefined
    },
  },
  {
    of: 'credit_note',
    collection: '/credit_notes',
    tag: 'Credit notes',
    resource: 'credit_note',
    async show(ctx, id) {
      const note = await findCreditNote(ctx, id)
      return note && presentCreditNoteBase(ctx, note)
    },
  },
  {
    of: 'payment_receipt',
    collection: '/payment_receipts',
    tag: 'Payment receipts',
    resource: 'invoice',
    async show(ctx, id) {
      const receipt = await findReceipt(ctx, id)
      return receipt && (await presentReceipts(ctx, [receipt]))[0]
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
  { of, collection, tag, resource, show }: Download,
  [path, kind, summary]: (typeof PATHS)[number],
): void {
  api.post<{ Params: { id: string } }>(
    `${collection}/:id/${path}`,
    { config: { resource }, schema: { tags: [tag], summary } },
    async (request, reply) => {
      const { ctx } = request
      const { id } = request.params
      const shown = await show(ctx, id)
      if (shown === undefined) throw notFound(resource)
      if (shown[`${kind === 'pdf' ? 'file' : 'xml'}_url`] !== null) return { [of]: shown }
      if (shown.file_url === null) await requestDocuments(ctx, of, [id])
      return reply.status(200).send()
    },
  )
}
