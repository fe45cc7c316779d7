import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { EmbeddedPostgresError } from './errors.ts'
import type { Postmaster } from './postmaster.ts'

export interface SupervisorOptions {
  /** Starts the server again; fulfilled when it is ready. */
  restart(): Promise<Postmaster>
  readonly log: Logger
  /** Called once, when the server has died or failed to start too often in a short time. */
  onFailure(error: EmbeddedPostgresError): void
  /** Waits before the next attempt. */
  readonly pause?: (milliseconds: number) => Promise<void>
}

export interface Supervisor {
  stop(immediate: boolean): Promise<void>
}

const RESTARTS = 10
const STABLE_AFTER_MS = 60_000
const LONGEST_PAUSE_MS = 5_000

/** Watches over a running server and restarts it until stopped, or until that is hopeless. */
export function supervise(first: Postmaster, options: SupervisorOptions): Supervisor {
  const { log, pause = delay } = options
  let current = first
  let stopping = false
  let restarting: Promise<void> = Promise.resolve()

  const watch = (postmaster: Postmaster, failures: number) => {
    const since = performance.now()
    current = postmaster
    void postmaster.exited.then(reason => {
      if (stopping) return
      log.error({ reason }, 'the database server died: starting it again')
      restarting = restart(performance.now() - since > STABLE_AFTER_MS ? 0 : failures, reason)
    })
  }

  const restart = async (earlierFailures: number, death: string) => {
    let reason = death
    for (let failures = earlierFailures; failures < RESTARTS; failures += 1) {
      if (stopping) return
      try {
        watch(await options.restart(), failures + 1)
        log.info('the database server is back')
        return
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error)
        await pause(Math.min(100 * 2 ** failures, LONGEST_PAUSE_MS))
      }
    }
    options.onFailure(new EmbeddedPostgresError(`PostgreSQL keeps dying and is not started again: ${reason}`))
  }

  watch(first, 0)
  return {
    async stop(immediate) {
      stopping = true
      await restarting
      current.signal(immediate ? 'SIGQUIT' : 'SIGINT')
      await current.exited
    },
  }
}
