import { sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { enqueueDrafts, FINALIZE_DRAFT } from './clock.ts'

/** Whoever ends the subscriptions of a deleted customer bills them meanwhile. */
const LEFT_ALONE = { minutes: 5 }

/** Issues the drafts of customers that were deleted: nothing more comes to them, so they do not wait for their grace period. */
export const finalizeDraftsOfDeletedCustomers: ClockTask = {
  name: 'finalize_drafts_of_deleted_customers',
  schedule: { everyMinutes: 1 },

  async nextDue(ctx) {
    const row = await ctx.db
      .selectFrom('invoices')
      .innerJoin('customers', 'customers.id', 'invoices.customer_id')
      .select(eb => eb.fn.min('customers.deleted_at').as('deletedAt'))
      .where('invoices.organization_id', '=', ctx.org.id)
      .where('invoices.status', '=', 'draft')
      .where('invoices.tax_status', 'is distinct from', 'pending')
      .where('customers.deleted_at', 'is not', null)
      .executeTakeFirst()
    return row?.deletedAt?.add(LEFT_ALONE) ?? null
  },

  async run(scope) {
    const deletedBy = scope.now.subtract(LEFT_ALONE)
    await enqueueDrafts(
      scope,
      FINALIZE_DRAFT,
      sql`invoices.tax_status is distinct from 'pending'
        and invoices.customer_id in (select id from customers where deleted_at <= ${deletedBy})`,
    )
  },
}
