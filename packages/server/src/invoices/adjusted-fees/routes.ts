import type { FastifyInstance } from 'fastify'
import { rehearse } from '../../platform/context.ts'
import { readRoot } from '../../platform/http/input.ts'
import { presentFees, serializeFee } from '../serialize-fee.ts'
import { type AdjustedFee, adjustFee, listAdjustments, removeAdjustment } from './adjust-fee.ts'
import { AdjustedFeeInput } from './schema.ts'

/** Edits of the lines of drafts. */
export function adjustedFeeRoutes(api: FastifyInstance): void {
  const config = { resource: 'invoice' }
  const route = (summary: string) => ({ config, schema: { tags: ['Invoices'], summary } })

  api.get<{ Params: { id: string } }>(
    '/invoices/:id/adjusted_fees',
    route('List the edits of the lines of a draft'),
    async ({ ctx, params }) => ({ adjusted_fees: await listAdjustments(ctx, params.id) }),
  )

  api.post<{ Params: { id: string } }>(
    '/invoices/:id/adjusted_fees',
    route('Edit a line of a draft'),
    async request => {
      const input = readRoot(request.body, 'adjusted_fee', AdjustedFeeInput)
      return answer(await adjustFee(request.ctx, request.params.id, input))
    },
  )

  api.post<{ Params: { id: string } }>(
    '/invoices/:id/adjusted_fees/estimate',
    route('See what a line of a draft would be if it was edited'),
    async ({ ctx, params, body }) => {
      const input = readRoot(body, 'adjusted_fee', AdjustedFeeInput)
      const [fee] = await rehearse(ctx, async tx => {
        const { fee: edited } = await adjustFee(tx, params.id, input, { replaces: true })
        return presentFees(tx, edited === undefined ? [] : [edited])
      })
      return { adjusted_fee: { ...fee, lago_id: null, lago_adjusted_fee_id: null } }
    },
  )

  api.delete<{ Params: { id: string; edit: string } }>(
    '/invoices/:id/adjusted_fees/:edit',
    route('Take an edit of a line away'),
    async request => answer(await removeAdjustment(request.ctx, request.params.id, request.params.edit)),
  )
}

/** The fee as it is after the edit; nothing but the edit's id where the line has none without it. */
function answer({ id, fee }: AdjustedFee) {
  return { adjusted_fee: { ...(fee && serializeFee(fee)), lago_adjusted_fee_id: id } }
}
