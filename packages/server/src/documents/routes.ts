import type { FastifyInstance } from 'fastify'
import { findVisibleInvoice, presentInvoiceBase } from '../invoices/index.ts'
import { notFound } from '../platform/errors.ts'
import { requestDocuments } from './generate.ts'
import { listDocumentKinds } from './store.ts'

interface ById {
  Params: { id: string }
}

/** Downloads of invoices: what is not there yet is made, and a webhook tells when it is. */
export function documentRoutes(api: FastifyInstance): void {
  const config = { resource: 'invoice' }
  const download = (path: string, kind: 'pdf' | 'xml', summary: string) =>
    api.post<ById>(
      `/invoices/:id/${path}`,
      { config, schema: { tags: ['Invoices'], summary } },
      async (request, reply) => {
        const { ctx } = request
        const invoice = await findVisibleInvoice(ctx, request.params.id)
        if (invoice === undefined || invoice.status !== 'finalized') throw notFound('invoice')
        const kinds = await listDocumentKinds(ctx, invoice.id)
        if (kinds.includes(kind)) return { invoice: await presentInvoiceBase(ctx, invoice) }
        if (!kinds.includes('pdf')) await requestDocuments(ctx, [invoice.id])
        return reply.status(200).send()
      },
    )
  download('download', 'pdf', 'Download an invoice')
  download('download_pdf', 'pdf', 'Download an invoice as a PDF')
  download('download_xml', 'xml', 'Download an invoice as an e-invoice')
}
