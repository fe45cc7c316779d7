import { passedUsageThresholds } from '@weir/engine'
import type { UsageThreshold } from '../../catalog/index.ts'
import { lockCustomer } from '../../customers/index.ts'
import { billProgressively, findProgressiveInvoices, type ProgressiveInvoice } from '../../invoices/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { cappedCents } from '../../platform/db/limits.ts'
import { getApplicableThresholds, loadSubscriptionRecords, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { type LifetimeUsage, totalOf } from './store.ts'

/**
 * Has the usage of an active subscription billed before its period ends, if it has passed usage thresholds since it was last
 * billed for passing some.
 *
 * @param usage as it was just calculated
 */
export async function billPassedThresholds(ctx: Ctx, record: SubscriptionRecord, usage: LifetimeUsage): Promise<void> {
  const { id, customer_id: customerId } = record.subscription
  if ((await findPassed(ctx, record, usage)).thresholds.length === 0) return
  await transaction(ctx, async tx => {
    const customer = await lockCustomer(tx, customerId)
    const [current] = await loadSubscriptionRecords(tx, [id])
    if (current?.subscription.status !== 'active') return
    // Somebody else may have billed them before the customer was locked.
    const { thresholds, previous } = await findPassed(tx, current, usage)
    if (thresholds.length === 0) return
    await billProgressively(tx, customer, {
      record: current,
      thresholds,
      invoicedCents: usage.invoiced_usage_amount_cents,
      lifetimeCents: cappedCents(totalOf(usage)),
      previousInvoiceId: previous?.id ?? null,
    })
  })
}

interface Passed {
  /** The fixed ones ascending, then the recurring one. */
  readonly thresholds: readonly UsageThreshold[]
  readonly previous?: ProgressiveInvoice | undefined
}

async function findPassed(ctx: Ctx, { subscription }: SubscriptionRecord, usage: LifetimeUsage): Promise<Passed> {
  const applicable = (await getApplicableThresholds(ctx, [subscription])).get(subscription.id) ?? []
  if (applicable.length === 0) return { thresholds: [] }
  const instant = { subscriptionId: subscription.id, at: ctx.clock.now(), exceptInvoiceId: null }
  const [previous] = await findProgressiveInvoices(ctx, [instant])
  const fixed = applicable.filter(threshold => !threshold.recurring)
  const recurring = applicable.find(threshold => threshold.recurring)
  const passed = passedUsageThresholds(
    { fixed: fixed.map(({ amountCents }) => amountCents), recurring: recurring?.amountCents ?? null },
    {
      historical: usage.historical_usage_amount_cents,
      invoiced: usage.invoiced_usage_amount_cents,
      current: usage.current_usage_amount_cents,
      progressivelyBilled: previous?.feesAmountCents ?? 0n,
    },
  )
  const ofAmount = new Map(fixed.map(threshold => [threshold.amountCents, threshold]))
  return {
    thresholds: [
      ...passed.fixed.flatMap(amount => ofAmount.get(amount) ?? []),
      ...(passed.recurring && recurring !== undefined ? [recurring] : []),
    ],
    previous,
  }
}
