import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { setTaxesOfMany } from '../../taxes/index.ts'
import type { Charge, ChargeFilter } from '../types.ts'

/**
 * Brings stored charges from one state to the next, with their filters and the values of these, their pricing units and
 * their taxes, in a constant number of statements. Charges and filters that are the same object in both states are left alone; those missing from the next
 * state are deleted. The values of a filter never change: a filter with other values is another filter.
 */
export async function saveCharges(ctx: Ctx, before: readonly Charge[], after: readonly Charge[]): Promise<void> {
  const known = new Set(before)
  const kept = new Set(after.map(charge => charge.id))
  await deleteCharges(
    ctx,
    before.filter(charge => !kept.has(charge.id)).map(charge => charge.id),
  )
  const touched = after.filter(charge => !known.has(charge))
  await upsertCharges(ctx, touched)
  await upsertAppliedPricingUnits(ctx, touched)
  await setTaxesOfMany(ctx, 'charge', touched)
  await saveFilters(
    ctx,
    before.filter(charge => kept.has(charge.id)),
    touched,
  )
}

/** Soft-deletes charges with their filters and the values of these. */
export async function deleteCharges(ctx: Ctx, chargeIds: readonly string[]): Promise<void> {
  if (chargeIds.length === 0) return
  const now = ctx.clock.now()
  await sql`
    update charges set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and id = any(${chargeIds}::uuid[]) and deleted_at is null`.execute(ctx.db)
  const { rows } = await sql<{ id: string }>`
    select id from charge_filters
    where organization_id = ${ctx.org.id} and charge_id = any(${chargeIds}::uuid[]) and deleted_at is null`.execute(
    ctx.db,
  )
  await deleteFilters(
    ctx,
    rows.map(row => row.id),
  )
}

async function upsertCharges(ctx: Ctx, charges: readonly Charge[]): Promise<void> {
  if (charges.length === 0) return
  const rows = charges.map(charge => ({
    id: charge.id,
    plan_id: charge.planId,
    billable_metric_id: charge.metric.id,
    parent_id: charge.parentId,
    code: charge.code,
    invoice_display_name: charge.invoiceDisplayName,
    charge_model: charge.chargeModel,
    properties: charge.properties,
    pay_in_advance: charge.payInAdvance,
    prorated: charge.prorated,
    invoiceable: charge.invoiceable,
    regroup_paid_fees: charge.regroupPaidFees,
    min_amount_cents: charge.minAmountCents.toString(),
    accepts_target_wallet: charge.acceptsTargetWallet,
    created_at: charge.createdAt.toString(),
  }))
  await sql`
    insert into charges (
      id, organization_id, plan_id, billable_metric_id, parent_id, code, invoice_display_name, charge_model, properties,
      pay_in_advance, prorated, invoiceable, regroup_paid_fees, min_amount_cents, accepts_target_wallet,
      created_at, updated_at
    )
    select
      id, ${ctx.org.id}, plan_id, billable_metric_id, parent_id, code, invoice_display_name, charge_model, properties,
      pay_in_advance, prorated, invoiceable, regroup_paid_fees, min_amount_cents, accepts_target_wallet,
      created_at, ${ctx.clock.now()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (
      id uuid, plan_id uuid, billable_metric_id uuid, parent_id uuid, code text, invoice_display_name text,
      charge_model text, properties jsonb, pay_in_advance boolean, prorated boolean, invoiceable boolean,
      regroup_paid_fees text, min_amount_cents bigint, accepts_target_wallet boolean, created_at timestamptz
    )
    on conflict (id) do update set
      billable_metric_id = excluded.billable_metric_id,
      code = excluded.code,
      invoice_display_name = excluded.invoice_display_name,
      charge_model = excluded.charge_model,
      properties = excluded.properties,
      pay_in_advance = excluded.pay_in_advance,
      prorated = excluded.prorated,
      invoiceable = excluded.invoiceable,
      regroup_paid_fees = excluded.regroup_paid_fees,
      min_amount_cents = excluded.min_amount_cents,
      accepts_target_wallet = excluded.accepts_target_wallet,
      updated_at = excluded.updated_at`.execute(ctx.db)
}

