export * from './currency.ts'
export * from './decimal.ts'
export * from './postgres-division.ts'
export * from './rounding.ts'
