import { ALL_FILTER_VALUES } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { MetricFilter } from '../types.ts'

/** Creates filters of a metric, or overwrites the values of those with their ids. */
export async function upsertMetricFilters(ctx: Ctx, metricId: string, filters: readonly MetricFilter[]): Promise<void> {
  if (filters.length === 0) return
  const now = ctx.clock.now()
  await sql`
    insert into billable_metric_filters (id, organization_id, billable_metric_id, key, values, created_at, updated_at)
    select id, ${ctx.org.id}, ${metricId}, key, values, ${now}, ${now}
    from jsonb_to_recordset(${JSON.stringify(filters)}::jsonb) as rows (id uuid, key text, values text[])
    on conflict (id) do update set values = excluded.values, updated_at = excluded.updated_at`.execute(ctx.db)
}

/** Soft-deletes filters of a metric. What charge filters have of them is trimmed apart. */
export async function deleteMetricFilters(ctx: Ctx, filterIds: readonly string[]): Promise<void> {
  if (filterIds.length === 0) return
  const now = ctx.clock.now()
  await sql`
    update billable_metric_filters set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and id = any(${filterIds}::uuid[]) and deleted_at is null`.execute(ctx.db)
}

/**
 * Takes from the charge filters what these metric filters no longer declare: values that are gone, all values of a metric
 * filter that is gone, and then the charge filters without any value left.
 */
export async function trimChargeFilters(ctx: Ctx, metricFilterIds: readonly string[]): Promise<void> {
  if (metricFilterIds.length === 0) return
  const now = ctx.clock.now()
  await sql`
    update charge_filter_values as filter_values
    set
      values = case when declared.remaining = '{}' then filter_values.values else declared.remaining end,
      deleted_at = case when declared.remaining = '{}' then ${now}::timestamptz end
    from (
      select
        used.id,
        case
          when metric_filters.deleted_at is not null then '{}'
          else array(
            select value
            from unnest(used.values) with ordinality as listed (value, place)
            where value = any(metric_filters.values)
            order by place
          )
        end as remaining
      from charge_filter_values as used
      join billable_metric_filters as metric_filters on metric_filters.id = used.billable_metric_filter_id
      where used.organization_id = ${ctx.org.id}
        and metric_filters.id = any(${metricFilterIds}::uuid[])
        and used.deleted_at is null
        and (metric_filters.deleted_at is not null or used.values <> array[${ALL_FILTER_VALUES}])
    ) as declared
    where filter_values.id = declared.id and filter_values.values <> declared.remaining`.execute(ctx.db)
  await sql`
    update charge_filters as filters
    set deleted_at = ${now}
    where filters.organization_id = ${ctx.org.id}
      and filters.deleted_at is null
      and filters.id in (
        select charge_filter_id from charge_filter_values
        where organization_id = ${ctx.org.id} and billable_metric_filter_id = any(${metricFilterIds}::uuid[])
      )
      and not exists (
        select from charge_filter_values as left_over
        where left_over.charge_filter_id = filters.id and left_over.deleted_at is null
      )`.execute(ctx.db)
}
