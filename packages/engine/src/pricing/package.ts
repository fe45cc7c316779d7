import type { Decimal } from '../money/index.ts'
import { formatDecimal, ZERO } from '../money/index.ts'
import type {
  AmountDetails,
  ChargeModelDefinition,
  ChargeProperties,
  PropertyProblem,
} from './charge-model-definition.ts'
import { amountProblems, requireAmount } from './charge-model-definition.ts'

/** Units are sold in packages; a package that is begun is paid. */
export interface PackageProperties {
  /** Of one package. */
  readonly amount: Decimal
  readonly packageSize: number
  readonly freeUnits: number
}

export const packageModel: ChargeModelDefinition<PackageProperties> = {
  propertyKeys: ['amount', 'package_size', 'free_units'],
  defaultProperties: { package_size: 1, amount: '0', free_units: 0 },

  validate: properties => [
    ...amountProblems(properties, 'amount', 'invalid_amount'),
    ...integerProblems(properties, 'free_units', 0),
    ...integerProblems(properties, 'package_size', 1),
  ],

  parse: properties => ({
    amount: requireAmount(properties, 'amount'),
    packageSize: requireInteger(properties, 'package_size', 1),
    freeUnits: requireInteger(properties, 'free_units', 0),
  }),

  price(properties, { units }) {
    const paidUnits = units.minus(properties.freeUnits)
    const isPaid = paidUnits.greaterThan(0)
    const amount = amountOf(properties, paidUnits)
    return {
      amount,
      unitAmount: isPaid ? amount.div(paidUnits) : ZERO,
      amountDetails: amountDetails(properties, units, isPaid ? paidUnits : ZERO),
    }
  },

  projectedAmount: (properties, units) => amountOf(properties, units.minus(properties.freeUnits)),
}

/** The number of packages is the quotient of doubles, rounded up: what a double cannot tell from a full package is one. */
function amountOf({ amount, packageSize }: PackageProperties, paidUnits: Decimal): Decimal {
  if (!paidUnits.greaterThan(0)) return ZERO
  return amount.times(Math.ceil(paidUnits.toNumber() / packageSize))
}

function amountDetails(properties: PackageProperties, units: Decimal, paidUnits: Decimal): AmountDetails {
  const unused = units.isZero()
  return {
    free_units: formatDecimal(unused ? 0 : properties.freeUnits),
    paid_units: formatDecimal(paidUnits),
    per_package_size: unused ? 0 : properties.packageSize,
    per_package_unit_amount: formatDecimal(unused ? ZERO : properties.amount),
  }
}

function integerProblems(properties: ChargeProperties, field: string, minimum: number): PropertyProblem[] {
  return isIntegerFrom(properties[field], minimum) ? [] : [{ field, code: `invalid_${field}` }]
}

function requireInteger(properties: ChargeProperties, key: string, minimum: number): number {
  const value = properties[key]
  if (!isIntegerFrom(value, minimum)) throw new TypeError(`${key} is not an integer from ${minimum}`)
  return value
}

function isIntegerFrom(value: unknown, minimum: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum
}
