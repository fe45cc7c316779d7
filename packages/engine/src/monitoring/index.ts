export {
  type AlertDirection,
  type AlertThreshold,
  type CrossedThreshold,
  crossedThresholds,
} from './alert-thresholds.ts'
export { type DailyUsage, type DailyUsageCharge, dailyUsageDiff } from './daily-usage-diff.ts'
export {
  type AppliedThreshold,
  type ThresholdCompletion,
  thresholdCompletions,
  type UsageThreshold,
} from './threshold-completion.ts'
export { type LifetimeAmounts, type PassedThresholds, passedUsageThresholds } from './usage-thresholds.ts'
