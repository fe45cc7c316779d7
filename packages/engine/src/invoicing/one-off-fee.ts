import { type Currency, currencySubunits, type Decimal, decimal, round, truncate } from '../money/index.ts'
import { precise } from './pricing-unit.ts'

/** A fee for units of an add-on. */
export interface OneOffFee {
  readonly amountCents: bigint
  readonly preciseAmountCents: string
  /** In units of the currency. */
  readonly preciseUnitAmount: string
}

/**
 * The fee for units of an add-on, rounded half away from zero.
 *
 * @param unitAmountCents of one unit, in cents of the currency
 * @example oneOffFee(1999n, decimal('2.5'), 'EUR') // { amountCents: 4998n, preciseAmountCents: '4997.5', preciseUnitAmount: '19.99' }
 */
export function oneOffFee(unitAmountCents: bigint, units: Decimal, currency: Currency): OneOffFee {
  const amount = units.times(unitAmountCents.toString())
  return {
    amountCents: truncate(round(amount, 0)),
    preciseAmountCents: precise(amount),
    preciseUnitAmount: precise(decimal(unitAmountCents).div(currencySubunits(currency))),
  }
}
