export {
  type ChargeModel,
  type ChargeModelName,
  isChargeModelName,
  parseChargeModel,
  price,
} from './charge-model.ts'
export type { AmountDetails, ChargeProperties, Price, PricedUsage } from './charge-model-definition.ts'
export { pricingGroupKeys } from './group-keys.ts'
export * from './validation.ts'
