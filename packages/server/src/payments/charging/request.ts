import { sql } from 'kysely'
import type { PaymentMethodReference } from '../../payment-providers/index.ts'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJob, addJobs, type NewJob } from '../../platform/jobs/enqueue.ts'
import type { Reaction } from '../../platform/module.ts'

export const CHARGE_INVOICE = 'charge_invoice'

/** How an attempt came about. */
export interface ChargeOrder {
  /** With what the payer is to be charged, where somebody said so. */
  readonly method?: PaymentMethodReference
  /** A first attempt that may have to wait for somebody who is on a page to pay on. */
  readonly mayWait?: boolean
}

function job(invoice: { id: string; organization_id: string; customer_id: string }, order: ChargeOrder): NewJob {
  return {
    task: CHARGE_INVOICE,
    key: `${CHARGE_INVOICE}:${invoice.id}`,
    payload: { organizationId: invoice.organization_id, invoiceId: invoice.id, order },
    queue: invoice.customer_id,
  }
}

/** Has an invoice charged, after commit. One attempt at most waits for each invoice. */
export async function requestCharge(
  tx: Ctx,
  invoice: { readonly id: string; readonly customer_id: string },
  order: ChargeOrder = {},
): Promise<void> {
  await addJob(tx.db, job({ ...invoice, organization_id: tx.org.id }, order))
}

/** Invoices that were issued, or have to be paid before they are, are charged where somebody collects from the customer. */
export const onInvoicePayable: Reaction = async (tx, events) => {
  const ids = events.map(event => event.objectId)
  const { rows } = await sql<{ id: string; organization_id: string; customer_id: string }>`
    select invoices.id, invoices.organization_id, invoices.customer_id
    from invoices
    join customers on customers.id = invoices.customer_id
    where invoices.organization_id = ${tx.org.id} and invoices.id = any(${ids}::uuid[])
      and customers.payment_provider is not null
      and invoices.payment_status <> 'succeeded'
      and not invoices.self_billed
      and not invoices.skip_automatic_payment`.execute(tx.db)
  await addJobs(
    tx.db,
    rows.map(row => job(row, { mayWait: true })),
  )
}

/** Charges the invoices whose payers had their time on a page. */
export const chargeInvoices: ClockTask = {
  name: 'charge_invoices',
  schedule: { everyMinutes: 1 },

  async nextDue(ctx) {
    const row = await ctx.db
      .selectFrom('invoices')
      .select(eb => eb.fn.min('charge_due_at').as('at'))
      .where('organization_id', '=', ctx.org.id)
      .where('charge_due_at', 'is not', null)
      .executeTakeFirst()
    return row?.at ?? null
  },

  async run({ db, now, organizationId }) {
    const ofClock =
      organizationId === null
        ? sql`organizations.test_clock_now is null`
        : sql`invoices.organization_id = ${organizationId}`
    const { rows } = await sql<{ id: string; organization_id: string; customer_id: string }>`
      select invoices.id, invoices.organization_id, invoices.customer_id
      from invoices
      join organizations on organizations.id = invoices.organization_id
      where invoices.charge_due_at <= ${now} and ${ofClock}`.execute(db)
    await addJobs(
      db,
      rows.map(row => job(row, {})),
    )
  },
}
