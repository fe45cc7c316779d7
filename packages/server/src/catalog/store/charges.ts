import { type ChargeModelName, type ChargeProperties, decimal } from '@weir/engine'
import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { Charges } from '../../platform/db/types.ts'
import { getTaxesOf, type Tax } from '../../taxes/index.ts'
import type { AppliedPricingUnit, BillableMetric, Charge, ChargeFilter } from '../types.ts'
import { getMetrics } from './metrics.ts'

/** A charge, and which of its rarer parts there are to be read. */
type ChargeRow = Selectable<Charges> & {
  readonly has_pricing_unit: boolean
  readonly has_taxes: boolean
}

/** The kept charges of plans, in order of creation. A constant number of queries, however many plans and charges. */
export async function getChargesOfPlans(ctx: Ctx, planIds: readonly string[]): Promise<Charge[]> {
  if (planIds.length === 0) return []
  return withParts(ctx, await keptCharges(ctx).where(sql<boolean>`plan_id = any(${planIds}::uuid[])`).execute())
}

/** Kept charges by id, in order of creation. */
export async function getCharges(ctx: Ctx, ids: readonly string[]): Promise<Charge[]> {
  if (ids.length === 0) return []
  return withParts(ctx, await keptCharges(ctx).where(sql<boolean>`id = any(${ids}::uuid[])`).execute())
}

/** The kept copies of a charge on these private plans. */
export async function getCopiesOfCharge(ctx: Ctx, chargeId: string, planIds: readonly string[]): Promise<Charge[]> {
  const rows = await keptCharges(ctx)
    .where('parent_id', '=', chargeId)
    .where(sql<boolean>`plan_id = any(${planIds}::uuid[])`)
    .execute()
  return withParts(ctx, rows)
}

/** Those of the private plans that have, or once had, a copy of a charge. */
export async function getPlansWithCopy(ctx: Ctx, chargeId: string, planIds: readonly string[]): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('charges')
    .select('plan_id')
    .where('organization_id', '=', ctx.org.id)
    .where('parent_id', '=', chargeId)
    .where(sql<boolean>`plan_id = any(${planIds}::uuid[])`)
    .execute()
  return rows.map(row => row.plan_id)
}

/** The metrics that a charge and its kept copies are on. */
export async function getMetricIdsOfCopies(ctx: Ctx, chargeId: string): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('charges')
    .select('billable_metric_id')
    .distinct()
    .where('organization_id', '=', ctx.org.id)
    .where(eb => eb.or([eb('id', '=', chargeId), eb('parent_id', '=', chargeId)]))
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map(row => row.billable_metric_id)
}

function keptCharges(ctx: Ctx) {
  return ctx.db
    .selectFrom('charges')
    .selectAll()
    .select([
      sql<boolean>`exists (select from applied_pricing_units where charge_id = charges.id)`.as('has_pricing_unit'),
      sql<boolean>`exists (select from charges_taxes where charge_id = charges.id)`.as('has_taxes'),
    ])
    .where('organization_id', '=', ctx.org.id)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
}

async function withParts(ctx: Ctx, rows: readonly ChargeRow[]): Promise<Charge[]> {
  const metrics = await getMetrics(ctx, [...new Set(rows.map(row => row.billable_metric_id))])
  const metricOf = new Map(metrics.map(metric => [metric.id, metric]))
  const ids = (having: (row: ChargeRow) => boolean) => rows.filter(having).map(row => row.id)
  const filters = await getFilters(
    ctx,
    ids(() => true),
  )
  const pricingUnits = await getAppliedPricingUnits(
    ctx,
    ids(row => row.has_pricing_unit),
  )
  const taxes = await getTaxesOf(
    ctx,
    'charge',
    ids(row => row.has_taxes),
  )
  return rows.flatMap(row => {
    const metric = metricOf.get(row.billable_metric_id)
    if (metric === undefined) return []
    return [
      toCharge(row, {
        metric,
        filters: filters.get(row.id) ?? [],
        appliedPricingUnit: pricingUnits.get(row.id) ?? null,
        taxes: taxes.get(row.id) ?? [],
      }),
    ]
  })
}

