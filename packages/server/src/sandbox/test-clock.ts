import { sql } from 'kysely'
import { frozenClock, systemClock } from '../platform/clock/clock.ts'
import { type ClockTask, firstTick } from '../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { conflict, forbidden, validation } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { type FailedJob, settle } from './background-work.ts'

export interface TestClock {
  /** Null while the organization lives in real time. */
  readonly now: Temporal.Instant | null
}

/** Counts what was made since an id of this installation (ids sort by creation). */
export type Counter = (ctx: Ctx, sinceId: string) => Promise<number>

export interface Simulation {
  readonly clockTasks: readonly ClockTask[]
  readonly counters: Readonly<Record<string, Counter>>
}

export interface SimulationResult {
  readonly clock: TestClock
  readonly counts: Readonly<Record<string, number>>
  readonly failed: readonly FailedJob[]
}

const LONGEST_ADVANCE_HOURS = 24 * 366 * 10

/** @throws 403 `feature_unavailable` for an organization that is not a sandbox */
export function requireSandbox(ctx: Ctx): void {
  if (!ctx.org.sandbox) throw forbidden('feature_unavailable')
}

export async function getTestClock(ctx: Ctx): Promise<TestClock> {
  const row = await ctx.db
    .selectFrom('organizations')
    .select('test_clock_now')
    .where('id', '=', ctx.org.id)
    .executeTakeFirstOrThrow()
  return { now: row.test_clock_now }
}

/**
 * Sets the organization's time and stops it there, forward or backward. Null: back to real time. Runs nothing.
 *
 * @throws 409 `test_clock_busy` while another call moves the clock
 */
export async function changeTestClock(ctx: Ctx, now: Temporal.Instant | null): Promise<TestClock> {
  return transaction(ctx, async tx => {
    const { rows } = await sql<{ locked: boolean }>`
      select pg_try_advisory_xact_lock(${lockKey(tx)}) as locked`.execute(tx.db)
    if (rows[0]?.locked !== true) throw conflict('test_clock_busy')
    return setTestClock(tx, now)
  })
}

async function setTestClock(ctx: Ctx, now: Temporal.Instant | null): Promise<TestClock> {
  await ctx.db.updateTable('organizations').set({ test_clock_now: now }).where('id', '=', ctx.org.id).execute()
  return { now }
}

/**
 * Moves the organization's time forward and walks through everything that falls due on the way, in order, each thing at
 * the tick of its own task. Returns when all of it, and the work it caused, is done.
 *
 * @throws 422 when `to` lies in the past of the test clock or more than 10 years ahead
 * @throws 409 `test_clock_busy` while another call moves the same clock
 */
export async function advanceTestClock(
  ctx: Ctx,
  simulation: Simulation,
  to: Temporal.Instant,
): Promise<SimulationResult> {
  return exclusively(ctx, async () => {
    const from = (await getTestClock(ctx)).now ?? systemClock.now()
    const hours = to.since(from, { largestUnit: 'hour' }).hours
    if (Temporal.Instant.compare(to, from) < 0 || hours > LONGEST_ADVANCE_HOURS) {
      throw validation({ to: ['value_is_out_of_range'] })
    }
    const sinceId = newId()
    await setTestClock(ctx, from)
    await settle(ctx)
    await walk(ctx, simulation.clockTasks, from, to)
    await setTestClock(ctx, to)
    return resultOf(ctx, simulation, sinceId)
  })
}

/** A task that has something due, and the tick at which it will do it. */
interface Stop {
  readonly task: ClockTask
  readonly due: Temporal.Instant
  readonly at: Temporal.Instant
}

/** What a task left undone although it was due (its job failed), and when it is tried again. */
type Leftovers = Map<string, { readonly due: Temporal.Instant; readonly retryAt: Temporal.Instant }>

const RETRY_LEFTOVERS_AFTER = { hours: 24 }
/** All tasks at once would take every connection there is. */
const LOOKS_AT_ONCE = 4

