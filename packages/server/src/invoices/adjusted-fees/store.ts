import type { Adjustment } from '@weir/engine'
import type { Selectable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { AdjustedFees } from '../../platform/db/types.ts'
import type { FeeRow } from '../fees-store.ts'

export type AdjustedFeeRow = Selectable<AdjustedFees>

export async function listAdjustedFees(ctx: Ctx, invoiceId: string): Promise<AdjustedFeeRow[]> {
  return ctx.db
    .selectFrom('adjusted_fees')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('invoice_id', '=', invoiceId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** The edits of the lines of a draft, by subscription. */
export async function loadAdjustments(ctx: Ctx, invoiceId: string): Promise<Map<string, Adjustment[]>> {
  const rows = await listAdjustedFees(ctx, invoiceId)
  const bySubscription = Map.groupBy(rows, row => row.subscription_id ?? '')
  return new Map([...bySubscription].map(([id, own]) => [id, own.map(toAdjustment)]))
}

export function toAdjustment(row: AdjustedFeeRow): Adjustment {
  const { from_datetime: from, to_datetime: to } = row
  return {
    kind: row.fee_type as Adjustment['kind'],
    itemId: row.charge_id ?? row.fixed_charge_id,
    filterId: row.charge_filter_id,
    groupedBy: row.grouped_by as Adjustment['groupedBy'],
    period: from === null || to === null ? null : { from, to },
    units: row.units,
    unitPreciseAmount: row.unit_precise_amount,
    displayName: row.invoice_display_name,
  }
}

/** The line that a fee is. */
export function lineOf(fee: FeeRow): Omit<Adjustment, 'units' | 'unitPreciseAmount' | 'displayName'> {
  const { from_datetime: from, to_datetime: to } = fee
  return {
    kind: fee.fee_type as Adjustment['kind'],
    itemId: fee.charge_id ?? fee.fixed_charge_id,
    filterId: fee.charge_filter_id,
    groupedBy: fee.grouped_by,
    period: from === null || to === null ? null : { from, to },
  }
}
