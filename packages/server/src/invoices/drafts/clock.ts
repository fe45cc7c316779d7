import { sql } from 'kysely'
import type { ClockScope, ClockTask } from '../../platform/clock/clock-tasks.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJobs, type NewJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { finalizeDraft, refreshDraft } from './recompute.ts'

export const FINALIZE_DRAFT = 'finalize_draft'
const REFRESH_DRAFT = 'refresh_draft'
const DRAFTS_A_PAGE = 1_000

export interface DraftRef {
  readonly id: string
  readonly organization_id: string
  readonly customer_id: string
}

function draftJob(task: string, draft: DraftRef): NewJob {
  return {
    task,
    queue: draft.customer_id,
    key: `${task}:${draft.id}`,
    payload: { organizationId: draft.organization_id, invoiceId: draft.id },
  }
}

export function finalizeDraftJob(draft: DraftRef): NewJob {
  return draftJob(FINALIZE_DRAFT, draft)
}

/** Issues the drafts whose grace period is over: those whose expected finalization date has come, in UTC. */
export const finalizeInvoices: ClockTask = {
  name: 'finalize_invoices',
  schedule: { minute: 20 },

  async nextDue(ctx: Ctx) {
    const row = await ctx.db
      .selectFrom('invoices')
      .select(eb => eb.fn.min('expected_finalization_date').as('date'))
      .where('organization_id', '=', ctx.org.id)
      .where('status', '=', 'draft')
      .where('tax_status', 'is distinct from', 'pending')
      .executeTakeFirst()
    return row?.date == null ? null : row.date.toZonedDateTime('UTC').toInstant()
  },

  async run(scope) {
    const today = scope.now.toZonedDateTimeISO('UTC').toPlainDate()
    await enqueueDrafts(
      scope,
      FINALIZE_DRAFT,
      sql`invoices.expected_finalization_date <= ${today} and invoices.tax_status is distinct from 'pending'`,
    )
  },
}

/** Computes again the drafts that something they depend on has marked, while a subscription of theirs is active. */
export const refreshDraftInvoices: ClockTask = {
  name: 'refresh_draft_invoices',
  schedule: { everyMinutes: 5 },

  async nextDue(ctx: Ctx) {
    const row = await ctx.db
      .selectFrom('invoices')
      .select('id')
      .where('organization_id', '=', ctx.org.id)
      .where('status', '=', 'draft')
      .where('ready_to_be_refreshed', '=', true)
      .where(hasActiveSubscription())
      .executeTakeFirst()
    return row === undefined ? null : ctx.clock.now()
  },

  async run(scope) {
    await enqueueDrafts(scope, REFRESH_DRAFT, sql`invoices.ready_to_be_refreshed and ${hasActiveSubscription()}`)
  },
}

function hasActiveSubscription() {
  return sql<boolean>`exists (
    select from invoice_subscriptions
    join subscriptions on subscriptions.id = invoice_subscriptions.subscription_id
    where invoice_subscriptions.invoice_id = invoices.id and subscriptions.status = 'active'
  )`
}

/** Has a task work on the drafts that meet a condition on `invoices`, a page at a time. */
export async function enqueueDrafts(scope: ClockScope, task: string, condition: ReturnType<typeof sql>): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await sql<DraftRef>`
      select invoices.id, invoices.organization_id, invoices.customer_id
      from invoices
      join organizations on organizations.id = invoices.organization_id
      where invoices.status = 'draft'
        and invoices.id > ${after}
        and ${inScope(scope)}
        and ${condition}
      order by invoices.id
      limit ${DRAFTS_A_PAGE}`.execute(scope.db)
    await addJobs(
      scope.db,
      rows.map(row => draftJob(task, row)),
    )
    const last = rows.at(-1)
    if (last === undefined || rows.length < DRAFTS_A_PAGE) return
    after = last.id
  }
}

/** One organization, or all that live in real time. */
export function inScope({ organizationId }: ClockScope) {
  return organizationId === null
    ? sql`organizations.test_clock_now is null`
    : sql`invoices.organization_id = ${organizationId}`
}

export const draftTasks: readonly TaskDefinition[] = [
  { name: FINALIZE_DRAFT, run: (ctx, payload) => finalizeDraft(ctx, String(payload.invoiceId)) },
  { name: REFRESH_DRAFT, run: (ctx, payload) => refreshDraft(ctx, String(payload.invoiceId)) },
]
