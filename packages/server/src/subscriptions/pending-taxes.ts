import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { notAllowed } from '../platform/errors.ts'
import type { SubscriptionRecord } from './store.ts'

/**
 * What was paid in advance cannot be credited while it is not known which taxes are on it: whoever asks for the end of such a
 * subscription has to wait.
 *
 * @param creditNote what is to be done about the rest of the period; nothing is asked for with `skip`
 * @throws 405 `cannot_terminate_with_pending_taxes`
 */
export async function refuseWhileTaxesArePending(
  tx: Ctx,
  { subscription, plan }: SubscriptionRecord,
  creditNote: string,
): Promise<void> {
  if (!plan.payInAdvance || creditNote === 'skip') return
  const { rows } = await sql<{ isPending: boolean }>`
    select invoices.tax_status is not distinct from 'pending' as "isPending"
    from fees
    join invoices on invoices.id = fees.invoice_id
    where fees.organization_id = ${tx.org.id}
      and fees.subscription_id = ${subscription.id}
      and fees.fee_type = 'subscription'
      and fees.deleted_at is null
      and invoices.status in ('draft', 'pending', 'finalized')
    order by fees.created_at desc, fees.id desc
    limit 1`.execute(tx.db)
  if (rows[0]?.isPending === true) throw notAllowed('cannot_terminate_with_pending_taxes')
}
