import type { Ctx } from '../platform/context.ts'
import type { EventStore } from './event-store.ts'
import { postgresStore } from './postgres/postgres-store.ts'

/** Where the organization's events are kept. */
export function eventStore(ctx: Ctx): EventStore {
  return postgresStore(ctx)
}
