import { type InvoiceTiming, invoiceDates, localDate } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { type Customer, lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { type Invoice, loadInvoiceSubscriptions } from '../store.ts'
import { finalizeDraftJob } from './clock.ts'

const RESCHEDULE_CUSTOMER_DRAFTS = 'reschedule_customer_drafts'
const RESCHEDULE_ENTITY_DRAFTS = 'reschedule_billing_entity_drafts'

/** A customer's grace period or issuing date settings changed: its drafts move, and those whose time has come are issued. */
export const onCustomerSettingsChanged: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => customerJob(tx, event.objectId, { finalizeDue: true, adoptTerm: false })),
  )

/** A billing entity's settings changed: the drafts of its customers move as far as they have no settings of their own. */
export const onBillingEntitySettingsChanged: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => ({
      task: RESCHEDULE_ENTITY_DRAFTS,
      queue: event.objectId,
      payload: { organizationId: tx.org.id, billingEntityId: event.objectId },
    })),
  )

function customerJob(ctx: Ctx, customerId: string, options: { finalizeDue: boolean; adoptTerm: boolean }) {
  return {
    task: RESCHEDULE_CUSTOMER_DRAFTS,
    queue: customerId,
    payload: { organizationId: ctx.org.id, customerId, ...options },
  }
}

async function rescheduleEntityDrafts(ctx: Ctx, billingEntityId: string): Promise<void> {
  const customers = await ctx.db
    .selectFrom('invoices')
    .innerJoin('customers', 'customers.id', 'invoices.customer_id')
    .select('customers.id')
    .distinct()
    .where('invoices.organization_id', '=', ctx.org.id)
    .where('invoices.status', '=', 'draft')
    .where('customers.billing_entity_id', '=', billingEntityId)
    .execute()
  await addJobs(
    ctx.db,
    customers.map(({ id }) => customerJob(ctx, id, { finalizeDue: false, adoptTerm: true })),
  )
}

/**
 * Gives the drafts of a customer the dates that the present settings make of their billing day. They are computed from
 * that day, not moved from where they are, so that repeating it changes nothing.
 */
async function rescheduleCustomerDrafts(
  ctx: Ctx,
  customerId: string,
  options: { finalizeDue: boolean; adoptTerm: boolean },
): Promise<void> {
  await transaction(ctx, async tx => {
    const customer = await lockCustomer(tx, customerId)
    const drafts = await listDrafts(tx, customerId)
    for (const draft of drafts) await reschedule(tx, customer, draft, options.adoptTerm)
    if (options.finalizeDue) await finalizeDueDrafts(tx, customerId)
  })
}

async function reschedule(tx: Ctx, customer: Customer, draft: Invoice, adoptTerm: boolean): Promise<void> {
  const [link] = await loadInvoiceSubscriptions(tx, [draft.id])
  const entity = (await findBillingEntitiesByIds(tx, [customer.billing_entity_id])).get(customer.billing_entity_id)
  if (link === undefined || entity === undefined) return
  const settings = issuingSettings(customer, entity)
  const timing: InvoiceTiming = link.recurring ? 'periodic' : 'non_periodic'
  const dates = invoiceDates(localDate(link.timestamp, draft.timezone), timing, settings)
  await tx.db
    .updateTable('invoices')
    .set({
      issuing_date: dates.issuingDate,
      expected_finalization_date: dates.expectedFinalizationDate,
      payment_due_date: dates.paymentDueDate,
      net_payment_term: adoptTerm ? settings.netPaymentTerm : draft.net_payment_term,
      updated_at: tx.clock.now(),
    })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', draft.id)
    .execute()
}

async function finalizeDueDrafts(tx: Ctx, customerId: string): Promise<void> {
  const today = tx.clock.now().toZonedDateTimeISO('UTC').toPlainDate()
  const due = (await listDrafts(tx, customerId)).filter(
    draft => Temporal.PlainDate.compare(draft.expected_finalization_date, today) <= 0,
  )
  await addJobs(
    tx.db,
    due.map(draft => finalizeDraftJob({ id: draft.id, organization_id: tx.org.id, customer_id: customerId })),
  )
}

async function listDrafts(tx: Ctx, customerId: string): Promise<Invoice[]> {
  return tx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customerId)
    .where('status', '=', 'draft')
    .orderBy('id')
    .forUpdate()
    .execute()
}

export const rescheduleTasks: readonly TaskDefinition[] = [
  {
    name: RESCHEDULE_ENTITY_DRAFTS,
    run: (ctx, payload) => rescheduleEntityDrafts(ctx, String(payload.billingEntityId)),
  },
  {
    name: RESCHEDULE_CUSTOMER_DRAFTS,
    run: (ctx, payload) =>
      rescheduleCustomerDrafts(ctx, String(payload.customerId), {
        finalizeDue: payload.finalizeDue === true,
        adoptTerm: payload.adoptTerm === true,
      }),
  },
]
