import { currencySubunits, ZERO } from '../money/index.ts'
import type { ChargeModelDefinition } from './charge-model-definition.ts'
import { perUnit, shownUnits } from './charge-model-definition.ts'

/** Nothing of its own: each event says what it costs. */
export type DynamicProperties = Readonly<Record<string, never>>

export const dynamic: ChargeModelDefinition<DynamicProperties> = {
  propertyKeys: [],
  defaultProperties: {},
  validate: () => [],
  parse: () => ({}),
  needs: () => ({ preciseTotalAmount: true }),

  price(_, usage, currency) {
    const units = shownUnits(usage)
    const cents = usage.preciseTotalAmountCents ?? ZERO
    const amount = units.isZero() ? ZERO : cents.div(currencySubunits(currency))
    return { amount, unitAmount: perUnit(amount, units), amountDetails: {} }
  },
}
