import { setTimeout as pause } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import type { ContextFactory } from './tasks.ts'

/**
 * Background work that every worker process does over and over, for all organizations: for what comes too often for a job
 * each. Several processes may do it at the same moment.
 */
export interface Loop {
  /** `verb_noun`. */
  readonly name: string
  /** The pause between two runs. */
  readonly everyMs: number
  run(system: Omit<Ctx, 'org'>, contextOf: ContextFactory): Promise<void>
}

export interface RunningLoops {
  /** Lets the runs under way finish, then stops. */
  stop(): Promise<void>
}

/** While the database is away, nobody profits from being told every half second. */
const PAUSE_AFTER_FAILURE_MS = 2_000

export function startLoops(loops: readonly Loop[], system: Omit<Ctx, 'org'>, contextOf: ContextFactory): RunningLoops {
  const stopping = new AbortController()
  const running = loops.map(loop => keepRunning(loop, system, contextOf, stopping.signal))
  return {
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

async function keepRunning(
  loop: Loop,
  system: Omit<Ctx, 'org'>,
  contextOf: ContextFactory,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    let pauseMs = loop.everyMs
    try {
      await loop.run(system, contextOf)
    } catch (error) {
      system.log.warn({ err: error, loop: loop.name }, 'background work failed; it is tried again')
      pauseMs = PAUSE_AFTER_FAILURE_MS
    }
    await pause(pauseMs, undefined, { signal: stopping }).catch(() => {})
  }
}
