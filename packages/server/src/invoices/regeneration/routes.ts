import type { FastifyInstance } from 'fastify'
import { rehearse } from '../../platform/context.ts'
import { isRecord, readObject } from '../../platform/http/input.ts'
import { presentInvoice } from '../present.ts'
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

/** What is not kept has no ids and no number. */
function withoutIds(invoice: Awaited<ReturnType<typeof presentInvoice>>) {
  return {
    ...invoice,
    lago_id: null,
    number: '',
    sequential_id: null,
    organization_sequential_id: null,
    billing_entity_sequential_id: null,
    applied_taxes: invoice.applied_taxes?.map(tax => ({ ...tax, lago_id: null, lago_invoice_id: null })),
    credits: invoice.credits.map(credit => ({
      ...credit,
      lago_id: null,
      invoice: { ...credit.invoice, lago_id: null },
    })),
    fees: invoice.fees.map(fee => ({
      ...fee,
      lago_id: null,
      lago_invoice_id: null,
      lago_true_up_fee_id: null,
      lago_true_up_parent_fee_id: null,
    })),
  }
}
