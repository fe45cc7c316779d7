import type { FastifyInstance } from 'fastify'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { getActivity, listActivities, readActivityFilters } from './list.ts'
import { serializeActivity } from './serialize.ts'

export function activityLogRoutes(api: FastifyInstance): void {
  const config = { resource: 'activity_log' }
  const tags = ['Activity logs']

  api.get<{ Querystring: Record<string, unknown> }>(
    '/activity_logs',
    { config, schema: { tags, summary: 'List what happened to customers, invoices, plans…' } },
    async ({ ctx, query }) => {
      const page = readPage(query)
      const { rows, total } = await listActivities(ctx, readActivityFilters(query), page)
      return { activity_logs: rows.map(serializeActivity), meta: pageMeta(page, total) }
    },
  )

  api.get<{ Params: { activity_id: string } }>(
    '/activity_logs/:activity_id',
    { config, schema: { tags, summary: 'Read an activity' } },
    async ({ ctx, params }) => ({ activity_log: serializeActivity(await getActivity(ctx, params.activity_id)) }),
  )
}
