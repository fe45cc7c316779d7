import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'

const FLAG_CUSTOMER_DRAFTS = 'flag_customer_drafts'
const FLAG_BILLING_ENTITY_DRAFTS = 'flag_billing_entity_drafts'
const FLAG_TAX_DRAFTS = 'flag_tax_drafts'
const REMOVE_TAX_FROM_DRAFTS = 'remove_tax_from_drafts'

/** A customer has other taxes: its drafts are computed again at the next refresh. */
export const onCustomerTaxesChanged: Reaction = (tx, events) => enqueueOnce(tx, FLAG_CUSTOMER_DRAFTS, events)

/** A billing entity has other taxes: so are its drafts, and those of its customers that another one issues. */
export const onBillingEntityTaxesChanged: Reaction = (tx, events) => enqueueOnce(tx, FLAG_BILLING_ENTITY_DRAFTS, events)

/** A tax is another one: so are the drafts of those who have it, or had it, and those with a line that has it of its own. */
export const onTaxChanged: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => ({
      task: FLAG_TAX_DRAFTS,
      payload: { organizationId: tx.org.id, taxId: event.objectId, ...event.data },
    })),
  )

export const onTaxDeleted: Reaction = (tx, events) => enqueueOnce(tx, REMOVE_TAX_FROM_DRAFTS, events)

async function enqueueOnce(tx: Ctx, task: string, events: readonly { objectId: string }[]): Promise<void> {
  await addJobs(
    tx.db,
    events.map(event => ({
      task,
      key: `${task}:${event.objectId}`,
      payload: { organizationId: tx.org.id, objectId: event.objectId },
    })),
  )
}

export const taxTasks: readonly TaskDefinition[] = [
  {
    name: FLAG_CUSTOMER_DRAFTS,
    run: (ctx, payload) => flagDrafts(ctx, sql<boolean>`customer_id = ${String(payload.objectId)}`),
  },
  {
    name: FLAG_BILLING_ENTITY_DRAFTS,
    run: (ctx, { objectId }) =>
      flagDrafts(
        ctx,
        sql<boolean>`(billing_entity_id = ${String(objectId)} or customer_id in (
          select id from customers where organization_id = ${ctx.org.id} and billing_entity_id = ${String(objectId)}
        ))`,
      ),
  },
  {
    name: FLAG_TAX_DRAFTS,
    run: (ctx, payload) =>
      flagDrafts(
        ctx,
        sql<boolean>`(customer_id in (
          select id from customers
          where organization_id = ${ctx.org.id}
            and (
              id = any(${payload.customerIds}::uuid[])
              or billing_entity_id = any(${payload.billingEntityIds}::uuid[])
                and not exists (select from customers_taxes where customer_id = customers.id)
            )
        ) or exists (
          select from invoices_taxes
          where organization_id = ${ctx.org.id} and invoice_id = invoices.id and tax_id = ${String(payload.taxId)}
        ))`,
      ),
  },
  { name: REMOVE_TAX_FROM_DRAFTS, run: (ctx, payload) => removeFromDrafts(ctx, String(payload.objectId)) },
]

async function flagDrafts(ctx: Ctx, concerned: RawBuilder<boolean>): Promise<void> {
  await sql`
    update invoices
    set ready_to_be_refreshed = true
    where organization_id = ${ctx.org.id}
      and status = 'draft'
      and not ready_to_be_refreshed
      and ${concerned}`.execute(ctx.db)
}

/** What is issued keeps its taxes as they were; drafts that had it are computed again without. */
async function removeFromDrafts(ctx: Ctx, taxId: string): Promise<void> {
  await sql`
    with drafts as (
      select id from invoices where organization_id = ${ctx.org.id} and status = 'draft'
    ), of_invoices as (
      delete from invoices_taxes
      where organization_id = ${ctx.org.id} and tax_id = ${taxId} and invoice_id in (select id from drafts)
      returning invoice_id
    ), flagged as (
      update invoices
      set ready_to_be_refreshed = true
      where organization_id = ${ctx.org.id} and id in (select invoice_id from of_invoices)
    )
    delete from fees_taxes
    where organization_id = ${ctx.org.id}
      and tax_id = ${taxId}
      and fee_id in (select id from fees where organization_id = ${ctx.org.id} and invoice_id in (select id from drafts))
  `.execute(ctx.db)
}
