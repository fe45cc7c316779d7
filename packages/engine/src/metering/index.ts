export * from './aggregation.ts'
export { ALL_FILTER_VALUES, type ChargeFilter, type ValuesByKey } from './buckets.ts'
export * from './usage.ts'
