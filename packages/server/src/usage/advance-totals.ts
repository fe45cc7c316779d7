import type { AdvanceTotal } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { UsageQuestion } from './snapshot.ts'

interface TotalRow {
  readonly charge_id: string
  readonly charge_filter_id: string | null
  readonly grouped_by: Record<string, string | null>
  readonly current: string
  readonly max: string
  readonly max_prorated: string | null
}

/** How far the charges in advance have been billed in a running period, by charge: the last total of each group. */
export async function readAdvanceTotals(
  ctx: Ctx,
  { subscription, charges, span, running, until }: UsageQuestion,
): Promise<Map<string, AdvanceTotal[]>> {
  const ids = charges.filter(charge => charge.payInAdvance).map(charge => charge.id)
  if (running !== true || ids.length === 0) return new Map()
  const { rows } = await sql<TotalRow>`
    select distinct on (charge_id, charge_filter_id, grouped_by)
      charge_id, charge_filter_id, grouped_by, current, max, max_prorated
    from advance_totals
    where organization_id = ${ctx.org.id}
      and external_subscription_id = ${subscription.externalId}
      and charge_id = any(${ids}::uuid[])
      and timestamp >= ${span.from}
      and timestamp <= ${until ?? span.to}
    order by charge_id, charge_filter_id, grouped_by, timestamp desc, created_at desc, id desc`.execute(ctx.db)
  const byCharge = Map.groupBy(rows, row => row.charge_id)
  return new Map([...byCharge].map(([chargeId, totals]) => [chargeId, totals.map(toTotal)]))
}

function toTotal(row: TotalRow): AdvanceTotal {
  return {
    filterId: row.charge_filter_id,
    groupedBy: row.grouped_by,
    current: row.current,
    max: row.max,
    maxProrated: row.max_prorated,
  }
}
