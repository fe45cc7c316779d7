import type { FastifyInstance } from 'fastify'
import { readObject } from '../../platform/http/input.ts'
import { deletePlanMetadata, deletePlanMetadataKey, mergePlanMetadata, replacePlanMetadata } from '../plan-metadata.ts'
import { MetadataBody } from '../schema.ts'

const config = { resource: 'plan' }
const tags = ['Plans']

interface Owner {
  Params: { code: string }
}

/** The free map of a plan, under `/plans/:code/metadata`. */
export function planMetadataRoutes(api: FastifyInstance): void {
  api.post<Owner>(
    '/plans/:code/metadata',
    { config, schema: { tags, summary: "Replace a plan's metadata", body: MetadataBody } },
    async request => {
      const { metadata } = readObject(MetadataBody, request.body)
      return { metadata: await replacePlanMetadata(request.ctx, request.params.code, metadata) }
    },
  )

  api.route<Owner>({
    method: ['PATCH', 'PUT'],
    url: '/plans/:code/metadata',
    config,
    schema: { tags, summary: "Add to a plan's metadata", body: MetadataBody },
    handler: async request => {
      const { metadata } = readObject(MetadataBody, request.body)
      return { metadata: await mergePlanMetadata(request.ctx, request.params.code, metadata) }
    },
  })

  api.delete<Owner>(
    '/plans/:code/metadata',
    { config, schema: { tags, summary: "Remove a plan's metadata" } },
    async request => ({ metadata: await deletePlanMetadata(request.ctx, request.params.code) }),
  )

  api.delete<{ Params: { code: string; key: string } }>(
    '/plans/:code/metadata/:key',
    { config, schema: { tags, summary: "Remove one key of a plan's metadata" } },
    async request => ({
      metadata: await deletePlanMetadataKey(request.ctx, request.params.code, request.params.key),
    }),
  )
}
