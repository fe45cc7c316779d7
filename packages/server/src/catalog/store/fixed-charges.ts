import { type ChargeProperties, formatDecimal } from '@weir/engine'
import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { FixedCharges } from '../../platform/db/types.ts'
import { getTaxesOf, type Tax } from '../../taxes/index.ts'
import type { FixedCharge, FixedChargeModelName } from '../types.ts'

interface FixedChargeRow extends Selectable<FixedCharges> {
  readonly item_code: string
  readonly item_name: string
  readonly item_invoice_display_name: string | null
  readonly item_description: string | null
  readonly has_taxes: boolean
}

/** The kept fixed charges of plans, in order of creation. Two queries, however many plans; deleted add-ons still name theirs. */
export async function getFixedChargesOfPlans(ctx: Ctx, planIds: readonly string[]): Promise<FixedCharge[]> {
  if (planIds.length === 0) return []
  const { rows } = await sql<FixedChargeRow>`
    select
      fixed_charges.*,
      add_ons.code as item_code,
      add_ons.name as item_name,
      add_ons.invoice_display_name as item_invoice_display_name,
      add_ons.description as item_description,
      exists (select from fixed_charges_taxes where fixed_charge_id = fixed_charges.id) as has_taxes
    from fixed_charges
    join add_ons on add_ons.id = fixed_charges.add_on_id
    where fixed_charges.organization_id = ${ctx.org.id}
      and fixed_charges.plan_id = any(${planIds}::uuid[])
      and fixed_charges.deleted_at is null
    order by fixed_charges.created_at, fixed_charges.id`.execute(ctx.db)
  const taxes = await getTaxesOf(
    ctx,
    'fixed_charge',
    rows.filter(row => row.has_taxes).map(row => row.id),
  )
  return rows.map(row => toFixedCharge(row, taxes.get(row.id) ?? []))
}

function toFixedCharge(row: FixedChargeRow, taxes: readonly Tax[]): FixedCharge {
  return {
    id: row.id,
    planId: row.plan_id,
    parentId: row.parent_id,
    addOn: {
      id: row.add_on_id,
      code: row.item_code,
      name: row.item_name,
      invoiceDisplayName: row.item_invoice_display_name,
      description: row.item_description,
    },
    code: row.code,
    invoiceDisplayName: row.invoice_display_name,
    chargeModel: row.charge_model as FixedChargeModelName,
    properties: row.properties as ChargeProperties,
    payInAdvance: row.pay_in_advance,
    prorated: row.prorated,
    units: formatDecimal(row.units),
    taxes,
    createdAt: row.created_at,
  }
}
