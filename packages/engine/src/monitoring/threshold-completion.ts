/** A total of usage at which a subscription is billed, in cents; when recurring, each time that much more was used. */
export interface UsageThreshold {
  readonly id: string
  readonly amountCents: bigint
  readonly recurring: boolean
}

/** That an invoice was made because a threshold was passed. */
export interface AppliedThreshold {
  readonly thresholdId: string
  /** The lifetime usage then. */
  readonly lifetimeAmountCents: bigint
  readonly appliedAt: Temporal.Instant
}

/** How far a subscription is on its way to a threshold, from 0 to 1. */
export interface ThresholdCompletion {
  readonly amountCents: bigint
  /** A double: 1 when the threshold was reached. */
  readonly ratio: number
  readonly reachedAt: Temporal.Instant | null
}

/** Of more steps of a recurring threshold than this, only the last ones are listed. */
const MOST_STEPS = 10_000

/**
 * The thresholds of a subscription with how far it is on the way to each, ascending: fixed ones first, then the steps of a
 * recurring one, counted from the last fixed threshold, up to the first that is not reached.
 *
 * @param total lifetime usage in cents, 0 or more
 * @param thresholds positive amounts in any order, at most one recurring
 * @param now when a threshold that no invoice was made for counts as reached
 * @example
 * // fixed 6000 and 15000, recurring 5000, of 17000 used
 * // 6000: 1, 15000: 1, 20000: 0.4
 */
export function thresholdCompletions(
  total: bigint,
  thresholds: readonly UsageThreshold[],
  applied: readonly AppliedThreshold[],
  now: Temporal.Instant,
): ThresholdCompletion[] {
  const fixed = thresholds
    .filter(threshold => !threshold.recurring)
    .toSorted((a, b) => (a.amountCents < b.amountCents ? -1 : 1))
  const recurring = thresholds.find(threshold => threshold.recurring)
  const passed = fixed.filter(threshold => threshold.amountCents <= total)
  const reached = passed.map(threshold => ({
    amountCents: threshold.amountCents,
    ratio: 1,
    reachedAt: timesOf(applied, threshold).at(-1) ?? now,
  }))
  const from = passed.at(-1)?.amountCents ?? 0n
  if (passed.length === fixed.length) {
    return recurring === undefined ? reached : [...reached, ...steps(total, from, recurring, applied, now)]
  }
  const ahead = fixed.slice(passed.length).map((threshold, place) => ({
    amountCents: threshold.amountCents,
    ratio: place === 0 ? Number(total - from) / Number(threshold.amountCents - from) : 0,
    reachedAt: null,
  }))
  const beyond =
    recurring === undefined
      ? []
      : [{ amountCents: (fixed.at(-1)?.amountCents ?? 0n) + recurring.amountCents, ratio: 0, reachedAt: null }]
  return [...reached, ...ahead, ...beyond]
}

function steps(
  total: bigint,
  from: bigint,
  recurring: UsageThreshold,
  applied: readonly AppliedThreshold[],
  now: Temporal.Instant,
): ThresholdCompletion[] {
  const step = recurring.amountCents
  const count = (total - from) / step
  const listed = Array.from({ length: Math.min(Number(count), MOST_STEPS) }, (_, place) => {
    const amountCents = from + (count - BigInt(place)) * step
    const then = applied.filter(application => application.lifetimeAmountCents >= amountCents)
    return { amountCents, ratio: 1, reachedAt: timesOf(then, recurring)[0] ?? now }
  })
  const rest = (total - from) % step
  const next = { amountCents: total - rest + step, ratio: Number(rest) / Number(step), reachedAt: null }
  return [...listed.toReversed(), next]
}

/** When invoices were made for a threshold, earliest first. */
function timesOf(applied: readonly AppliedThreshold[], threshold: UsageThreshold): Temporal.Instant[] {
  return applied
    .filter(application => application.thresholdId === threshold.id)
    .map(application => application.appliedAt)
    .toSorted(Temporal.Instant.compare)
}
