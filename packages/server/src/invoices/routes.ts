import type { FastifyInstance } from 'fastify'
import { getCustomerByExternalId } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { forbidden, notFound } from '../platform/errors.ts'
import { pageOf, readPage, UNCOUNTED } from '../platform/http/pagination.ts'
import { formatCents } from '../platform/wire.ts'
import { getVisibleInvoice } from './actions/lock.ts'
import { finalizeDraft, refreshDraft } from './drafts/recompute.ts'
import { listInvoices, readInvoiceFilters, sumInvoices } from './list-invoices.ts'
import { presentInvoice, presentInvoiceList } from './present.ts'
import { findInvoice } from './store.ts'

type Query = Record<string, unknown>
interface ById {
  Params: { id: string }
}

export function invoiceRoutes(api: FastifyInstance): void {
  const config = { resource: 'invoice' }
  const tags = ['Invoices']

  api.get<{ Querystring: Query }>(
    '/invoices',
    { config, schema: { tags, summary: 'List invoices', description: UNCOUNTED } },
    async request => invoicePage(request.ctx, request.query),
  )

  api.get<{ Querystring: Query }>(
    '/invoice_totals',
    {
      config,
      schema: {
        tags,
        summary: 'What the invoices of a list come to',
        description: "By currency, with the filters of the list of invoices. Weir's own: other servers do not have it.",
      },
    },
    async ({ ctx, query }) => ({
      invoice_totals: (await sumInvoices(ctx, readInvoiceFilters(query))).map(totals => ({
        currency: totals.currency,
        invoices_count: formatCents(totals.count),
        total_amount_cents: formatCents(totals.total),
        voided_amount_cents: formatCents(totals.voided),
        total_paid_amount_cents: formatCents(totals.paid),
        total_due_amount_cents: formatCents(totals.due),
      })),
    }),
  )

  api.get<{ Querystring: Query; Params: { external_id: string } }>(
    '/customers/:external_id/invoices',
    { config, schema: { tags, summary: 'List the invoices of a customer' } },
    async request => {
      const customer = await getCustomerByExternalId(request.ctx, request.params.external_id)
      return invoicePage(request.ctx, { ...request.query, external_customer_id: customer.external_id })
    },
  )

  api.get<ById>('/invoices/:id', { config, schema: { tags, summary: 'Read an invoice' } }, async request => ({
    invoice: await presentInvoice(request.ctx, await getVisibleInvoice(request.ctx, request.params.id)),
  }))

  api.put<ById>(
    '/invoices/:id/refresh',
    { config, schema: { tags, summary: 'Compute a draft again' } },
    async request => {
      const invoice = await getVisibleInvoice(request.ctx, request.params.id)
      if (invoice.invoice_type !== 'subscription') throw forbidden('feature_unavailable')
      await refreshDraft(request.ctx, invoice.id)
      return { invoice: await presentInvoice(request.ctx, await getVisibleInvoice(request.ctx, invoice.id)) }
    },
  )

  api.put<ById>(
    '/invoices/:id/finalize',
    { config, schema: { tags, summary: 'Issue a draft before its grace period is over' } },
    async request => {
      const invoice = await getVisibleInvoice(request.ctx, request.params.id)
      if (invoice.status !== 'draft') throw notFound('invoice')
      if (invoice.tax_status === 'pending') throw forbidden('cannot_finalize_with_pending_taxes')
      await finalizeDraft(request.ctx, invoice.id)
      // A draft without any amount may have been closed: this answer is the last that is seen of it.
      const finalized = await findInvoice(request.ctx, invoice.id)
      return { invoice: await presentInvoice(request.ctx, finalized ?? invoice) }
    },
  )
}

async function invoicePage(ctx: Ctx, query: Query) {
  const page = readPage(query)
  const { invoices, total } = await listInvoices(ctx, readInvoiceFilters(query), page)
  const { rows, meta } = pageOf(page, invoices, total)
  return { invoices: await presentInvoiceList(ctx, rows), meta }
}
