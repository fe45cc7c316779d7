import { decimal, formatDecimal } from '../../src/money/index.ts'
import type { ChargeModelName, ChargeProperties } from '../../src/pricing/index.ts'
import { parseChargeModel, price } from '../../src/pricing/index.ts'

/** `0-100 @0.10 +5` is a tier from 0 to 100 at 0.10 a unit with a flat amount of 5; `101-*` has no end. */
export function tiers(...texts: string[]): object[] {
  return texts.map(text => {
    const [, from = '', to = '', amount = '', flat = '0'] =
      /^([\d.]+)-([\d.]+|\*) @([\d.]+)(?: \+([\d.]+))?$/.exec(text) ?? []
    return {
      from_value: Number(from),
      to_value: to === '*' ? null : Number(to),
      per_unit_amount: amount,
      flat_amount: flat,
    }
  })
}

/** The same for percentages: `1001-* @1.5 +4`. */
export function percentageTiers(...texts: string[]): object[] {
  return tiers(...texts).map(tier => {
    const { per_unit_amount: rate, ...others } = tier as { per_unit_amount: string }
    return { ...others, rate }
  })
}

/** What some units cost, with decimals as text. */
export function priced(model: ChargeModelName, properties: ChargeProperties, units: string | number) {
  const { amount, unitAmount, amountDetails } = price(
    parseChargeModel(model, properties),
    {
      units: decimal(units),
      eventsCount: 1,
    },
    'USD',
  )
  return { amount: formatDecimal(amount), unitAmount: unitAmount.toDecimalPlaces(15).toFixed(), amountDetails }
}

export function amountOf(model: ChargeModelName, properties: ChargeProperties, units: string | number): number {
  return Number(priced(model, properties, units).amount)
}
