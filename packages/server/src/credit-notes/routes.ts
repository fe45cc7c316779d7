import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { MetadataBody } from '../catalog/index.ts'
import { getCustomerByExternalId } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { readObject, readRoot } from '../platform/http/input.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { EmailInput } from '../platform/mail/recipients.ts'
import {
  deleteNoteMetadata,
  deleteNoteMetadataKey,
  mergeNoteMetadata,
  replaceNoteMetadata,
  updateCreditNoteByUser,
  voidCreditNoteByUser,
} from './change-credit-note.ts'
import { createCreditNote } from './create-credit-note.ts'
import { estimateCreditNote } from './estimate.ts'
import { resendCreditNote } from './resend-credit-note.ts'
import { CreditNoteInput, CreditNoteUpdateInput, EstimateInput } from './schema.ts'
import { presentCreditNote, presentCreditNotes } from './serialize.ts'
import { getCreditNote, listCreditNotes } from './store.ts'

const config = { resource: 'credit_note' }
const tags = ['Credit notes']

interface ById {
  Params: { id: string }
}
interface ByKey {
  Params: { id: string; key: string }
}
type Query = Record<string, unknown>

export function creditNoteRoutes(api: FastifyInstance): void {
  const body = Type.Object({ credit_note: CreditNoteInput })
  api.post('/credit_notes', { config, schema: { tags, summary: 'Create a credit note', body } }, async request => {
    const note = await createCreditNote(request.ctx, readRoot(request.body, 'credit_note', CreditNoteInput))
    return { credit_note: await presentCreditNote(request.ctx, note) }
  })

  api.post(
    '/credit_notes/estimate',
    { config, schema: { tags, summary: 'What a credit note could give back', body } },
    async request => {
      const input = readRoot(request.body, 'credit_note', EstimateInput)
      return { estimated_credit_note: await estimateCreditNote(request.ctx, input) }
    },
  )

  api.get<{ Querystring: Query }>(
    '/credit_notes',
    { config, schema: { tags, summary: 'List credit notes' } },
    async request => list(request.ctx, request.query),
  )

  api.get<{ Querystring: Query; Params: { external_customer_id: string } }>(
    '/customers/:external_customer_id/credit_notes',
    { config, schema: { tags, summary: 'List the credit notes of a customer' } },
    async request => {
      const customer = await getCustomerByExternalId(request.ctx, request.params.external_customer_id)
      return list(request.ctx, { ...request.query, external_customer_id: customer.external_id })
    },
  )

  api.get<ById>('/credit_notes/:id', { config, schema: { tags, summary: 'Read a credit note' } }, async request => ({
    credit_note: await presentCreditNote(request.ctx, await getCreditNote(request.ctx, request.params.id)),
  }))

  api.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/credit_notes/:id',
    config,
    schema: { tags, summary: 'Update a credit note', body: Type.Object({ credit_note: CreditNoteUpdateInput }) },
    handler: async request => {
      const input = readRoot(request.body, 'credit_note', CreditNoteUpdateInput)
      const note = await updateCreditNoteByUser(request.ctx, request.params.id, input)
      return { credit_note: await presentCreditNote(request.ctx, note) }
    },
  })

  api.put<ById>(
    '/credit_notes/:id/void',
    { config, schema: { tags, summary: 'Take back what is left of a credit note' } },
    async request => {
      const note = await voidCreditNoteByUser(request.ctx, request.params.id)
      return { credit_note: await presentCreditNote(request.ctx, note) }
    },
  )

  api.post<ById>(
    '/credit_notes/:id/resend_email',
    { config, schema: { tags, summary: 'Send a credit note by e-mail again' } },
    async (request, reply) => {
      await resendCreditNote(request.ctx, request.params.id, readObject(EmailInput, request.body))
      return reply.status(200).send()
    },
  )

  metadataRoutes(api)
}

function metadataRoutes(api: FastifyInstance): void {
  const url = '/credit_notes/:id/metadata'
  api.post<ById>(
    url,
    { config, schema: { tags, summary: "Replace a credit note's metadata", body: MetadataBody } },
    async request => {
      const { metadata } = readObject(MetadataBody, request.body)
      return { metadata: await replaceNoteMetadata(request.ctx, request.params.id, metadata) }
    },
  )

  api.route<ById>({
    method: ['PATCH', 'PUT'],
    url,
    config,
    schema: { tags, summary: "Add to a credit note's metadata", body: MetadataBody },
    handler: async request => {
      const { metadata } = readObject(MetadataBody, request.body)
      return { metadata: await mergeNoteMetadata(request.ctx, request.params.id, metadata) }
    },
  })

  api.delete<ById>(url, { config, schema: { tags, summary: "Remove a credit note's metadata" } }, async request => ({
    metadata: await deleteNoteMetadata(request.ctx, request.params.id),
  }))

  api.delete<ByKey>(
    `${url}/:key`,
    { config, schema: { tags, summary: "Remove one key of a credit note's metadata" } },
    async request => ({
      metadata: await deleteNoteMetadataKey(request.ctx, request.params.id, request.params.key),
    }),
  )
}

async function list(ctx: Ctx, query: Query) {
  const page = readPage(query)
  const { notes, total } = await listCreditNotes(ctx, query, page)
  return { credit_notes: await presentCreditNotes(ctx, notes), meta: pageMeta(page, total) }
}
