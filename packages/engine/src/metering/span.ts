import { countDays } from '../calendar/index.ts'

/** The part of a period that usage is told for, and what it is a part of. */
export interface UsageSpan {
  readonly from: Temporal.Instant
  /** The last instant. */
  readonly to: Temporal.Instant
  /** Days of the full period, whatever part of it the span covers. */
  readonly fullDays: number
  /** Of the customer. */
  readonly timeZone: string
  /** Whether an upgrade ended the subscription: the last day then belongs to the next one. */
  readonly endedByUpgrade: boolean
}

/** The days of a span that count: after an upgrade, the last one does not. */
export function spanDays({ from, to, timeZone, endedByUpgrade }: UsageSpan): number {
  const days = countDays(from, to, timeZone)
  return endedByUpgrade ? Math.max(days - 1, 0) : days
}

/** Days of the span over days of the full period: a double, as which it is used in its shortest decimal form. */
export function spanRatio(span: UsageSpan): number {
  return spanDays(span) / span.fullDays
}