/** A charge never loses its pricing unit. */
async function upsertAppliedPricingUnits(ctx: Ctx, charges: readonly Charge[]): Promise<void> {
  const rows = charges.flatMap(({ id, appliedPricingUnit: applied }) =>
    applied === null
      ? []
      : [
          {
            charge_id: id,
            pricing_unit_id: applied.pricingUnitId,
            conversion_rate: applied.conversionRate.toFixed(),
          },
        ],
  )
  if (rows.length === 0) return
  const now = ctx.clock.now()
  await sql`
    insert into applied_pricing_units (
      charge_id, organization_id, pricing_unit_id, conversion_rate, created_at, updated_at
    )
    select charge_id, ${ctx.org.id}, pricing_unit_id, conversion_rate, ${now}, ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (
      charge_id uuid, pricing_unit_id uuid, conversion_rate numeric
    )
    on conflict (charge_id) do update set
      conversion_rate = excluded.conversion_rate,
      updated_at = excluded.updated_at`.execute(ctx.db)
}

interface OwnedFilter {
  readonly charge: Charge
  readonly filter: ChargeFilter
}

/** `before` are the earlier states of the charges in `after`, among others. */
async function saveFilters(ctx: Ctx, before: readonly Charge[], after: readonly Charge[]): Promise<void> {
  const changed = new Set(after.map(charge => charge.id))
  const old = before.filter(charge => changed.has(charge.id)).flatMap(charge => charge.filters)
  const next = after.flatMap(charge => charge.filters.map((filter): OwnedFilter => ({ charge, filter })))
  const oldIds = new Set(old.map(filter => filter.id))
  const nextIds = new Set(next.map(({ filter }) => filter.id))
  const untouched = new Set(old)
  await deleteFilters(
    ctx,
    old.filter(filter => !nextIds.has(filter.id)).map(filter => filter.id),
  )
  await upsertFilters(
    ctx,
    next.filter(({ filter }) => !untouched.has(filter)),
  )
  await insertFilterValues(
    ctx,
    next.filter(({ filter }) => !oldIds.has(filter.id)),
  )
}

/** Soft-deletes charge filters and their values. */
export async function deleteFilters(ctx: Ctx, filterIds: readonly string[]): Promise<void> {
  if (filterIds.length === 0) return
  const now = ctx.clock.now()
  await sql`
    update charge_filters set deleted_at = ${now}
    where organization_id = ${ctx.org.id} and id = any(${filterIds}::uuid[]) and deleted_at is null`.execute(ctx.db)
  await sql`
    update charge_filter_values set deleted_at = ${now}
    where organization_id = ${ctx.org.id} and charge_filter_id = any(${filterIds}::uuid[]) and deleted_at is null`.execute(
    ctx.db,
  )
}

async function upsertFilters(ctx: Ctx, filters: readonly OwnedFilter[]): Promise<void> {
  if (filters.length === 0) return
  const rows = filters.map(({ charge, filter }) => ({
    id: filter.id,
    charge_id: charge.id,
    invoice_display_name: filter.invoiceDisplayName,
    properties: filter.properties,
    created_at: filter.createdAt.toString(),
    position: filter.position,
  }))
  await sql`
    insert into charge_filters (
      id, organization_id, charge_id, invoice_display_name, properties, position, created_at, updated_at
    )
    select id, ${ctx.org.id}, charge_id, invoice_display_name, properties, position, created_at, ${ctx.clock.now()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (
      id uuid, charge_id uuid, invoice_display_name text, properties jsonb, position integer, created_at timestamptz
    )
    on conflict (id) do update set
      invoice_display_name = excluded.invoice_display_name,
      properties = excluded.properties,
      position = excluded.position,
      updated_at = excluded.updated_at`.execute(ctx.db)
}

async function insertFilterValues(ctx: Ctx, filters: readonly OwnedFilter[]): Promise<void> {
  const rows = filters.flatMap(({ charge, filter }) =>
    Object.entries(filter.values).map(([key, values]) => ({
      id: newId(),
      charge_filter_id: filter.id,
      billable_metric_filter_id: charge.metric.filters.find(declared => declared.key === key)?.id,
      values,
    })),
  )
  if (rows.length === 0) return
  await sql`
    insert into charge_filter_values (
      id, organization_id, charge_filter_id, billable_metric_filter_id, values, created_at
    )
    select id, ${ctx.org.id}, charge_filter_id, billable_metric_filter_id, values, ${ctx.clock.now()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (
      id uuid, charge_filter_id uuid, billable_metric_filter_id uuid, values text[]
    )`.execute(ctx.db)
}
