import { sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import { vatCheckJob } from './store.ts'

/** Asks again for the VAT numbers that nobody answered for. */
export const checkVatNumbers: ClockTask = {
  name: 'check_vat_numbers',
  schedule: { everyMinutes: 1 },

  async nextDue(ctx) {
    const row = await ctx.db
      .selectFrom('pending_vat_checks')
      .select(eb => eb.fn.min('next_attempt_at').as('due'))
      .where('organization_id', '=', ctx.org.id)
      .executeTakeFirst()
    return row?.due ?? null
  },

  async run(scope) {
    const { rows } = await sql<{ organizationId: string; customerId: string }>`
      select pending.organization_id as "organizationId", pending.customer_id as "customerId"
      from pending_vat_checks pending
      join organizations on organizations.id = pending.organization_id
      where pending.next_attempt_at <= ${scope.now}
        and ${
          scope.organizationId === null
            ? sql`organizations.test_clock_now is null`
            : sql`pending.organization_id = ${scope.organizationId}`
        }
      order by pending.next_attempt_at`.execute(scope.db)
    await addJobs(
      scope.db,
      rows.map(({ organizationId, customerId }) => vatCheckJob(organizationId, customerId)),
    )
  },
}
