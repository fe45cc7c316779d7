import type { FastifyInstance } from 'fastify'
import { isRecord, readObject } from '../../platform/http/input.ts'
import { presentInvoice } from '../present.ts'
import { regenerateInvoice } from './regenerate.ts'
import { RegenerateInput } from './schema.ts'

/** Voided invoices that are made again. */
export function regenerationRoutes(api: FastifyInstance): void {
  const schema = { tags: ['Invoices'], summary: 'Make a voided invoice again' }
  api.post<{ Params: { id: string } }>(
    '/invoices/:id/regenerate',
    { config: { resource: 'invoice' }, schema },
    async ({ ctx, params, body }) => {
      // Without anything to change, nothing has to be said.
      const input = readObject(RegenerateInput, isRecord(body) ? body.invoice : {})
      return { invoice: await presentInvoice(ctx, await regenerateInvoice(ctx, params.id, input)) }
    },
  )
}
