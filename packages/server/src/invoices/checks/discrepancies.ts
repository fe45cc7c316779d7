import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { type Page, pageMeta, readPage } from '../../platform/http/pagination.ts'
import type { MetricGauge } from '../../platform/module.ts'
import { formatInstant } from '../../platform/wire.ts'

/** What operators are alarmed by. */
export const discrepancyGauge: MetricGauge = {
  name: 'weir_invoice_discrepancies',
  help: 'Finalized invoices whose amounts do not follow from what was stored with them.',
  async read(pool) {
    const { rows } = await pool.query<{ count: number }>('select count(*)::integer as count from invoice_discrepancies')
    return rows[0]?.count ?? 0
  },
}

/** The invoices of an organization that do not add up. */
export function discrepancyRoutes(api: FastifyInstance): void {
  api.get<{ Querystring: Record<string, unknown> }>(
    '/invoice_discrepancies',
    { config: { resource: 'invoice' }, schema: { tags: ['Invoices'], summary: 'List invoices that do not add up' } },
    async ({ ctx, query }) => {
      const page = readPage(query)
      const { discrepancies, total } = await listDiscrepancies(ctx, page)
      return { discrepancies, meta: pageMeta(page, total) }
    },
  )
}

/** Latest findings first. */
async function listDiscrepancies(ctx: Ctx, page: Page) {
  const found = ctx.db
    .selectFrom('invoice_discrepancies as found')
    .innerJoin('invoices', 'invoices.id', 'found.invoice_id')
    .where('found.organization_id', '=', ctx.org.id)
  const { total } = await found.select(sql<bigint>`count(*)`.as('total')).executeTakeFirstOrThrow()
  const rows = await found
    .select(['found.invoice_id', 'invoices.number', 'found.differences', 'found.found_at'])
    .orderBy('found.found_at', 'desc')
    .orderBy('found.invoice_id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return {
    total: Number(total),
    discrepancies: rows.map(row => ({
      lago_invoice_id: row.invoice_id,
      number: row.number,
      differences: row.differences,
      found_at: formatInstant(row.found_at),
    })),
  }
}
