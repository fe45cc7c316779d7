import { sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { inScope } from '../drafts/clock.ts'

const MARK_OVERDUE = 'mark_overdue'
const INVOICES_A_JOB = 1_000

function unpaid() {
  return sql<boolean>`invoices.status = 'finalized'
    and invoices.payment_status <> 'succeeded'
    and not invoices.payment_overdue
    and invoices.payment_dispute_lost_at is null`
}

/** Marks the invoices that are not paid the day after they were due, in UTC. */
export const markOverdueInvoices: ClockTask = {
  name: 'mark_overdue_invoices',
  schedule: { minute: 25 },

  async nextDue(ctx: Ctx) {
    const row = await ctx.db
      .selectFrom('invoices')
      .select(eb => eb.fn.min('payment_due_date').as('date'))
      .where('organization_id', '=', ctx.org.id)
      .where(unpaid())
      .executeTakeFirst()
    return row?.date == null ? null : row.date.add({ days: 1 }).toZonedDateTime('UTC').toInstant()
  },

  async run(scope) {
    const today = scope.now.toZonedDateTimeISO('UTC').toPlainDate().toString()
    const { rows } = await sql<{ organization_id: string }>`
      select distinct invoices.organization_id
      from invoices
      join organizations on organizations.id = invoices.organization_id
      where ${unpaid()} and invoices.payment_due_date < ${today}::date and ${inScope(scope)}`.execute(scope.db)
    await addJobs(
      scope.db,
      rows.map(({ organization_id: organizationId }) => ({
        task: MARK_OVERDUE,
        key: `${MARK_OVERDUE}:${organizationId}`,
        payload: { organizationId, today },
      })),
    )
  },
}

export const markOverdue: TaskDefinition = {
  name: MARK_OVERDUE,
  async run(ctx, payload) {
    while ((await markSome(ctx, String(payload.today))) === INVOICES_A_JOB);
  },
}

/** Those that somebody is changing right now are left to the next hour. */
async function markSome(ctx: Ctx, today: string): Promise<number> {
  return transaction(ctx, async tx => {
    const { rows } = await sql<{ id: string }>`
      update invoices
      set payment_overdue = true, updated_at = ${tx.clock.now()}
      where id in (
        select id
        from invoices
        where organization_id = ${tx.org.id} and ${unpaid()} and payment_due_date < ${today}::date
        order by payment_due_date
        limit ${INVOICES_A_JOB}
        for no key update skip locked
      )
      returning id`.execute(tx.db)
    await emitAll(
      tx,
      rows.map(row => ({ type: 'invoice.payment_overdue', objectId: row.id })),
    )
    return rows.length
  })
}
