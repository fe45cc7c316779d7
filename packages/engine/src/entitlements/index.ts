export * from './subscription-entitlement.ts'
export * from './values.ts'
