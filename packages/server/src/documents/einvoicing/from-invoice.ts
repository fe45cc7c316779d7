import { decimal } from '@weir/engine'
import type { InvoiceForPrint } from '../load-invoice.ts'
import { feeName } from '../printing/fee-rows.ts'
import { categoryOf, type EInvoice, plainCents, ratePartsOf } from './einvoice.ts'

const PREPAID = 'Prepaid credits'

/** An invoice as an e-invoice. */
export function einvoiceOf(print: InvoiceForPrint): EInvoice {
  const { invoice, fees, entity, customer } = print
  const isTaxable = invoice.invoice_type !== 'credit'
  const reductions = invoice.coupons_amount_cents + invoice.progressive_billing_credit_amount_cents
  const payments = [
    { code: '1', cents: invoice.total_amount_cents - invoice.total_paid_amount_cents },
    { code: '57', cents: invoice.prepaid_credit_amount_cents },
    { code: '97', cents: invoice.credit_notes_amount_cents },
  ] as const
  return {
    kind: 'invoice',
    typeCode: isTaxable ? (invoice.self_billed ? '389' : '380') : '386',
    number: invoice.number,
    issuedOn: invoice.issuing_date,
    dueOn: invoice.payment_due_date,
    currency: invoice.currency,
    notes: [`Invoice ID: ${invoice.id}`],
    purchaseOrderNumber: invoice.purchase_order_number,
    corrected: null,
    entity,
    customer,
    deliveredOn: deliveryDate(print),
    payments: payments.filter(({ cents }) => cents > 0n),
    terms: paymentTerms(print),
    parts: ratePartsOf(
      fees.map(fee => ({
        rate: fee.taxes_rate,
        amountCents: fee.amount_cents,
        reduction: decimal(fee.precise_coupons_amount_cents),
        tax: decimal(fee.taxes_precise_amount_cents),
      })),
      { reductionCents: reductions, taxesCents: invoice.taxes_amount_cents, isTaxable },
    ),
    totals: {
      lines: invoice.fees_amount_cents,
      reductions,
      exclusive: invoice.sub_total_excluding_taxes_amount_cents,
      taxes: invoice.taxes_amount_cents,
      inclusive: invoice.sub_total_including_taxes_amount_cents,
      prepaid: invoice.prepaid_credit_amount_cents + invoice.credit_notes_amount_cents,
      payable: invoice.total_amount_cents,
    },
    // The smallest first.
    lines: fees
      .toSorted((a, b) => Number(a.amount_cents - b.amount_cents))
      .map(fee => {
        const name = feeName(fee) || PREPAID
        return {
          name,
          description: fee.description || name,
          quantity: decimal(fee.units),
          price: fee.precise_unit_amount,
          amountCents: fee.amount_cents,
          category: categoryOf({ isTaxable }, fee.taxes_rate),
          rate: fee.taxes_rate,
        }
      }),
  }
}

/** The day the delivery is said to have begun. */
export function deliveryDate({ invoice, links }: Pick<InvoiceForPrint, 'invoice' | 'links'>): Temporal.PlainDate {
  const starts = links.flatMap(link => link.charges_from_datetime ?? link.from_datetime ?? [])
  const first = starts.toSorted(Temporal.Instant.compare)[0]
  return (first ?? invoice.created_at).toZonedDateTimeISO(invoice.timezone).toPlainDate()
}

function paymentTerms({ invoice }: InvoiceForPrint): string {
  const amount = (cents: bigint) => `${plainCents(cents, invoice.currency)} ${invoice.currency}`
  return [
    `Payment term ${invoice.net_payment_term} days`,
    ...(invoice.prepaid_credit_amount_cents > 0n
      ? [`Prepaid credits of ${amount(invoice.prepaid_credit_amount_cents)} were used`]
      : []),
    ...(invoice.credit_notes_amount_cents > 0n
      ? [`Credit notes of ${amount(invoice.credit_notes_amount_cents)} were used`]
      : []),
  ].join(' and ')
}
