import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { readSearchTerm } from '../../platform/http/search-term.ts'
import { createFeature, deleteFeature, deletePrivilege, updateFeature } from './features.ts'
import { FeatureInput, NewFeatureInput } from './schema.ts'
import { serializeFeature } from './serialize.ts'
import { getFeatureByCode, listFeatures } from './store.ts'

const config = { resource: 'feature' }
const tags = ['Features']

/** Features and their privileges, under `/features`. */
export function featureRoutes(api: FastifyInstance): void {
  api.post(
    '/features',
    { config, schema: { tags, summary: 'Create a feature', body: Type.Object({ feature: NewFeatureInput }) } },
    async request => {
      const feature = await createFeature(request.ctx, readRoot(request.body, 'feature', NewFeatureInput))
      return { feature: serializeFeature(feature) }
    },
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/features',
    { config, schema: { tags, summary: 'List features' } },
    async request => {
      const page = readPage(request.query)
      const { features, total } = await listFeatures(request.ctx, readSearchTerm(request.query), page)
      return { features: features.map(serializeFeature), meta: pageMeta(page, total) }
    },
  )

  api.delete<{ Params: { code: string; privilege_code: string } }>(
    '/features/:code/privileges/:privilege_code',
    { config, schema: { tags, summary: 'Delete a privilege of a feature' } },
    async request => {
      const { code, privilege_code: privilegeCode } = request.params
      return { feature: serializeFeature(await deletePrivilege(request.ctx, codeOf({ code }), privilegeCode)) }
    },
  )

  routeByCode<{ Params: CodeParams }>(api, '/features', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a feature' },
    handler: async request => ({
      feature: serializeFeature(await getFeatureByCode(request.ctx, codeOf(request.params))),
    }),
  })

  routeByCode<{ Params: CodeParams }>(api, '/features', {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update a feature', body: Type.Object({ feature: FeatureInput }) },
    handler: async request => {
      const input = readRoot(request.body, 'feature', FeatureInput)
      return { feature: serializeFeature(await updateFeature(request.ctx, codeOf(request.params), input)) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, '/features', {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete a feature' },
    handler: async request => ({
      feature: serializeFeature(await deleteFeature(request.ctx, codeOf(request.params))),
    }),
  })
}
