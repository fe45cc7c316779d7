import type { Currency, Decimal } from '../money/index.ts'
import { decimal, ZERO } from '../money/index.ts'
import type { Allowance, RunningTotal } from './running-total.ts'

/** The usage a fee is for: one bucket and group of a charge, in one period. */
export interface PricedUsage {
  /** The aggregated quantity, rounded by the metric's rounding function. May be negative. */
  readonly units: Decimal
  readonly eventsCount: number
  /** The units without regard to proration; absent where nothing is prorated. */
  readonly fullUnits?: Decimal
  /** How the total grew up to where free units end; absent where nothing is free. */
  readonly runningTotal?: RunningTotal
  /** The value of each event in order of time, for bounds per transaction. */
  readonly eventValues?: readonly Decimal[]
  /** Each change of a prorated total in order of time, as it was and weighted by the time it was in force. */
  readonly proratedChanges?: readonly ProratedChange[]
  /** The sum of the prices that came with the events, in cents, for the dynamic model. */
  readonly preciseTotalAmountCents?: Decimal
}

/** A change of a total: the units it adds or takes away, and the same weighted by the share of the period they had. */
export interface ProratedChange {
  readonly full: Decimal
  readonly prorated: Decimal
  /** From when on it counts in the period; what was carried over, from its beginning. */
  readonly at?: Temporal.Instant
  /** How many days of the period what it adds was there for. */
  readonly days?: number
}

/** What a model has to know of usage beside units and number of events. */
export interface UsageNeeds {
  readonly runningTotal?: Allowance
  readonly eventValues?: boolean
  readonly preciseTotalAmount?: boolean
}

export interface Price {
  /** In units of the currency (euros, not cents), not rounded. */
  readonly amount: Decimal
  /** The price of one unit, as the model defines it; 0 where there is nothing to divide by. */
  readonly unitAmount: Decimal
  /** How the amount came about, kept with the fee; decimals are strings. */
  readonly amountDetails: AmountDetails
}

export type AmountDetails = { readonly [key: string]: AmountDetail }
type AmountDetail = string | number | null | AmountDetails | readonly AmountDetail[]

/** The `properties` of a charge or a filter as the API takes and the database keeps them. */
export type ChargeProperties = Readonly<Record<string, unknown>>

/** What is wrong with one field of the properties. */
export interface PropertyProblem {
  readonly field: string
  readonly code: string
}

/** Everything that is particular to one charge model. */
export interface ChargeModelDefinition<Properties> {
  /** The properties it knows, besides the group keys, which every model has. */
  readonly propertyKeys: readonly string[]
  /** The properties of a charge that is created without any. */
  readonly defaultProperties: ChargeProperties
  /** @param aggregationType of the charge's metric */
  validate(properties: ChargeProperties, aggregationType: string): PropertyProblem[]
  /** @throws TypeError for properties that `validate` finds faulty */
  parse(properties: ChargeProperties): Properties
  /** Absent for models to which units and number of events are enough. */
  needs?(properties: Properties): UsageNeeds
  /** @param currency of the plan */
  price(properties: Properties, usage: PricedUsage, currency: Currency): Price
  /** Set where each unit costs the same: an event then has its price whatever came before it. */
  readonly isLinear?: true
  /** Set where an amount is due without units, which the first event that is charged in advance pays. */
  readonly startsFree?: true
  /** How the amount of an event that is charged in advance came about; `{}` where absent. */
  eventDetails?(including: AmountDetails, excluding: AmountDetails): AmountDetails
  /**
   * What a projected number of units would cost, in units of the currency; it is not 0 or less. Absent for models that look
   * at events: what they have cost so far is projected instead.
   */
  projectedAmount?(properties: Properties, units: Decimal): Decimal
}

/**
 * The widest amounts taken: 25 digits before the point is what a stored fee can hold, and more places than these would
 * be lost in computing.
 */
const AMOUNT_LIMIT = decimal('1e25')
const AMOUNT_PLACES = 40

/**
 * A price or a rate: the text of a decimal that is not negative, such as `"0"`, `"12.5"` or `"1e-3"`. A JSON number is
 * refused, it might be inexact. Null for anything else.
 */
export function parseAmount(value: unknown): Decimal | null {
  if (typeof value !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(value)) return null
  const amount = decimal(value)
  const isInBounds = amount.greaterThanOrEqualTo(0) && amount.lessThan(AMOUNT_LIMIT)
  return isInBounds && amount.decimalPlaces() <= AMOUNT_PLACES ? amount : null
}

/** The amount kept under a key of validated properties. */
export function requireAmount(properties: ChargeProperties, key: string): Decimal {
  const amount = parseAmount(properties[key])
  if (amount === null) throw new TypeError(`${key} is not an amount`)
  return amount
}

/** The problem of a field, if it does not hold an amount. */
export function amountProblems(properties: ChargeProperties, field: string, code: string): PropertyProblem[] {
  return parseAmount(properties[field]) === null ? [{ field, code }] : []
}

/** What one unit costs; 0 without units. */
export function perUnit(amount: Decimal, units: Decimal): Decimal {
  return units.isZero() ? ZERO : amount.div(units)
}

/** The units that prices are divided by and fees show: those in force, whatever part of the period they were. */
export function shownUnits({ units, fullUnits }: PricedUsage): Decimal {
  return fullUnits ?? units
}
