import type { OpeningLevel } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { UsageQuestion } from './snapshot.ts'

interface LevelRow {
  readonly charge_id: string
  readonly charge_filter_id: string | null
  readonly grouped_by: Record<string, string | null>
  readonly level: string
}

/** The levels of time-weighted metrics as they were when the period before was billed, by charge: the last of each group. */
export async function readOpeningLevels(
  ctx: Ctx,
  { subscription, charges, span }: UsageQuestion,
): Promise<Map<string, OpeningLevel[]>> {
  const ids = charges
    .filter(({ metric }) => metric.recurring && metric.aggregationType === 'weighted_sum_agg')
    .map(charge => charge.id)
  if (ids.length === 0) return new Map()
  const { rows } = await sql<LevelRow>`
    select distinct on (charge_id, charge_filter_id, grouped_by) charge_id, charge_filter_id, grouped_by, level
    from weighted_levels
    where organization_id = ${ctx.org.id}
      and external_subscription_id = ${subscription.externalId}
      and charge_id = any(${ids}::uuid[])
      and timestamp < ${span.from}
    order by charge_id, charge_filter_id, grouped_by, timestamp desc, created_at desc`.execute(ctx.db)
  const byCharge = Map.groupBy(rows, row => row.charge_id)
  return new Map([...byCharge].map(([chargeId, levels]) => [chargeId, levels.map(toLevel)]))
}

function toLevel(row: LevelRow): OpeningLevel {
  return { filterId: row.charge_filter_id, groupedBy: row.grouped_by, level: row.level }
}
