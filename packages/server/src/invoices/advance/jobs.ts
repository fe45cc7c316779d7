import { sql } from 'kysely'
import { arrivalsOf, eventsAt } from '../../events/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { billEvents } from './bill-events.ts'

const BILL_EVENTS = 'bill_events_in_advance'

/**
 * Events of subscriptions with charges in advance are billed, those of one customer one after another. Where nothing is
 * charged in advance, one question finds it out, however many events came.
 */
export const onEventsArrived: Reaction = async (tx, events) => {
  const arrivals = arrivalsOf(events)
  const positionsOf = new Map(arrivals.map(arrival => [arrival.externalSubscriptionId, arrival.positions]))
  const charged = await findCharged(tx, [...positionsOf.keys()])
  const customers = new Map(charged.map(row => [row.external_id, row.customer_id]))
  await addJobs(
    tx.db,
    [...customers].map(([externalSubscriptionId, customerId]) => ({
      task: BILL_EVENTS,
      queue: customerId,
      payload: {
        organizationId: tx.org.id,
        externalSubscriptionId,
        positions: positionsOf.get(externalSubscriptionId),
      },
    })),
  )
}

const billEventsInAdvance: TaskDefinition = {
  name: BILL_EVENTS,
  async run(ctx, payload) {
    const externalSubscriptionId = String(payload.externalSubscriptionId)
    const charged = await findCharged(ctx, [externalSubscriptionId])
    const codes = [...new Set(charged.map(row => row.code))]
    if (codes.length === 0) return
    await billEvents(ctx, await eventsAt(ctx, externalSubscriptionId, payload.positions as readonly string[], codes))
  },
}

export const advanceTasks: readonly TaskDefinition[] = [billEventsInAdvance]

interface ChargedRow {
  readonly external_id: string
  /** Of the metric. */
  readonly code: string
  readonly customer_id: string
}

/** Which metrics are charged in advance of any subscription that ever had one of these external ids. */
async function findCharged(ctx: Ctx, externalIds: readonly string[]): Promise<ChargedRow[]> {
  const { rows } = await sql<ChargedRow>`
    select distinct subscriptions.external_id, billable_metrics.code, subscriptions.customer_id
    from subscriptions
    join charges on charges.plan_id = subscriptions.plan_id
    join billable_metrics on billable_metrics.id = charges.billable_metric_id
    where subscriptions.organization_id = ${ctx.org.id}
      and subscriptions.external_id = any(${externalIds}::text[])
      and subscriptions.started_at is not null
      and charges.pay_in_advance
      and charges.deleted_at is null
      and billable_metrics.deleted_at is null`.execute(ctx.db)
  return rows
}
