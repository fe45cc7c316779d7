import type { FastifyInstance } from 'fastify'
import { explainFeeById, explainInvoiceById } from './explain.ts'

interface ById {
  Params: { id: string }
}

/** How amounts came about. */
export function explainRoutes(api: FastifyInstance): void {
  api.get<ById>(
    '/fees/:id/explain',
    { config: { resource: 'fee' }, schema: { tags: ['Fees'], summary: 'See how a fee was computed' } },
    async request => ({ explanation: await explainFeeById(request.ctx, request.params.id) }),
  )

  api.get<ById>(
    '/invoices/:id/explain',
    { config: { resource: 'invoice' }, schema: { tags: ['Invoices'], summary: 'See how an invoice was computed' } },
    async request => ({ explanation: await explainInvoiceById(request.ctx, request.params.id) }),
  )
}
