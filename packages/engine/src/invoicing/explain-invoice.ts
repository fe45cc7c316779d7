import { decimal } from '../money/index.ts'
import { type ExplainedStep, step } from './explain-fee.ts'
import { invoiceTaxes, type Tax } from './taxes.ts'

/** An invoice as it was stored, in cents. */
export interface StoredInvoice {
  readonly fees: readonly {
    readonly amountCents: bigint
    readonly preciseCouponsAmountCents: string
    readonly taxesAmountCents: bigint
    readonly taxes: readonly Tax[]
  }[]
  readonly progressiveBillingCreditCents: bigint
  readonly couponsCents: bigint
  readonly creditNotesCents: bigint
  readonly prepaidCreditCents: bigint
  /** It collects fees that were taxed one by one. */
  readonly collectsTaxedFees: boolean
}

export interface ExplainedInvoice {
  readonly steps: readonly ExplainedStep[]
  readonly feesAmountCents: bigint
  readonly taxesAmountCents: bigint
  readonly totalAmountCents: bigint
}

/**
 * How an invoice came to its total, from what was stored: the fees, what is taken off before taxes, each tax on all that
 * carries it, what is taken off after them. Taxes are rounded once, from their sum, not from the taxes of the fees.
 */
export function explainInvoice(invoice: StoredInvoice): ExplainedInvoice {
  const fees = invoice.fees.reduce((total, fee) => total + fee.amountCents, 0n)
  const subTotal = fees - invoice.progressiveBillingCreditCents - invoice.couponsCents
  const taxation = invoiceTaxes(invoice.fees, subTotal)
  const taxes = invoice.collectsTaxedFees
    ? invoice.fees.reduce((total, fee) => total + fee.taxesAmountCents, 0n)
    : taxation.taxesAmountCents
  const total = subTotal + taxes - invoice.creditNotesCents - invoice.prepaidCreditCents
  const levied = taxation.taxes.map(({ tax, amountCents }) => {
    const base = invoice.fees
      .filter(fee => fee.taxes.some(other => other.code === tax.code))
      .reduce((rest, fee) => rest.plus(fee.amountCents.toString()).minus(fee.preciseCouponsAmountCents), decimal(0))
    const raw = base.times(tax.rate).div(100)
    return { raw, shown: step(`tax ${tax.code}`, `${base.toFixed()} × ${tax.rate} %`, raw, decimal(amountCents)) }
  })
  const taxesStep = invoice.collectsTaxedFees
    ? step('taxes', 'the taxes of the fees', decimal(taxes))
    : step(
        'taxes',
        levied.map(({ raw }) => raw.toFixed()).join(' + ') || '0',
        levied.reduce((rest, { raw }) => rest.plus(raw), decimal(0)),
        decimal(taxes),
      )
  return {
    steps: [
      step('fees', invoice.fees.map(fee => fee.amountCents).join(' + ') || '0', decimal(fees)),
      step(
        'sub_total_excluding_taxes',
        `${fees} - ${invoice.progressiveBillingCreditCents} - ${invoice.couponsCents}`,
        decimal(subTotal),
      ),
      ...(invoice.collectsTaxedFees ? [] : levied.map(({ shown }) => shown)),
      taxesStep,
      step('sub_total_including_taxes', `${subTotal} + ${taxes}`, decimal(subTotal + taxes)),
      step(
        'total',
        `${subTotal + taxes} - ${invoice.creditNotesCents} - ${invoice.prepaidCreditCents}`,
        decimal(total),
      ),
    ],
    feesAmountCents: fees,
    taxesAmountCents: taxes,
    totalAmountCents: total,
  }
}
