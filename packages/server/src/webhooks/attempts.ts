import type { Attempt } from './send.ts'

/** Attempts made without anybody asking for more. */
export const MOST_ATTEMPTS = 3

const SUCCESS = new Set([200, 201, 202, 204])

export function isDelivered(attempt: Attempt): boolean {
  return attempt.outcome === 'answered' && SUCCESS.has(attempt.httpStatus)
}

/**
 * Milliseconds from the n-th failed attempt to the next one: n^4 seconds, up to 15 % more at random so that messages that
 * failed together do not come back together, and 2 seconds.
 *
 * @param failures attempts that failed so far, at least 1
 * @param random from 0 to below 1
 * @example retryDelay(1, 0) // 3000
 */
export function retryDelay(failures: number, random: number): number {
  const seconds = failures ** 4
  return Math.round((seconds + random * 0.15 * seconds + 2) * 1000)
}

/** How a message stands after an attempt. */
export interface Standing {
  readonly status: 'succeeded' | 'retrying' | 'failed'
  /** Attempts that failed so far. */
  readonly retries: number
  readonly nextAttemptAt: Temporal.Instant | null
}

/**
 * Where a message stands after an attempt made now. A refused address will be refused again: it is not retried.
 *
 * @param retries attempts that failed before this one
 */
export function standingAfter(attempt: Attempt, retries: number, now: Temporal.Instant, random: number): Standing {
  if (isDelivered(attempt)) return { status: 'succeeded', retries, nextAttemptAt: null }
  const failures = retries + 1
  if (failures >= MOST_ATTEMPTS || attempt.outcome === 'refused') {
    return { status: 'failed', retries: failures, nextAttemptAt: null }
  }
  return {
    status: 'retrying',
    retries: failures,
    nextAttemptAt: now.add({ milliseconds: retryDelay(failures, random) }),
  }
}
