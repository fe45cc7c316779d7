import { localDate } from '@weir/engine'
import { lockCustomer } from '../../customers/index.ts'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import {
  endTrial,
  findCustomersWithEndedTrials,
  findEndedTrials,
  nextTrialEnd,
  type SubscriptionRecord,
} from '../../subscriptions/index.ts'
import { createSubscriptionInvoices, orderOf } from './create-invoice.ts'

const END_TRIALS = 'end_trials'

/** Acts on free trials that are over: a plan paid in advance bills the rest of its running period. */
export const billEndedTrials: ClockTask = {
  name: 'bill_ended_trials',
  schedule: { minute: 35 },
  nextDue: nextTrialEnd,

  async run(scope) {
    const at = scope.now.round({ smallestUnit: 'second', roundingMode: 'trunc' }).toString()
    for await (const customers of findCustomersWithEndedTrials(scope)) {
      await addJobs(
        scope.db,
        customers.map(({ organizationId, customerId }) => ({
          task: END_TRIALS,
          queue: customerId,
          key: `${END_TRIALS}:${customerId}`,
          payload: { organizationId, customerId, at },
        })),
      )
    }
  },
}

export const endTrials: TaskDefinition = {
  name: END_TRIALS,
  run: (ctx, payload) =>
    transaction(ctx, async tx => {
      const tick = Temporal.Instant.from(String(payload.at))
      const customer = await lockCustomer(tx, String(payload.customerId))
      for (const record of await findEndedTrials(tx, String(payload.customerId), tick)) {
        if (record.plan.payInAdvance && !(await isBilledAlready(tx, record, tick))) {
          const order = { record, reason: 'subscription_starting', at: tick } as const
          await createSubscriptionInvoices(tx, [await orderOf(tx, customer, order)])
        }
        await endTrial(tx, record)
      }
    }),
}

/**
 * Whether the base fee of the period is on an invoice: on the periodic one of this very day, which bills it where the
 * trial ends on a billing day, or on one of the day the service started.
 */
async function isBilledAlready(
  tx: Ctx,
  { subscription, timeZone }: SubscriptionRecord,
  tick: Temporal.Instant,
): Promise<boolean> {
  const links = await tx.db
    .selectFrom('invoice_subscriptions')
    .innerJoin('invoices', 'invoices.id', 'invoice_subscriptions.invoice_id')
    .leftJoin('fees', join =>
      join
        .onRef('fees.invoice_id', '=', 'invoices.id')
        .onRef('fees.subscription_id', '=', 'invoice_subscriptions.subscription_id')
        .on('fees.fee_type', '=', 'subscription')
        .on('fees.deleted_at', 'is', null),
    )
    .select([
      'invoice_subscriptions.timestamp',
      'invoice_subscriptions.recurring',
      'invoices.status',
      'fees.id as fee_id',
    ])
    .where('invoice_subscriptions.organization_id', '=', tx.org.id)
    .where('invoice_subscriptions.subscription_id', '=', subscription.id)
    .execute()
  const startDay = subscription.started_at && localDate(subscription.started_at, 'UTC')
  return links.some(link => {
    if (link.recurring && localDate(link.timestamp, timeZone).equals(localDate(tick, timeZone))) return true
    const isIssued = ['draft', 'pending', 'finalized'].includes(link.status)
    return link.fee_id !== null && isIssued && startDay !== null && localDate(link.timestamp, 'UTC').equals(startDay)
  })
}
