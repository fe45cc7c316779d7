import type { OpeningLevel } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'
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

/** A level as it was when a period was billed. */
export interface BilledLevel extends OpeningLevel {
  readonly externalSubscriptionId: string
  readonly chargeId: string
  /** Since when it has stood. */
  readonly since: Temporal.Instant
  /** The usage that was billed. */
  readonly span: { readonly from: Temporal.Instant; readonly to: Temporal.Instant }
}

/**
 * Keeps the levels that time-weighted metrics had at the end of billed periods, for the next ones to begin with. What was
 * kept of the same periods before, when a draft was computed, gives way to it.
 */
export async function keepLevels(tx: Ctx, levels: readonly BilledLevel[]): Promise<void> {
  if (levels.length === 0) return
  const texts = <Value>(value: (level: BilledLevel) => Value) => levels.map(value)
  await sql`
    delete from weighted_levels
    using unnest(
      ${texts(level => level.externalSubscriptionId)}::text[],
      ${texts(level => level.chargeId)}::uuid[],
      ${texts(level => level.span.from.toString())}::timestamptz[],
      ${texts(level => level.span.to.toString())}::timestamptz[]
    ) as billed (external_subscription_id, charge_id, span_from, span_to)
    where weighted_levels.organization_id = ${tx.org.id}
      and weighted_levels.external_subscription_id = billed.external_subscription_id
      and weighted_levels.charge_id = billed.charge_id
      and weighted_levels.timestamp between billed.span_from and billed.span_to`.execute(tx.db)
  await sql`
    insert into weighted_levels
      (id, organization_id, external_subscription_id, charge_id, charge_filter_id, grouped_by, timestamp, level, created_at)
    select id, ${tx.org.id}, external_subscription_id, charge_id, charge_filter_id, grouped_by, timestamp, level, ${tx.clock.now()}
    from unnest(
      ${levels.map(() => newId())}::uuid[],
      ${texts(level => level.externalSubscriptionId)}::text[],
      ${texts(level => level.chargeId)}::uuid[],
      ${texts(level => level.filterId)}::uuid[],
      ${texts(level => JSON.stringify(level.groupedBy))}::jsonb[],
      ${texts(level => level.since.toString())}::timestamptz[],
      ${texts(level => level.level)}::numeric[]
    ) as level (id, external_subscription_id, charge_id, charge_filter_id, grouped_by, timestamp, level)
    on conflict do nothing`.execute(tx.db)
}
