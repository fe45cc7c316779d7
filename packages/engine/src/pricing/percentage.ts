import type { Decimal } from '../money/index.ts'
import { decimal, formatDecimal, ZERO } from '../money/index.ts'
import type {
  AmountDetails,
  ChargeModelDefinition,
  ChargeProperties,
  PricedUsage,
  PropertyProblem,
} from './charge-model-definition.ts'
import { amountProblems, parseAmount, perUnit, requireAmount, shownUnits } from './charge-model-definition.ts'
import { type Allowance, freeOf, type RunningTotal } from './running-total.ts'

/** A share of the units, which are money, and a fixed amount for each event, of which some may be free. */
export interface PercentageProperties {
  /** In percent. */
  readonly rate: Decimal
  /** For each event that is not free. */
  readonly fixedAmount: Decimal
  readonly allowance: Allowance
  /** The least and the most that one event costs; null for no bound. */
  readonly minAmount: Decimal | null
  readonly maxAmount: Decimal | null
}

const MIN = 'per_transaction_min_amount'
const MAX = 'per_transaction_max_amount'

export const percentage: ChargeModelDefinition<PercentageProperties> = {
  propertyKeys: ['rate', 'fixed_amount', 'free_units_per_events', 'free_units_per_total_aggregation', MIN, MAX],
  defaultProperties: { rate: '0' },

  validate: (properties, aggregationType) => [
    ...(aggregationType === 'latest_agg' ? [{ field: 'billable_metric', code: 'invalid_value' }] : []),
    ...amountProblems(properties, 'rate', 'invalid_rate'),
    ...optionalAmountProblems(properties, 'fixed_amount', 'invalid_fixed_amount'),
    ...freeEventsProblems(properties),
    ...optionalAmountProblems(
      properties,
      'free_units_per_total_aggregation',
      'invalid_free_units_per_total_aggregation',
    ),
    ...boundProblems(properties),
  ],

  parse: properties => ({
    rate: requireAmount(properties, 'rate'),
    fixedAmount: optionalAmount(properties, 'fixed_amount') ?? ZERO,
    allowance: {
      freeEvents: Number(properties.free_units_per_events ?? 0),
      freeUnits: optionalAmount(properties, 'free_units_per_total_aggregation') ?? ZERO,
    },
    minAmount: optionalAmount(properties, MIN),
    maxAmount: optionalAmount(properties, MAX),
  }),

  needs: ({ allowance, minAmount, maxAmount }) => ({
    ...(allowance.freeEvents > 0 || !allowance.freeUnits.isZero() ? { runningTotal: allowance } : {}),
    ...(minAmount !== null || maxAmount !== null ? { eventValues: true } : {}),
  }),

  price(properties, usage) {
    const plain = plainAmount(properties, usage)
    const isBounded = properties.minAmount !== null || properties.maxAmount !== null
    // A mean over time has no events to be priced one by one.
    const amount =
      isBounded && usage.eventValues !== undefined
        ? boundedAmount(properties, usage.eventValues)
        : plain.unitsAmount.plus(plain.eventsAmount)
    return {
      amount,
      unitAmount: perUnit(amount, shownUnits(usage)),
      amountDetails: amountDetails(properties, usage, plain, amount),
    }
  },

  eventDetails(including, excluding) {
    const added = (key: string) => decimal(String(including[key])).minus(String(excluding[key]))
    const details = Object.fromEntries(ADDED_BY_EVENT.map(key => [key, formatDecimal(added(key))]))
    return {
      rate: String(including.rate),
      fixed_fee_unit_amount: String(including.fixed_fee_unit_amount),
      ...details,
      free_units: formatDecimal(added('units').minus(added('paid_units'))),
    }
  },
}

/** What the details of an event charged in advance tell as the difference that it makes. */
const ADDED_BY_EVENT = [
  'units',
  'paid_units',
  'free_events',
  'paid_events',
  'fixed_fee_total_amount',
  'min_max_adjustment_total_amount',
  'per_unit_total_amount',
]

interface PlainAmount {
  readonly freeUnits: Decimal
  readonly freeEvents: number
  /** The share of the units that are not free. */
  readonly unitsAmount: Decimal
  /** The fixed amounts of the events that are not free. */
  readonly eventsAmount: Decimal
}

/**
 * The amount without bounds for single events. The free units cost no share, and the events within them no fixed amount;
 * an event that reaches the free units exactly pays.
 */
