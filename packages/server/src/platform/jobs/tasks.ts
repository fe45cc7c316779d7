import type { TaskList } from 'graphile-worker'
import type { Ctx } from '../context.ts'
import type { JobPayload } from './enqueue.ts'

/** A kind of background work: small, idempotent, named `verb_noun`. */
export interface TaskDefinition {
  readonly name: string
  run(ctx: Ctx, payload: JobPayload): Promise<void>
}

/** Makes the ctx of background work for an organization: its present clock, the pool, a logger with its id. */
export type ContextFactory = (organizationId: string) => Promise<Ctx>

/** The worker's task list: each task gets the ctx of the organization named in its payload. */
export function taskList(definitions: readonly TaskDefinition[], contextOf: ContextFactory): TaskList {
  return Object.fromEntries(
    definitions.map(definition => [
      definition.name,
      async (payload: unknown) => {
        const job = payload as JobPayload
        await definition.run(await contextOf(job.organizationId), job)
      },
    ]),
  )
}
