import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { readRoot } from '../platform/http/input.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { createEndpoint, deleteEndpoint, getEndpoint, listEndpoints, updateEndpoint } from './endpoints.ts'
import { listWebhooks, retryWebhook } from './logs.ts'
import { readLogFilters } from './read-log-filters.ts'
import { WebhookEndpointInput } from './schema.ts'
import { serializeEndpoint, serializeWebhook } from './serialize.ts'
import { encodePublicKey } from './signatures.ts'
import { loadPublicKey } from './signing-key.ts'

type Query = Record<string, unknown>

export function webhookRoutes(api: FastifyInstance): void {
  endpointRoutes(api)
  logRoutes(api)
  publicKeyRoutes(api)
}

function endpointRoutes(api: FastifyInstance): void {
  const config = { resource: 'webhook_endpoint' }
  const tags = ['Webhook endpoints']
  const body = Type.Object({ webhook_endpoint: WebhookEndpointInput })

  api.post(
    '/webhook_endpoints',
    { config, schema: { tags, summary: 'Create a webhook endpoint', body } },
    async request => {
      const input = readRoot(request.body, 'webhook_endpoint', WebhookEndpointInput)
      return { webhook_endpoint: serializeEndpoint(await createEndpoint(request.ctx, input)) }
    },
  )

  api.get<{ Querystring: Query }>(
    '/webhook_endpoints',
    { config, schema: { tags, summary: 'List webhook endpoints' } },
    async request => {
      const page = readPage(request.query)
      const { rows, total } = await listEndpoints(request.ctx, page)
      return { webhook_endpoints: rows.map(serializeEndpoint), meta: pageMeta(page, total) }
    },
  )

  api.get<{ Params: { id: string } }>(
    '/webhook_endpoints/:id',
    { config, schema: { tags, summary: 'Read a webhook endpoint' } },
    async request => ({ webhook_endpoint: serializeEndpoint(await getEndpoint(request.ctx, request.params.id)) }),
  )

  api.route<{ Params: { id: string } }>({
    method: ['PUT', 'PATCH'],
    url: '/webhook_endpoints/:id',
    config,
    schema: { tags, summary: 'Update a webhook endpoint', body },
    handler: async request => {
      const input = readRoot(request.body, 'webhook_endpoint', WebhookEndpointInput)
      return { webhook_endpoint: serializeEndpoint(await updateEndpoint(request.ctx, request.params.id, input)) }
    },
  })

  api.delete<{ Params: { id: string } }>(
    '/webhook_endpoints/:id',
    { config, schema: { tags, summary: 'Delete a webhook endpoint and its log' } },
    async request => ({ webhook_endpoint: serializeEndpoint(await deleteEndpoint(request.ctx, request.params.id)) }),
  )
}

function logRoutes(api: FastifyInstance): void {
  const config = { resource: 'webhook_endpoint' }
  const tags = ['Webhook endpoints']

  api.get<{ Params: { id: string }; Querystring: Query }>(
    '/webhook_endpoints/:id/webhooks',
    { config, schema: { tags, summary: 'List the webhooks sent to an endpoint' } },
    async request => {
      const page = readPage(request.query)
      const filters = readLogFilters(request.query)
      const { rows, total } = await listWebhooks(request.ctx, request.params.id, filters, page)
      return { webhooks: rows.map(serializeWebhook), meta: pageMeta(page, total) }
    },
  )

  api.post<{ Params: { id: string } }>(
    '/webhooks/:id/retry',
    { config, schema: { tags, summary: 'Send a webhook once more' } },
    async request => ({ webhook: serializeWebhook(await retryWebhook(request.ctx, request.params.id)) }),
  )
}

function publicKeyRoutes(api: FastifyInstance): void {
  const config = { resource: 'webhook_jwt_public_key' }
  const tags = ['Webhooks']

  api.get(
    '/webhooks/json_public_key',
    { config, schema: { tags, summary: 'Read the public key that verifies webhook signatures' } },
    async request => ({ webhook: { public_key: encodePublicKey(await loadPublicKey(request.ctx)) } }),
  )

  api.get(
    '/webhooks/public_key',
    { config, schema: { tags, summary: 'The same key as plain text', deprecated: true } },
    async (request, reply) => reply.type('text/plain').send(encodePublicKey(await loadPublicKey(request.ctx))),
  )
}
