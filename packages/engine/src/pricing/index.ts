export {
  type ChargeModel,
  type ChargeModelName,
  isChargeModelName,
  neededUsage,
  parseChargeModel,
  price,
  projectedAmount,
} from './charge-model.ts'
export type {
  AmountDetails,
  ChargeProperties,
  Price,
  PricedUsage,
  ProratedChange,
  UsageNeeds,
} from './charge-model-definition.ts'
export {
  type AddedUsage,
  costsTheSameAlways,
  type EventPrice,
  type NextEvent,
  priceAlone,
  priceOfEvent,
  priceOfNextEvent,
} from './event-price.ts'
export { presentationGroupKeys, pricingGroupKeys } from './group-keys.ts'
export { type Allowance, type RunningTotal, runningSums } from './running-total.ts'
export * from './validation.ts'
