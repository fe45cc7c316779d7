import type { WorkerEvents } from 'graphile-worker'

export interface StallOptions {
  /** What the job library tells of a worker. */
  readonly events: WorkerEvents
  /** Whether all hands are at work: then nobody looks for more. */
  isBusy(): boolean
  /** How long a worker with free hands may go without looking for a job. */
  readonly patienceMs: number
}

export interface StallWatch {
  /** Resolves when the worker has stalled; never, once it was cancelled. */
  readonly stalled: Promise<void>
  cancel(): void
}

const LOOKS_A_WAIT = 5

/**
 * Watches whether a worker with free hands goes on looking for jobs. When connections break at an unlucky moment, the job
 * library can wait for ever for something that will not come; whoever relies on it must notice.
 *
 * Silence is counted in looks of this watch rather than read from a clock, so that a process that was itself held up for
 * a while does not take its worker for stalled.
 */
export function watchForStall({ events, isBusy, patienceMs }: StallOptions): StallWatch {
  const { promise, resolve } = Promise.withResolvers<void>()
  let silentLooks = 0
  const heard = () => {
    silentLooks = 0
  }
  events.on('worker:getJob:start', heard)
  events.on('job:complete', heard)
  const timer = setInterval(() => {
    if (isBusy()) return heard()
    silentLooks += 1
    if (silentLooks <= LOOKS_A_WAIT) return
    clearInterval(timer)
    resolve()
  }, patienceMs / LOOKS_A_WAIT)
  timer.unref()
  return { stalled: promise, cancel: () => clearInterval(timer) }
}
