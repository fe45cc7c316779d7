export { bucketOfEvent, type EventBucket } from './advance-bucket.ts'
export {
  type AdvanceAggregation,
  type AdvanceEvent,
  type AdvanceSetting,
  type AdvanceUnits,
  advanceUnits,
  type RunningTotals,
} from './advance-event.ts'
export type { AdvanceTotal } from './advance-totals.ts'
export * from './aggregation.ts'
export { ALL_FILTER_VALUES, type ChargeFilter, compileBuckets, type ValuesByKey } from './buckets.ts'
export type { MeteredEvent } from './events.ts'
export * from './expression/index.ts'
export type { PresentedUnits } from './presentation.ts'
export { spanDays, type UsageSpan } from './span.ts'
export * from './usage.ts'