async function walk(
  ctx: Ctx,
  tasks: readonly ClockTask[],
  from: Temporal.Instant,
  to: Temporal.Instant,
): Promise<void> {
  const leftovers: Leftovers = new Map()
  let now = from
  for (;;) {
    const stop = await nextStop(atTime(ctx, now), tasks, leftovers, now)
    if (stop === undefined || Temporal.Instant.compare(stop.at, to) > 0) return
    now = stop.at
    await setTestClock(ctx, now)
    await runTask(atTime(ctx, now), stop.task, now)
    const left = await stop.task.nextDue(atTime(ctx, now))
    if (left?.equals(stop.due)) leftovers.set(stop.task.name, { due: left, retryAt: now.add(RETRY_LEFTOVERS_AFTER) })
    else leftovers.delete(stop.task.name)
  }
}

async function nextStop(
  ctx: Ctx,
  tasks: readonly ClockTask[],
  leftovers: Leftovers,
  now: Temporal.Instant,
): Promise<Stop | undefined> {
  let next: Stop | undefined
  for (let first = 0; first < tasks.length; first += LOOKS_AT_ONCE) {
    const asked = tasks.slice(first, first + LOOKS_AT_ONCE)
    const times = await Promise.all(asked.map(task => task.nextDue(ctx)))
    for (const [place, task] of asked.entries()) {
      const due = times[place] ?? null
      if (due === null) continue
      const leftover = leftovers.get(task.name)
      const wanted = leftover?.due.equals(due) ? leftover.retryAt : due
      const at = firstTick(task.schedule, Temporal.Instant.compare(wanted, now) > 0 ? wanted : now)
      if (next === undefined || Temporal.Instant.compare(at, next.at) < 0) next = { task, due, at }
    }
  }
  return next
}

/**
 * Runs clock tasks once at the organization's present time, one after another, and waits for the work they cause.
 *
 * @param names the tasks; all of them when undefined
 * @throws 422 for a name that is no task
 */
export async function runClockTasks(
  ctx: Ctx,
  simulation: Simulation,
  names: readonly string[] | undefined,
): Promise<SimulationResult> {
  const unknown = (names ?? []).filter(name => !simulation.clockTasks.some(task => task.name === name))
  if (unknown.length > 0) throw validation({ tasks: ['value_is_invalid'] })
  return exclusively(ctx, async () => {
    const sinceId = newId()
    const now = ctx.clock.now()
    await settle(ctx)
    for (const task of simulation.clockTasks) {
      if (names === undefined || names.includes(task.name)) await runTask(ctx, task, now)
    }
    return resultOf(ctx, simulation, sinceId)
  })
}

async function runTask(ctx: Ctx, task: ClockTask, now: Temporal.Instant): Promise<void> {
  await task.run({ db: ctx.db, now, organizationId: ctx.org.id, config: ctx.config, log: ctx.log })
  await settle(ctx)
}

async function resultOf(ctx: Ctx, simulation: Simulation, sinceId: string): Promise<SimulationResult> {
  const failed = await settle(ctx)
  const counts: Record<string, number> = {}
  for (const [name, count] of Object.entries(simulation.counters)) counts[name] = await count(ctx, sinceId)
  return { clock: await getTestClock(ctx), counts, failed }
}

function atTime(ctx: Ctx, now: Temporal.Instant): Ctx {
  return { ...ctx, clock: frozenClock(now) }
}

/** One mover of a clock at a time: the lock lives as long as the connection, so a killed server leaves none behind. */
async function exclusively<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  return ctx.db.connection().execute(async connection => {
    const { rows } = await sql<{ locked: boolean }>`
      select pg_try_advisory_lock(${lockKey(ctx)}) as locked`.execute(connection)
    if (rows[0]?.locked !== true) throw conflict('test_clock_busy')
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(${lockKey(ctx)})`.execute(connection)
    }
  })
}

function lockKey(ctx: Ctx) {
  return sql`hashtextextended(${`test_clock:${ctx.org.id}`}, 0)`
}
