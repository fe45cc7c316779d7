import { type RawBuilder, sql } from 'kysely'
import type { ClockScope } from '../platform/clock/clock-tasks.ts'

/** SQL: one organization, or all that live in real time, where `organizations` is joined. */
export function inScope({ organizationId }: ClockScope, column: RawBuilder<unknown>): RawBuilder<unknown> {
  return organizationId === null ? sql`organizations.test_clock_now is null` : sql`${column} = ${organizationId}`
}