interface PricingUnitRow {
  readonly charge_id: string
  readonly pricing_unit_id: string
  readonly code: string
  readonly short_name: string
  readonly conversion_rate: string
}

/** By charge. */
async function getAppliedPricingUnits(
  ctx: Ctx,
  chargeIds: readonly string[],
): Promise<Map<string, AppliedPricingUnit>> {
  if (chargeIds.length === 0) return new Map()
  const { rows } = await sql<PricingUnitRow>`
    select applied.charge_id, applied.pricing_unit_id, units.code, units.short_name, applied.conversion_rate
    from applied_pricing_units as applied
    join pricing_units as units on units.id = applied.pricing_unit_id
    where applied.organization_id = ${ctx.org.id} and applied.charge_id = any(${chargeIds}::uuid[])`.execute(ctx.db)
  return new Map(
    rows.map(row => [
      row.charge_id,
      {
        pricingUnitId: row.pricing_unit_id,
        code: row.code,
        shortName: row.short_name,
        conversionRate: decimal(row.conversion_rate),
      },
    ]),
  )
}

interface FilterRow {
  readonly id: string
  readonly charge_id: string
  readonly invoice_display_name: string | null
  readonly properties: ChargeProperties
  readonly created_at: Temporal.Instant
  readonly position: number
  /** By the key of the metric's filter; null without any. */
  readonly values: ChargeFilter['values'] | null
}

/** By charge, in display order. */
async function getFilters(ctx: Ctx, chargeIds: readonly string[]): Promise<Map<string, ChargeFilter[]>> {
  if (chargeIds.length === 0) return new Map()
  const { rows } = await sql<FilterRow>`
    select filters.id, filters.charge_id, filters.invoice_display_name, filters.properties, filters.created_at,
      filters.position, json_object_agg(metric_filters.key, filter_values.values order by filter_values.id)
        filter (where filter_values.id is not null) as values
    from charge_filters as filters
    left join charge_filter_values as filter_values
      on filter_values.charge_filter_id = filters.id and filter_values.deleted_at is null
    left join billable_metric_filters as metric_filters on metric_filters.id = filter_values.billable_metric_filter_id
    where filters.organization_id = ${ctx.org.id}
      and filters.charge_id = any(${chargeIds}::uuid[])
      and filters.deleted_at is null
    group by filters.id
    order by filters.charge_id, filters.updated_at, filters.position, filters.id`.execute(ctx.db)
  const byCharge = Map.groupBy(rows, row => row.charge_id)
  return new Map([...byCharge].map(([chargeId, filters]) => [chargeId, filters.map(toFilter)]))
}

function toFilter(row: FilterRow): ChargeFilter {
  return {
    id: row.id,
    invoiceDisplayName: row.invoice_display_name,
    properties: row.properties,
    values: row.values ?? {},
    createdAt: row.created_at,
    position: row.position,
  }
}

interface ChargeParts {
  readonly metric: BillableMetric
  readonly filters: readonly ChargeFilter[]
  readonly appliedPricingUnit: AppliedPricingUnit | null
  readonly taxes: readonly Tax[]
}

function toCharge(row: ChargeRow, parts: ChargeParts): Charge {
  return {
    id: row.id,
    planId: row.plan_id,
    parentId: row.parent_id,
    code: row.code,
    invoiceDisplayName: row.invoice_display_name,
    chargeModel: row.charge_model as ChargeModelName,
    properties: row.properties as ChargeProperties,
    payInAdvance: row.pay_in_advance,
    prorated: row.prorated,
    invoiceable: row.invoiceable,
    regroupPaidFees: row.regroup_paid_fees as 'invoice' | null,
    minAmountCents: row.min_amount_cents,
    acceptsTargetWallet: row.accepts_target_wallet,
    createdAt: row.created_at,
    ...parts,
  }
}
