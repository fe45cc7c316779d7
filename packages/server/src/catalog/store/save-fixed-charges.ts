import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { FixedCharge } from '../types.ts'

/**
 * Brings the stored fixed charges of a plan from one state to the next, with their taxes, in a constant number of
 * statements. Those that are the same object in both states are left alone; those missing from the next are deleted.
 */
export async function saveFixedCharges(
  ctx: Ctx,
  before: readonly FixedCharge[],
  after: readonly FixedCharge[],
): Promise<void> {
  const known = new Set(before)
  const kept = new Set(after.map(one => one.id))
  await deleteFixedCharges(
    ctx,
    before.filter(one => !kept.has(one.id)).map(one => one.id),
  )
  const touched = after.filter(one => !known.has(one))
  await upsertFixedCharges(ctx, touched)
  await linkTaxes(ctx, touched)
}

async function deleteFixedCharges(ctx: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const now = ctx.clock.now()
  await sql`
    update fixed_charges set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and id = any(${ids}::uuid[]) and deleted_at is null`.execute(ctx.db)
}

async function upsertFixedCharges(ctx: Ctx, fixedCharges: readonly FixedCharge[]): Promise<void> {
  if (fixedCharges.length === 0) return
  const rows = fixedCharges.map(one => ({
    id: one.id,
    plan_id: one.planId,
    add_on_id: one.addOn.id,
    parent_id: one.parentId,
    code: one.code,
    invoice_display_name: one.invoiceDisplayName,
    charge_model: one.chargeModel,
    properties: one.properties,
    pay_in_advance: one.payInAdvance,
    prorated: one.prorated,
    units: one.units,
    created_at: one.createdAt.toString(),
  }))
  await sql`
    insert into fixed_charges (
      id, organization_id, plan_id, add_on_id, parent_id, code, invoice_display_name, charge_model, properties,
      pay_in_advance, prorated, units, created_at, updated_at
    )
    select
      id, ${ctx.org.id}, plan_id, add_on_id, parent_id, code, invoice_display_name, charge_model, properties,
      pay_in_advance, prorated, units, created_at, ${ctx.clock.now()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (
      id uuid, plan_id uuid, add_on_id uuid, parent_id uuid, code text, invoice_display_name text, charge_model text,
      properties jsonb, pay_in_advance boolean, prorated boolean, units numeric, created_at timestamptz
    )
    on conflict (id) do update set
      code = excluded.code,
      invoice_display_name = excluded.invoice_display_name,
      charge_model = excluded.charge_model,
      properties = excluded.properties,
      units = excluded.units,
      updated_at = excluded.updated_at`.execute(ctx.db)
}

async function linkTaxes(ctx: Ctx, fixedCharges: readonly FixedCharge[]): Promise<void> {
  if (fixedCharges.length === 0) return
  const ids = fixedCharges.map(one => one.id)
  const links = fixedCharges.flatMap(one => one.taxes.map(tax => ({ fixed_charge_id: one.id, tax_id: tax.id })))
  await sql`
    with links as (
      select * from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as rows (fixed_charge_id uuid, tax_id uuid)
    ), taken_away as (
      delete from fixed_charges_taxes as given
      where given.organization_id = ${ctx.org.id}
        and given.fixed_charge_id = any(${ids}::uuid[])
        and not exists (
          select from links where links.fixed_charge_id = given.fixed_charge_id and links.tax_id = given.tax_id
        )
    )
    insert into fixed_charges_taxes (fixed_charge_id, tax_id, organization_id, created_at)
    select fixed_charge_id, tax_id, ${ctx.org.id}, ${ctx.clock.now()}
    from links
    on conflict do nothing`.execute(ctx.db)
}
