import { completeInvoice } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { ComputedInvoice } from '../billing/compute.ts'

/** The same invoice while it is not known which taxes its customer pays. Fees that are on no invoice keep theirs. */
export function withoutTaxes(computed: ComputedInvoice): ComputedInvoice {
  const { assembled } = computed
  const untaxed = assembled.fees.map(fee => ({ ...fee, taxes: [] }))
  return { ...computed, assembled: { ...assembled, ...completeInvoice(untaxed) } }
}

/** Invoices whose taxes are not known show what they are for, and no total: nobody is to pay it as it is. */
export async function withholdTotals(tx: Ctx, invoiceIds: readonly string[]): Promise<void> {
  if (invoiceIds.length === 0) return
  await tx.db
    .updateTable('invoices')
    .set({
      tax_status: 'pending',
      taxes_amount_cents: 0n,
      taxes_rate: 0,
      sub_total_including_taxes_amount_cents: 0n,
      total_amount_cents: 0n,
      payment_status: 'pending',
    })
    .where('organization_id', '=', tx.org.id)
    .where(anyOf('id', invoiceIds))
    .execute()
}
