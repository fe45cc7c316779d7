export {
  deletePaymentMethod,
  deletePaymentMethodsOf,
  findDefaultPaymentMethod,
  findDefaultPaymentMethodIds,
  findPaymentMethod,
  findPaymentMethodsByIds,
  listPaymentMethods,
  type PaymentMethod,
  recordPaymentMethod,
  setDefaultPaymentMethod,
} from './payment-methods.ts'
export type {
  Charge,
  PayerDetails,
  PaymentPage,
  PaymentProvider,
  ProviderAnswer,
  Refund,
  SavedMethod,
} from './payment-provider.ts'
export {
  findProviderCustomer,
  findProviderCustomers,
  findProviderCustomersByIds,
  hasMethodToSetUp,
  insertProviderCustomer,
  type ProviderCustomer,
  type ProviderCustomerSettings,
  settingsOf,
  updateProviderCustomer,
} from './provider-customers.ts'
export { chargesByItself, isProviderType, PROVIDER_TYPES, type ProviderType } from './provider-types.ts'
export { type Connection, findConnection, findConnectionsByIds, providerBehind } from './providers.ts'
export { PaymentMethodInput, type PaymentMethodReference, readPaymentMethod } from './reference.ts'
export { type NormalizedStatus, normalizedStatus, providerWord, refundStatus, refundWord } from './statuses.ts'
export { TEST_TOKENS, testMethod } from './test-provider.ts'
