import type { FastifyInstance } from 'fastify'
import { rehearse } from '../../platform/context.ts'
import { isRecord, readObject } from '../../platform/http/input.ts'
import { presentInvoice } from '../present.ts'
import { withoutIds } from '../without-ids.ts'
import { regenerateInvoice } from './regenerate.ts'
import { RegenerateInput } from './schema.ts'

interface ById {
  Params: { id: string }
}

/** Voided invoices that are made again. */
export function regenerationRoutes(api: FastifyInstance): void {
  const config = { resource: 'invoice' }
  const route = (summary: string) => ({ config, schema: { tags: ['Invoices'], summary } })

  api.post<ById>('/invoices/:id/regenerate', route('Make a voided invoice again'), async ({ ctx, params, body }) => ({
    invoice: await presentInvoice(ctx, await regenerateInvoice(ctx, params.id, readInput(body))),
  }))

  api.post<ById>(
    '/invoices/:id/regenerate/preview',
    route('See what a voided invoice would be if it was made again'),
    async ({ ctx, params, body }) => {
      const invoice = await rehearse(ctx, async tx =>
        presentInvoice(tx, await regenerateInvoice(tx, params.id, readInput(body))),
      )
      return { invoice: withoutIds(invoice) }
    },
  )
}

/** Without anything to change, nothing has to be said. */
function readInput(body: unknown): RegenerateInput {
  return readObject(RegenerateInput, isRecord(body) ? body.invoice : {})
}
