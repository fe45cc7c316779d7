import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { requirePermission } from '../platform/http/authentication.ts'
import { readRoot } from '../platform/http/input.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { createExport } from './create-export.ts'
import { RESOURCE_TYPES, resourceOf } from './resources/index.ts'
import { DataExportInput } from './schema.ts'
import { serializeExport } from './serialize.ts'
import { findExport, type ListedExport, listExports } from './store.ts'

const tags = ['Data exports']
const OWN = "Weir's own: other servers do not have it."

/** An export shows what its list shows: making and finding it takes the right to read that. */
export function exportRoutes(api: FastifyInstance): void {
  api.post(
    '/data_exports',
    {
      schema: {
        tags,
        summary: 'Have a list written into a CSV file',
        description: `It is built in the background: read the export again until it is completed. ${OWN}`,
        body: Type.Object({ data_export: DataExportInput }),
      },
    },
    async ({ ctx, permissions, body }) => {
      const input = readRoot(body, 'data_export', DataExportInput)
      const id = await createExport(ctx, input, resource => requirePermission(permissions, resource, 'read'))
      return { data_export: serializeExport(ctx, await getExport(ctx, id)) }
    },
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/data_exports',
    { schema: { tags, summary: 'List exports', description: OWN } },
    async ({ ctx, permissions, query }) => {
      const page = readPage(query)
      const readable = RESOURCE_TYPES.filter(type => permissions[resourceOf(type).permission]?.includes('read'))
      const { exports, total } = await listExports(ctx, readable, page)
      return { data_exports: exports.map(row => serializeExport(ctx, row)), meta: pageMeta(page, total) }
    },
  )

  api.get<{ Params: { id: string } }>(
    '/data_exports/:id',
    {
      schema: { tags, summary: 'Read an export', description: `With the address of its file, for seven days. ${OWN}` },
    },
    async ({ ctx, permissions, params }) => {
      const row = await getExport(ctx, params.id)
      requirePermission(permissions, resourceOf(row.resource_type).permission, 'read')
      return { data_export: serializeExport(ctx, row) }
    },
  )
}

/** @throws 404 `data_export_not_found` */
async function getExport(ctx: Ctx, id: string): Promise<ListedExport> {
  const row = await findExport(ctx, id)
  if (row === undefined) throw notFound('data_export')
  return row
}
