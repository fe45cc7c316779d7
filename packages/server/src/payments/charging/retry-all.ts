import {
  countInvoices,
  type InvoicePlace,
  listInvoicesAfter,
  placeOfInvoice,
  readInvoiceFilters,
} from '../../invoices/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { ApiError } from '../../platform/errors.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { retryPayment } from './retry.ts'

const RETRY_PAYMENTS = 'retry_payments'
/** A job tries so many; another one goes on. */
const INVOICES_A_JOB = 200

type Query = Readonly<Record<string, unknown>>

/** What is outstanding of a list; nobody is charged for what the organization owes itself. */
function outstanding(query: Query) {
  const filters = readInvoiceFilters({ ...query })
  const isAsked = (status: string) => filters.paymentStatuses.length === 0 || filters.paymentStatuses.includes(status)
  const isOfIssued = filters.statuses.length === 0 || filters.statuses.includes('finalized')
  const paymentStatuses = ['pending', 'failed'].filter(isAsked)
  if (!isOfIssued || paymentStatuses.length === 0 || filters.selfBilled === true) return undefined
  return { ...filters, statuses: ['finalized'], paymentStatuses, selfBilled: false }
}

/**
 * Tries again to collect everything that is outstanding of a list, in the background, one invoice after another.
 *
 * @param query the filters of the list of invoices
 * @returns how many invoices it concerns
 * @throws 404, 422 as the list
 */
export async function retryPayments(ctx: Ctx, query: Query): Promise<number> {
  const filters = outstanding(query)
  const count = filters === undefined ? 0 : await countInvoices(ctx, filters)
  if (count > 0) await addJob(ctx.db, retryJob(ctx, query))
  return count
}

function retryJob(ctx: Ctx, query: Query, after?: InvoicePlace) {
  return {
    task: RETRY_PAYMENTS,
    payload: { organizationId: ctx.org.id, query, after: after ?? null },
    queue: RETRY_PAYMENTS,
  }
}

/** Invoices that were paid meanwhile, or that a provider is at already, are left alone. */
export const retryPaymentsTask: TaskDefinition = {
  name: RETRY_PAYMENTS,
  async run(ctx, payload) {
    const query = payload.query as Query
    const filters = outstanding(query)
    if (filters === undefined) return
    const after = (payload.after ?? undefined) as InvoicePlace | undefined
    const invoices = await listInvoicesAfter(ctx, filters, after, INVOICES_A_JOB)
    // Each by itself: nobody else waits for the customers of all of them.
    for (const { id } of invoices) {
      await retryPayment(ctx, id, {}).catch(error => {
        if (!(error instanceof ApiError)) throw error
      })
    }
    const last = invoices.at(-1)
    if (last !== undefined && invoices.length === INVOICES_A_JOB) {
      await addJob(ctx.db, retryJob(ctx, query, placeOfInvoice(last)))
    }
  },
}
