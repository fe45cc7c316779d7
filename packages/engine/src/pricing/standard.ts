import type { Decimal } from '../money/index.ts'
import type { ChargeModelDefinition } from './charge-model-definition.ts'
import { amountProblems, perUnit, requireAmount, shownUnits } from './charge-model-definition.ts'

/** Every unit costs the same. */
export interface StandardProperties {
  readonly amount: Decimal
}

export const standard: ChargeModelDefinition<StandardProperties> = {
  propertyKeys: ['amount'],
  isLinear: true,
  defaultProperties: { amount: '0' },

  validate: properties => amountProblems(properties, 'amount', 'invalid_amount'),

  parse: properties => ({ amount: requireAmount(properties, 'amount') }),

  price(properties, usage) {
    const amount = usage.units.times(properties.amount)
    return { amount, unitAmount: perUnit(amount, shownUnits(usage)), amountDetails: {} }
  },

  projectedAmount: ({ amount }, units) => units.times(amount),
}
