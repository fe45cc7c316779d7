import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/**
 * The draft invoices and the plans that they bill, as a query. Drafts are few and have an index of their own: whoever looks for
 * those of a plan starts from them, not from its subscriptions, which may be many.
 */
export function draftsOfPlans(ctx: Ctx): RawBuilder<{ invoice_id: string; plan_id: string }> {
  return sql`
    select invoices.id as invoice_id, subscriptions.plan_id
    from invoices
    join invoice_subscriptions on invoice_subscriptions.invoice_id = invoices.id
    join subscriptions on subscriptions.id = invoice_subscriptions.subscription_id
    where invoices.organization_id = ${ctx.org.id} and invoices.status = 'draft'`
}
