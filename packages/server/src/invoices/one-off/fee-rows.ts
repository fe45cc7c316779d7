import type { FeeTaxes, OneOffFee } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import type { AppliedTax } from '../../taxes/index.ts'
import type { NewFee } from '../billing/fee-rows.ts'
import type { Invoice } from '../store.ts'
import type { OneOffLine } from './read-fees.ts'

export interface TaxedLine {
  readonly line: OneOffLine
  readonly fee: OneOffFee
  readonly taxation: FeeTaxes<AppliedTax>
}

/** The rows of the fees of a one-off invoice. */
export function oneOffFees(tx: Ctx, invoice: Invoice, lines: readonly TaxedLine[]): NewFee[] {
  return lines.map(({ line, fee, taxation }) => {
    const id = newId()
    const row = {
      id,
      organization_id: tx.org.id,
      billing_entity_id: invoice.billing_entity_id,
      invoice_id: invoice.id,
      add_on_id: line.addOn.id,
      original_fee_id: line.originalFeeId ?? null,
      fee_type: 'add_on',
      invoice_display_name: line.name,
      description: line.description,
      amount_cents: fee.amountCents,
      amount_currency: invoice.currency,
      precise_amount_cents: fee.preciseAmountCents,
      unit_amount_cents: line.unitAmountCents,
      precise_unit_amount: fee.preciseUnitAmount,
      units: line.units.toFixed(),
      taxes_amount_cents: taxation.taxesAmountCents,
      taxes_precise_amount_cents: taxation.taxesPreciseAmountCents,
      taxes_rate: taxation.taxesRate,
      from_datetime: line.period.from,
      to_datetime: line.period.to,
      created_at: invoice.created_at,
      updated_at: invoice.created_at,
    }
    return { id, row, taxation }
  })
}
