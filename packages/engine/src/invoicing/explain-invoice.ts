import { type Decimal, decimal, round, truncate, ZERO } from '../money/index.ts'
import { type ExplainedStep, step } from './explain-fee.ts'
import { type InvoiceTax, invoiceTaxes, type Tax } from './taxes.ts'

/** Something that made an invoice smaller, in cents. */
export interface StoredReduction {
  readonly kind: 'progressive_billing' | 'coupon' | 'credit_note' | 'prepaid_credit'
  /** A code, a number or a name. */
  readonly name: string
  readonly amountCents: bigint
  /** Of a coupon that takes a share of all that is left, in percent; null of everything else, whose amount was fixed. */
  readonly rate: string | null
}

/** An invoice as it was stored, in cents. */
export interface StoredInvoice {
  readonly fees: readonly {
    readonly amountCents: bigint
    readonly preciseCouponsAmountCents: string
    readonly taxesAmountCents: bigint
    readonly taxes: readonly Tax[]
  }[]
  /** In the order they were taken off. */
  readonly reductions: readonly StoredReduction[]
  /** It collects fees that were taxed one by one. */
  readonly collectsTaxedFees: boolean
}

export interface ExplainedInvoice {
  readonly steps: readonly ExplainedStep[]
  readonly feesAmountCents: bigint
  readonly progressiveBillingCreditAmountCents: bigint
  readonly couponsAmountCents: bigint
  readonly subTotalExcludingTaxesAmountCents: bigint
  readonly taxes: readonly InvoiceTax<Tax>[]
  readonly taxesAmountCents: bigint
  readonly subTotalIncludingTaxesAmountCents: bigint
  readonly creditNotesAmountCents: bigint
  readonly prepaidCreditAmountCents: bigint
  readonly totalAmountCents: bigint
}

/**
 * How an invoice came to its total, from what was stored: the fees, what is taken off before taxes, each tax on all that
 * carries it, what is taken off after them. Taxes are rounded once, from their sum, not from the taxes of the fees.
 */
export function explainInvoice(invoice: StoredInvoice): ExplainedInvoice {
  const fees = invoice.fees.reduce((total, fee) => total + fee.amountCents, 0n)
  const discounts = takeOff(fees, invoice, 'progressive_billing', 'coupon')
  const taxation = taxSteps(invoice, discounts.left)
  const taxed = discounts.left + taxation.cents
  const credits = takeOff(taxed, invoice, 'credit_note', 'prepaid_credit')
  return {
    steps: [
      step('fees', invoice.fees.map(fee => fee.amountCents).join(' + ') || '0', decimal(fees)),
      ...discounts.steps,
      step('sub_total_excluding_taxes', difference(fees, discounts.amounts), decimal(discounts.left)),
      ...taxation.steps,
      step('sub_total_including_taxes', `${discounts.left} + ${taxation.cents}`, decimal(taxed)),
      ...credits.steps,
      step('total', difference(taxed, credits.amounts), decimal(credits.left)),
    ],
    feesAmountCents: fees,
    progressiveBillingCreditAmountCents: discounts.sums.progressive_billing,
    couponsAmountCents: discounts.sums.coupon,
    subTotalExcludingTaxesAmountCents: discounts.left,
    taxes: taxation.taxes,
    taxesAmountCents: taxation.cents,
    subTotalIncludingTaxesAmountCents: taxed,
    creditNotesAmountCents: credits.sums.credit_note,
    prepaidCreditAmountCents: credits.sums.prepaid_credit,
    totalAmountCents: credits.left,
  }
}

interface TakenOff {
  readonly steps: readonly ExplainedStep[]
  readonly amounts: readonly bigint[]
  readonly sums: Readonly<Record<StoredReduction['kind'], bigint>>
  readonly left: bigint
}

/** The reductions of some kinds, kind by kind. */
function takeOff(from: bigint, { reductions }: StoredInvoice, ...kinds: StoredReduction['kind'][]): TakenOff {
  const sums = { progressive_billing: 0n, coupon: 0n, credit_note: 0n, prepaid_credit: 0n }
  const steps: ExplainedStep[] = []
  const amounts: bigint[] = []
  let left = from
  for (const reduction of kinds.flatMap(kind => reductions.filter(one => one.kind === kind))) {
    const { cents, shown } = reductionStep(left, reduction)
    steps.push(shown)
    amounts.push(cents)
    sums[reduction.kind] += cents
    left -= cents
  }
  return { steps, amounts, sums, left }
}

function reductionStep(left: bigint, { kind, name, amountCents, rate }: StoredReduction) {
  const label = `${kind} ${name}`
  if (rate === null) return { cents: amountCents, shown: step(label, String(amountCents), decimal(amountCents)) }
  const share = decimal(left).times(rate).div(100)
  const rounded = round(share, 0)
  const cents = rounded.greaterThan(left.toString()) ? left : truncate(rounded)
  return { cents, shown: step(label, `${left} × ${decimal(rate).toFixed()} %`, share, decimal(cents)) }
}

function taxSteps({ fees, collectsTaxedFees }: StoredInvoice, subTotal: bigint) {
  if (collectsTaxedFees) {
    const cents = fees.reduce((total, fee) => total + fee.taxesAmountCents, 0n)
    return { cents, taxes: [], steps: [step('taxes', 'the taxes of the fees', decimal(cents))] }
  }
  const { taxes, taxesAmountCents: cents } = invoiceTaxes(fees, subTotal)
  const levied = taxes.map(({ tax, amountCents }) => {
    const base = fees
      .filter(fee => fee.taxes.some(other => other.code === tax.code))
      .reduce((rest, fee) => rest.plus(fee.amountCents.toString()).minus(fee.preciseCouponsAmountCents), ZERO)
    const raw = base.times(tax.rate).div(100)
    return { raw, shown: step(`tax ${tax.code}`, `${base.toFixed()} × ${tax.rate} %`, raw, decimal(amountCents)) }
  })
  const formula = levied.map(({ raw }) => raw.toFixed()).join(' + ') || '0'
  const sum = levied.reduce<Decimal>((rest, { raw }) => rest.plus(raw), ZERO)
  return { cents, taxes, steps: [...levied.map(({ shown }) => shown), step('taxes', formula, sum, decimal(cents))] }
}

function difference(from: bigint, amounts: readonly bigint[]): string {
  return [from, ...amounts].join(' - ')
}
