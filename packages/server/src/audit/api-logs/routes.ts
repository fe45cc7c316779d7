import type { FastifyInstance } from 'fastify'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { ApiLogBuffer } from './buffer.ts'
import { logApiRequests } from './hook.ts'
import { getApiLog, listApiLogs, readApiLogFilters, serializeApiLog } from './list.ts'

export function apiLogRoutes(api: FastifyInstance): void {
  const config = { resource: 'api_log' }
  const tags = ['API logs']
  const buffer = new ApiLogBuffer()
  logApiRequests(api, buffer)

  api.addHook('onClose', () => buffer.flush())

  api.get<{ Querystring: Record<string, unknown> }>(
    '/api_logs',
    { config, schema: { tags, summary: 'List the requests that changed something' } },
    async ({ ctx, query }) => {
      const page = readPage(query)
      const filters = readApiLogFilters(query)
      // Whoever asks for the log finds what this process answered before.
      await buffer.flush()
      const { rows, total } = await listApiLogs(ctx, filters, page)
      return { api_logs: rows.map(serializeApiLog), meta: pageMeta(page, total) }
    },
  )

  api.get<{ Params: { request_id: string } }>(
    '/api_logs/:request_id',
    { config, schema: { tags, summary: 'Read a request with its answer' } },
    async ({ ctx, params }) => {
      await buffer.flush()
      return { api_log: serializeApiLog(await getApiLog(ctx, params.request_id)) }
    },
  )
}
