import type { FastifyInstance } from 'fastify'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { getSecurityLog, listSecurityLogs, readSecurityFilters, serializeSecurityLog } from './list.ts'

export function securityLogRoutes(api: FastifyInstance): void {
  const config = { resource: 'security_log' }
  const tags = ['Security logs']

  api.get<{ Querystring: Record<string, unknown> }>(
    '/security_logs',
    { config, schema: { tags, summary: 'List changes of settings, keys and users' } },
    async ({ ctx, query }) => {
      const page = readPage(query)
      const { rows, total } = await listSecurityLogs(ctx, readSecurityFilters(query), page)
      return { security_logs: rows.map(serializeSecurityLog), meta: pageMeta(page, total) }
    },
  )

  api.get<{ Params: { log_id: string } }>(
    '/security_logs/:log_id',
    { config, schema: { tags, summary: 'Read a security event' } },
    async ({ ctx, params }) => ({ security_log: serializeSecurityLog(await getSecurityLog(ctx, params.log_id)) }),
  )
}
