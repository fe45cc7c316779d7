import type { Currency, Decimal } from '../money/index.ts'
import { ZERO } from '../money/index.ts'
import { type ChargeModel, type ChargeModelName, chargeModels, neededUsage, price } from './charge-model.ts'
import type { AmountDetails, Price, PricedUsage } from './charge-model-definition.ts'
import { eventAmount } from './percentage.ts'
import { withNext } from './running-total.ts'

/** What one event adds to usage. */
export interface AddedUsage {
  /** The units it is charged for: 0 where it uses again what others freed. */
  readonly units: Decimal
  /** Whether the event is the last one of the usage: where filters overlap, another one may have it. */
  readonly isCounted: boolean
  /** What the event says that it costs, in cents; absent where nobody asked. */
  readonly preciseTotalAmountCents?: Decimal
}

export interface EventPrice {
  /** In units of the currency, not rounded. Negative only where more usage costs less. */
  readonly amount: Decimal
  readonly amountDetails: AmountDetails
}

/**
 * Whether an event costs the same whatever usage came before it: that usage then need not be known.
 *
 * @example costsTheSameAlways(parseChargeModel('standard', { amount: '2' })) // true
 */
export function costsTheSameAlways({ model }: ChargeModel): boolean {
  return chargeModels[model].isLinear === true
}

/**
 * What one event costs: the price of the usage with it, less the price of the usage without it. In tiers, the flat amount of
 * the first one is due with the first units, not before. Free units are those that the usage with the event has.
 *
 * @param usage with the event, which is the last one of it if it counts it
 * @example
 * // 60 of 120 units are from this event, 100 are free: (120 - 100) × 2.5 % + 0.30 - 0
 * priceOfEvent(percentage, { units: 120, eventsCount: 2, runningTotal: sums(60, 120) }, { units: 60, isCounted: true }, 'USD').amount // 0.8
 */
export function priceOfEvent<Name extends ChargeModelName>(
  chargeModel: ChargeModel<Name>,
  usage: PricedUsage,
  added: AddedUsage,
  currency: Currency,
): EventPrice {
  const definition = chargeModels[chargeModel.model]
  const before = withoutEvent(usage, added)
  const including = definition.price(chargeModel.properties, usage, currency)
  const excluding = definition.startsFree && before.units.isZero() ? NOTHING : price(chargeModel, before, currency)
  return {
    amount: including.amount.minus(excluding.amount),
    amountDetails: definition.eventDetails?.(including.amountDetails, excluding.amountDetails) ?? {},
  }
}

/** An event that is not part of the usage yet. */
export interface NextEvent extends Omit<AddedUsage, 'isCounted'> {
  /** What it stands for among the events of a period: its value, or one unit where values or events are counted. */
  readonly value: Decimal
}

/**
 * What an event would cost if it came now. Unlike with an event that came, what is due without any usage is not part of it.
 *
 * @param usage before the event
 */
export function priceOfNextEvent<Name extends ChargeModelName>(
  chargeModel: ChargeModel<Name>,
  usage: PricedUsage,
  next: NextEvent,
  currency: Currency,
): Decimal {
  const { runningTotal: allowance } = neededUsage(chargeModel)
  const including: PricedUsage = {
    units: usage.units.plus(next.units),
    eventsCount: usage.eventsCount + 1,
    ...(usage.runningTotal !== undefined &&
      allowance !== undefined && { runningTotal: withNext(usage.runningTotal, next, allowance) }),
    ...(usage.eventValues !== undefined && { eventValues: [...usage.eventValues, next.value] }),
    ...(usage.preciseTotalAmountCents !== undefined && {
      preciseTotalAmountCents: usage.preciseTotalAmountCents.plus(next.preciseTotalAmountCents ?? 0),
    }),
  }
  const excluding = withoutEvent(including, { ...next, isCounted: true })
  return price(chargeModel, including, currency).amount.minus(price(chargeModel, excluding, currency).amount)
}

/**
 * What an event would cost if there were no other usage and nothing were free, in units of the currency, not rounded. Null
 * for models whose events have no price of their own.
 *
 * @example priceAlone(parseChargeModel('percentage', { rate: '1.9', fixed_amount: '0.10' }), decimal(37)) // 0.803
 */
export function priceAlone(chargeModel: ChargeModel, units: Decimal): Decimal | null {
  switch (chargeModel.model) {
    case 'standard':
      return units.times(chargeModel.properties.amount)
    case 'percentage':
      return eventAmount(chargeModel.properties, units)
    default:
      return null
  }
}

const NOTHING: Pick<Price, 'amount' | 'amountDetails'> = { amount: ZERO, amountDetails: {} }

/** Which units are free is left as it is with the event. */
function withoutEvent(usage: PricedUsage, { units, isCounted, preciseTotalAmountCents }: AddedUsage): PricedUsage {
  return {
    units: usage.units.minus(units),
    eventsCount: usage.eventsCount - 1,
    ...(usage.runningTotal !== undefined && { runningTotal: usage.runningTotal }),
    ...(usage.eventValues !== undefined && {
      eventValues: isCounted ? usage.eventValues.slice(0, -1) : usage.eventValues,
    }),
    ...(usage.preciseTotalAmountCents !== undefined && {
      preciseTotalAmountCents: usage.preciseTotalAmountCents.minus(preciseTotalAmountCents ?? 0),
    }),
  }
}
