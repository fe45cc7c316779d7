import { type Decimal, decimal, round, truncate, ZERO } from '../money/index.ts'

/** A tax as it is when an amount is taxed. */
export interface Tax {
  /** Unique within an organization. */
  readonly code: string
  /** Percent, without bounds. */
  readonly rate: number
}

/** What of a fee is taxed. */
export interface TaxableFee {
  readonly amountCents: bigint
  /** In plain notation, before rounding. */
  readonly preciseAmountCents: string
  /** The fee's share of coupons and of credits granted before taxes; none when left out. */
  readonly preciseCouponsAmountCents?: string
}

/** One tax on a fee. */
export interface FeeTax<T extends Tax> {
  readonly tax: T
  /** Rounded on its own: these need not add up to the taxes of the fee. */
  readonly amountCents: bigint
  readonly preciseAmountCents: string
}

export interface FeeTaxes<T extends Tax> {
  readonly taxes: readonly FeeTax<T>[]
  readonly taxesAmountCents: bigint
  readonly taxesPreciseAmountCents: string
  /** The sum of the rates, in percent. */
  readonly taxesRate: number
}

/** One tax on all fees of an invoice that carry it. */
export interface InvoiceTax<T extends Tax> {
  readonly tax: T
  readonly amountCents: bigint
  /** What is taxed, cut to whole cents. */
  readonly feesAmountCents: bigint
}

export interface InvoiceTaxes<T extends Tax> {
  readonly taxes: readonly InvoiceTax<T>[]
  readonly taxesAmountCents: bigint
  /** The average rate, weighted by what each tax is levied on; 5 decimals. */
  readonly taxesRate: number
}

/**
 * The taxes of a fee. The amount of each tax is rounded half away from zero on its own; the fee's taxes are rounded once,
 * from the sum before rounding. Amounts are products of decimals, divided and added as doubles.
 *
 * @example
 * feeTaxes({ amountCents: 105n, preciseAmountCents: '105' }, [{ code: 'a', rate: 10 }, { code: 'b', rate: 10 }, { code: 'c', rate: 10 }])
 * // taxes of 11, 11 and 11 cents; taxesAmountCents: 32n (31.5), taxesRate: 30
 */
export function feeTaxes<T extends Tax>(fee: TaxableFee, taxes: readonly T[]): FeeTaxes<T> {
  const base = subTotal(fee)
  const preciseBase = decimal(fee.preciseAmountCents).minus(fee.preciseCouponsAmountCents ?? 0)
  const levied = taxes.map(tax => ({
    tax,
    amount: percent(base.times(tax.rate)),
    precise: decimal(preciseBase.times(tax.rate).toNumber()).div(100),
  }))
  return {
    taxes: levied.map(({ tax, amount, precise }) => ({
      tax,
      amountCents: roundDouble(amount),
      preciseAmountCents: precise.toFixed(),
    })),
    taxesAmountCents: roundDouble(levied.reduce((sum, { amount }) => sum + amount, 0)),
    taxesPreciseAmountCents: levied.reduce((sum, { precise }) => sum.plus(precise), ZERO).toFixed(),
    taxesRate: taxes.reduce((sum, { rate }) => sum.plus(rate), ZERO).toNumber(),
  }
}

/**
 * The taxes of an invoice, in the order in which its fees bring them up. Each is computed from everything it is levied on,
 * not from the rounded taxes of the fees, so the two may differ by some cents, which are left undistributed.
 *
 * @param fees every fee of the invoice, untaxed ones too
 * @param subTotalCents the invoice's sub-total without taxes: what the shares of `taxesRate` refer to. When nothing is left
 * of it, fees count by their number.
 * @example
 * const vat = { code: 'vat', rate: 20 }
 * invoiceTaxes([333n, 333n, 333n].map(amountCents => ({ amountCents, taxes: [vat] })), 999n)
 * // { taxes: [{ tax: vat, amountCents: 200n, feesAmountCents: 999n }], taxesAmountCents: 200n, taxesRate: 20 }
 */
export function invoiceTaxes<T extends Tax>(
  fees: readonly (Omit<TaxableFee, 'preciseAmountCents'> & { readonly taxes: readonly T[] })[],
  subTotalCents: bigint,
): InvoiceTaxes<T> {
  const bases = new Map<string, { readonly tax: T; fees: number; base: Decimal }>()
  for (const fee of fees) {
    for (const tax of fee.taxes) {
      const taxed = bases.get(tax.code) ?? { tax, fees: 0, base: ZERO }
      bases.set(tax.code, { tax, fees: taxed.fees + 1, base: taxed.base.plus(subTotal(fee)) })
    }
  }
  const levied = [...bases.values()].map(taxed => ({ ...taxed, amount: percent(taxed.base.times(taxed.tax.rate)) }))
  const share = (taxed: { base: Decimal; fees: number }) =>
    subTotalCents > 0n ? taxed.base.div(subTotalCents.toString()) : decimal(taxed.fees).div(fees.length)
  return {
    taxes: levied.map(({ tax, base, amount }) => ({
      tax,
      amountCents: roundDouble(amount),
      feesAmountCents: truncate(base),
    })),
    taxesAmountCents: roundDouble(levied.reduce((sum, { amount }) => sum + amount, 0)),
    taxesRate: round(
      levied.reduce((sum, taxed) => sum.plus(share(taxed).times(taxed.tax.rate)), ZERO),
      5,
    ).toNumber(),
  }
}

function subTotal({ amountCents, preciseCouponsAmountCents }: Omit<TaxableFee, 'preciseAmountCents'>): Decimal {
  return decimal(amountCents).minus(preciseCouponsAmountCents ?? 0)
}

/** A hundredth, in double precision. */
function percent(product: Decimal): number {
  return product.toNumber() / 100
}

function roundDouble(value: number): bigint {
  return truncate(round(decimal(value), 0))
}
