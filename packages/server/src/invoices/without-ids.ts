import type { presentInvoice } from './present.ts'

/** An invoice of a rehearsal: what is not kept has no ids and no number. */
export function withoutIds(invoice: Awaited<ReturnType<typeof presentInvoice>>) {
  return {
    ...invoice,
    lago_id: null,
    number: '',
    sequential_id: null,
    organization_sequential_id: null,
    billing_entity_sequential_id: null,
    applied_taxes: invoice.applied_taxes?.map(tax => ({ ...tax, lago_id: null, lago_invoice_id: null })),
    credits: invoice.credits.map(credit => ({
      ...credit,
      lago_id: null,
      invoice: { ...credit.invoice, lago_id: null },
    })),
    fees: invoice.fees.map(fee => ({
      ...fee,
      lago_id: null,
      lago_invoice_id: null,
      lago_true_up_fee_id: null,
      lago_true_up_parent_fee_id: null,
    })),
  }
}
