import type { Logger } from 'pino'
import type { Ctx, Db } from '../context.ts'

/** Minutes of the hour (UTC) at which a clock task ticks. */
export type Schedule =
  | { readonly everyMinutes: 1 | 5 | 15 }
  | { readonly minute: number }
  | { readonly dailyAtHour: number }

/**
 * For whom a clock task runs: one organization at its test time, or all organizations that live in real time
 * (`organizationId` null). An organization whose clock is steered is never touched by the real ticks.
 */
export interface ClockScope {
  readonly db: Db
  readonly now: Temporal.Instant
  readonly organizationId: string | null
  readonly config: Ctx['config']
  readonly log: Logger
}

/** Work that time causes. It finds what is due by an index and only enqueues jobs; running it twice changes nothing. */
export interface ClockTask {
  readonly name: string
  readonly schedule: Schedule
  /** The earliest instant at which this organization has something for the task to do; null when nothing is planned. */
  nextDue(ctx: Ctx): Promise<Temporal.Instant | null>
  run(scope: ClockScope): Promise<void>
}

export function cronExpression(schedule: Schedule): string {
  if ('everyMinutes' in schedule) return `*/${schedule.everyMinutes} * * * *`
  if ('minute' in schedule) return `${schedule.minute} * * * *`
  return `0 ${schedule.dailyAtHour} * * *`
}

const MINUTE = 60_000n * 1_000_000n
const HOUR = 60n * MINUTE
const DAY = 24n * HOUR

/**
 * The first tick of the schedule at or after an instant.
 *
 * @example firstTick({ minute: 10 }, Temporal.Instant.from('2026-07-01T04:00:00Z')) // 04:10
 */
export function firstTick(schedule: Schedule, from: Temporal.Instant): Temporal.Instant {
  const { period, offset } = rhythm(schedule)
  const shifted = from.epochNanoseconds - offset
  const periods = shifted / period + (shifted % period > 0n ? 1n : 0n)
  return Temporal.Instant.fromEpochNanoseconds(periods * period + offset)
}

function rhythm(schedule: Schedule): { period: bigint; offset: bigint } {
  if ('everyMinutes' in schedule) return { period: BigInt(schedule.everyMinutes) * MINUTE, offset: 0n }
  if ('minute' in schedule) return { period: HOUR, offset: BigInt(schedule.minute) * MINUTE }
  return { period: DAY, offset: BigInt(schedule.dailyAtHour) * HOUR }
}
