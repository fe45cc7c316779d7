import { type Selectable, sql } from 'kysely'
import { atOnce, type Ctx } from '../../platform/context.ts'
import { namedLike } from '../../platform/db/search.ts'
import type { BillableMetrics } from '../../platform/db/types.ts'
import type { Page } from '../../platform/http/pagination.ts'
import type { AggregationType, BillableMetric, MetricFilter, RoundingFunction } from '../types.ts'
import { deleteCharges } from './save-charges.ts'

type MetricRow = Selectable<BillableMetrics>
type RowWithFilters = MetricRow & { readonly filters: readonly MetricFilter[] }

/** A metric that is not deleted. */
export async function findMetricByCode(ctx: Ctx, code: string): Promise<BillableMetric | undefined> {
  const row = await withFilters(ctx).where('code', '=', code).where('deleted_at', 'is', null).executeTakeFirst()
  return row && toMetric(row)
}

/** Metrics that are not deleted, by code; unknown codes are left out. One query. */
export async function findMetricsByCodes(ctx: Ctx, codes: readonly string[]): Promise<Map<string, BillableMetric>> {
  if (codes.length === 0) return new Map()
  const rows = await withFilters(ctx)
    .where(sql<boolean>`code = any(${codes}::text[])`)
    .where('deleted_at', 'is', null)
    .execute()
  return new Map(rows.map(row => [row.code, toMetric(row)]))
}

/** As {@link findMetricByCode}; nobody else changes the metric until the transaction ends. */
export async function lockMetricByCode(ctx: Ctx, code: string): Promise<BillableMetric | undefined> {
  const row = await ctx.db
    .selectFrom('billable_metrics')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('code', '=', code)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  // In a statement of its own: whoever had the lock may have changed the filters, which this one does not see.
  return row && (await getMetrics(ctx, [row.id]))[0]
}

/** Metrics by id, deleted ones too; in no particular order, unknown ids left out. One query. */
export async function getMetrics(ctx: Ctx, ids: readonly string[]): Promise<BillableMetric[]> {
  if (ids.length === 0) return []
  const rows = await withFilters(ctx).where(sql<boolean>`id = any(${ids}::uuid[])`).execute()
  return rows.map(toMetric)
}

/**
 * Keeps metrics as they are until the transaction ends: neither their filters change nor are they deleted meanwhile.
 * Whoever writes charges or charge filters calls it first, so that all writers lock in the same order.
 */
export async function holdMetrics(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await sql`
    select id from billable_metrics
    where organization_id = ${ctx.org.id} and id = any(${ids}::uuid[])
    order by id
    for share`.execute(ctx.db)
}

/** A page of the kept metrics, the newest first, and how many there are in all. */
export async function listMetrics(
  ctx: Ctx,
  searchTerm: string | undefined,
  page: Page,
): Promise<{ metrics: BillableMetric[]; total: number }> {
  let kept = ctx.db
    .selectFrom('billable_metrics')
    .where('organization_id', '=', ctx.org.id)
    .where('deleted_at', 'is', null)
  if (searchTerm !== undefined) kept = kept.where(namedLike(searchTerm))
  const { total } = await kept.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await kept
    .selectAll()
    .select(FILTERS)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { metrics: rows.map(toMetric), total: Number(total) }
}

/** True when a charge of a plan uses the metric, neither of them deleted; private copies of plans count too. */
export async function isMetricAttached(ctx: Ctx, metricId: string): Promise<boolean> {
  const charge = await ctx.db
    .selectFrom('charges')
    .innerJoin('plans', 'plans.id', 'charges.plan_id')
    .select('charges.id')
    .where('charges.organization_id', '=', ctx.org.id)
    .where('charges.billable_metric_id', '=', metricId)
    .where('charges.deleted_at', 'is', null)
    .where('plans.deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return charge !== undefined
}

/**
 * The plans that have a charge on the metric. For a deleted metric, whose charges are deleted with it, the plans that had
 * one until then.
 */
export async function getPlanIdsOfMetric(ctx: Ctx, metricId: string): Promise<string[]> {
  const { rows } = await sql<{ plan_id: string }>`
    select distinct charges.plan_id
    from charges
    join billable_metrics on billable_metrics.id = charges.billable_metric_id
    where charges.organization_id = ${ctx.org.id}
      and billable_metrics.id = ${metricId}
      and charges.deleted_at is not distinct from billable_metrics.deleted_at`.execute(ctx.db)
  return rows.map(row => row.plan_id)
}

/** Creates the metric, or overwrites the one with its id; its filters are written apart. */
export async function writeMetric(ctx: Ctx, metric: BillableMetric): Promise<void> {
  const now = ctx.clock.now()
  const columns = {
    name: metric.name,
    code: metric.code,
    description: metric.description,
    aggregation_type: metric.aggregationType,
    field_name: metric.fieldName,
    recurring: metric.recurring,
    weighted_interval: metric.weightedInterval,
    rounding_function: metric.roundingFunction,
    rounding_precision: metric.roundingPrecision,
    expression: metric.expression,
    updated_at: now,
  }
  await ctx.db
    .insertInto('billable_metrics')
    .values({ id: metric.id, organization_id: ctx.org.id, created_at: metric.createdAt, ...columns })
    .onConflict(conflict => conflict.column('id').doUpdateSet(columns))
    .execute()
}

/**
 * Soft-deletes the metric, its filters, its charges on all plans with their filters, and the alerts on its usage, all at
 * the same instant.
 */
export async function deleteMetric(ctx: Ctx, metricId: string): Promise<void> {
  const tx = atOnce(ctx)
  const now = tx.clock.now()
  const { rows: charges } = await sql<{ id: string }>`
    select id from charges
    where organization_id = ${ctx.org.id} and billable_metric_id = ${metricId} and deleted_at is null`.execute(ctx.db)
  await deleteCharges(
    tx,
    charges.map(charge => charge.id),
  )
  await sql`
    update billable_metric_filters set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and billable_metric_id = ${metricId} and deleted_at is null`.execute(ctx.db)
  await sql`
    update usage_alerts set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and billable_metric_id = ${metricId} and deleted_at is null`.execute(ctx.db)
  await sql`
    update billable_metrics set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and id = ${metricId}`.execute(ctx.db)
}

/**
 * A kept metric has its kept filters. A deleted one is still told of in its last webhook, with the filters that were
 * deleted together with it.
 */
const FILTERS = sql<MetricFilter[]>`(
  select coalesce(json_agg(json_build_object('id', id, 'key', key, 'values', values) order by key collate "C"), '[]')
  from billable_metric_filters as filters
  where filters.organization_id = billable_metrics.organization_id
    and filters.billable_metric_id = billable_metrics.id
    and filters.deleted_at is not distinct from billable_metrics.deleted_at
)`.as('filters')

function withFilters(ctx: Ctx) {
  return ctx.db.selectFrom('billable_metrics').selectAll().select(FILTERS).where('organization_id', '=', ctx.org.id)
}

function toMetric(row: RowWithFilters): BillableMetric {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    description: row.description,
    aggregationType: row.aggregation_type as AggregationType,
    fieldName: row.field_name,
    recurring: row.recurring,
    weightedInterval: row.weighted_interval as 'seconds' | null,
    roundingFunction: row.rounding_function as RoundingFunction | null,
    roundingPrecision: row.rounding_precision,
    expression: row.expression,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
    filters: row.filters,
  }
}
