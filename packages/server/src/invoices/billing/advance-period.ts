import { isAdvancePeriodBilled } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { type SubscriptionRecord, termsOf } from '../../subscriptions/index.ts'
import { loadBillingHistories } from './history.ts'

/**
 * Whether the period in which a subscription paid in advance was terminated is on an invoice, whatever its status, so that
 * there is something to credit: not when it ended on its billing day before that day's run.
 *
 * @throws for a subscription that is not terminated
 */
export async function isAdvancePeriodInvoiced(ctx: Ctx, record: SubscriptionRecord): Promise<boolean> {
  const { id, terminated_at: terminatedAt } = record.subscription
  const terms = termsOf(record)
  if (terms === undefined || terminatedAt === null) throw new Error(`subscription ${id} is not terminated`)
  const history = (await loadBillingHistories(ctx, [id], null)).get(id)
  return isAdvancePeriodBilled({ ...terms, terminatedAt }, history?.billedBeforeEnd ?? [])
}
