import { sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { lowestIdAt } from '../../platform/ids.ts'
import { addJob, addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { inScope } from '../drafts/clock.ts'
import { type Difference, differencesOf, explainInvoices } from '../explain/explain.ts'
import type { Invoice } from '../store.ts'

const CHECK_INVOICES = 'check_invoices'
const INVOICES_A_JOB = 200
/** Everything else goes first. */
const PRIORITY = 20
const LOWEST_ID = '00000000-0000-0000-0000-000000000000'
/** The real clock looks again at what was made in as many days. */
const DAYS_BACK = 35

/** Invoices are checked soon after they were issued. */
export const onInvoiceIssued: Reaction = async (tx, events) => {
  const invoiceIds = events.map(event => event.objectId)
  await addJob(tx.db, checkJob(tx.org.id, invoiceIds))
}

function checkJob(organizationId: string, invoiceIds: readonly string[]) {
  return { task: CHECK_INVOICES, payload: { organizationId, invoiceIds: [...invoiceIds] }, priority: PRIORITY }
}

/**
 * Every night, whatever was invoiced lately is checked again: what somebody changed behind the application's back since is
 * found too. A simulation does it when it is asked to, of everything.
 */
export const checkInvoicesAgain: ClockTask = {
  name: CHECK_INVOICES,
  schedule: { dailyAtHour: 3 },

  async nextDue() {
    return null
  },

  async run(scope) {
    for (let after = scope.organizationId === null ? latelyAt(scope.now) : LOWEST_ID; ; ) {
      const { rows } = await sql<{ id: string; organization_id: string }>`
        select invoices.id, invoices.organization_id
        from invoices
        join organizations on organizations.id = invoices.organization_id
        where invoices.id > ${after} and invoices.status = 'finalized' and ${inScope(scope)}
        order by invoices.id
        limit ${INVOICES_A_JOB}`.execute(scope.db)
      const last = rows.at(-1)
      if (last === undefined) return
      const byOrganization = Map.groupBy(rows, row => row.organization_id)
      await addJobs(
        scope.db,
        [...byOrganization].map(([id, own]) =>
          checkJob(
            id,
            own.map(row => row.id),
          ),
        ),
      )
      after = last.id
    }
  },
}

function latelyAt(now: Temporal.Instant): string {
  return lowestIdAt(now.subtract({ hours: 24 * DAYS_BACK }))
}

/**
 * Computes invoices again from what was stored with them. Amounts that come out otherwise raise an alarm, in the log and for
 * whoever looks at `/metrics` or at the list of discrepancies, until the invoice is found in order.
 */
export const checkInvoices: TaskDefinition = {
  name: CHECK_INVOICES,
  async run(ctx, payload) {
    const ids = payload.invoiceIds as readonly string[]
    const invoices = await loadInvoices(ctx, ids)
    const explanations = await explainInvoices(ctx, invoices)
    const found = explanations.flatMap(explanation => {
      const differences = differencesOf(explanation)
      return differences.length === 0 ? [] : [{ explanation, differences }]
    })
    for (const { explanation, differences } of found) {
      const { lago_invoice_id: invoiceId, number } = explanation
      ctx.log.error({ organizationId: ctx.org.id, invoiceId, number, differences }, 'an invoice does not add up')
    }
    await keepFindings(
      ctx,
      ids,
      found.map(({ explanation, differences }) => ({ invoiceId: explanation.lago_invoice_id, differences })),
    )
  },
}

async function loadInvoices(ctx: Ctx, ids: readonly string[]): Promise<Invoice[]> {
  return ctx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .where('status', '=', 'finalized')
    .execute()
}

interface Finding {
  readonly invoiceId: string
  readonly differences: readonly Difference[]
}

/** Those of the invoices that were found before and are in order now are forgotten. */
async function keepFindings(ctx: Ctx, ids: readonly string[], findings: readonly Finding[]): Promise<void> {
  await transaction(ctx, async tx => {
    await sql`
      delete from invoice_discrepancies
      where organization_id = ${tx.org.id} and invoice_id = any(${ids}::uuid[])`.execute(tx.db)
    if (findings.length === 0) return
    await tx.db
      .insertInto('invoice_discrepancies')
      .values(
        findings.map(({ invoiceId, differences }) => ({
          invoice_id: invoiceId,
          organization_id: tx.org.id,
          differences: JSON.stringify(differences),
          found_at: tx.clock.now(),
        })),
      )
      .onConflict(conflict =>
        conflict.column('invoice_id').doUpdateSet(eb => ({
          differences: eb.ref('excluded.differences'),
          found_at: eb.ref('excluded.found_at'),
        })),
      )
      .execute()
  })
}