function plainAmount({ rate, fixedAmount, allowance }: PercentageProperties, usage: PricedUsage): PlainAmount {
  const { units, eventsCount } = usage
  const free = freeOf(usage.runningTotal ?? NOTHING_FREE, allowance)
  const paidUnits = units.minus(free.units)
  const isEveryEventFree = units.isZero() || free.events >= eventsCount
  return {
    freeUnits: free.units,
    freeEvents: Math.min(free.events, eventsCount),
    unitsAmount: paidUnits.isNegative() ? ZERO : paidUnits.times(rate).div(100),
    eventsAmount: isEveryEventFree ? ZERO : fixedAmount.times(eventsCount - free.events),
  }
}

const NOTHING_FREE: RunningTotal = { kind: 'sums', totals: [] }

/**
 * The amount with bounds for single events, one after another. Events are free until both the free events and the free
 * units are used up; the event that uses up the free units pays for the rest of it.
 */
function boundedAmount(properties: PercentageProperties, values: readonly Decimal[]): Decimal {
  let { freeEvents, freeUnits } = properties.allowance
  let amount = ZERO
  for (const value of values) {
    let paid = value
    if (freeEvents > 0 || freeUnits.greaterThan(0)) {
      freeEvents -= 1
      if (freeUnits.lessThanOrEqualTo(0)) continue
      if (freeUnits.greaterThan(value)) {
        freeUnits = freeUnits.minus(value)
        continue
      }
      paid = value.minus(freeUnits)
      freeUnits = ZERO
      freeEvents = 0
    }
    amount = amount.plus(eventAmount(properties, paid))
  }
  return amount
}

/** What one event costs, within the bounds. Where the bounds cross, the lower one holds. */
export function eventAmount(properties: PercentageProperties, units: Decimal): Decimal {
  const { rate, fixedAmount, minAmount, maxAmount } = properties
  const amount = units.times(rate).div(100).plus(fixedAmount)
  if (minAmount?.greaterThan(amount)) return minAmount
  return maxAmount?.lessThan(amount) ? maxAmount : amount
}

function amountDetails(
  { rate, fixedAmount }: PercentageProperties,
  { units, eventsCount }: PricedUsage,
  { freeUnits, freeEvents, unitsAmount, eventsAmount }: PlainAmount,
  amount: Decimal,
): AmountDetails {
  const paidUnits = units.minus(freeUnits)
  const paidEvents = eventsCount - freeEvents
  return {
    units: formatDecimal(units),
    free_units: formatDecimal(freeUnits),
    free_events: freeEvents,
    paid_units: formatDecimal(paidUnits.isNegative() ? ZERO : paidUnits),
    rate: formatDecimal(rate),
    per_unit_total_amount: formatDecimal(unitsAmount),
    paid_events: paidEvents,
    fixed_fee_unit_amount: formatDecimal(paidEvents > 0 ? fixedAmount : ZERO),
    fixed_fee_total_amount: formatDecimal(eventsAmount),
    min_max_adjustment_total_amount: formatDecimal(amount.minus(unitsAmount).minus(eventsAmount)),
  }
}

function optionalAmount(properties: ChargeProperties, key: string): Decimal | null {
  return isAbsent(properties[key]) ? null : requireAmount(properties, key)
}

function optionalAmountProblems(properties: ChargeProperties, field: string, code: string): PropertyProblem[] {
  const value = properties[field]
  return value === undefined || value === null ? [] : amountProblems(properties, field, code)
}

function freeEventsProblems(properties: ChargeProperties): PropertyProblem[] {
  const field = 'free_units_per_events'
  const value = properties[field]
  if (value === undefined || value === null || (Number.isSafeInteger(value) && Number(value) > 0)) return []
  return [{ field, code: `invalid_${field}` }]
}

function boundProblems(properties: ChargeProperties): PropertyProblem[] {
  const given = [MIN, MAX].filter(field => !isAbsent(properties[field]))
  const invalid = given.flatMap(field => amountProblems(properties, field, 'invalid_amount'))
  if (invalid.length > 0) return invalid
  const [min, max] = [parseAmount(properties[MIN]), parseAmount(properties[MAX])]
  if (min === null || max === null || min.lessThanOrEqualTo(max)) return []
  return [{ field: MAX, code: 'per_transaction_max_lower_than_per_transaction_min' }]
}

/** Bounds may be left blank. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
