import type { EventBucket, Period, RunningTotals } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import type { ChargedEvent, EventFee } from './event-fee.ts'

export interface TotalsQuestion {
  readonly externalSubscriptionId: string
  readonly chargeId: string
  readonly bucket: Pick<EventBucket, 'filterId' | 'groupedBy'>
  readonly period: Period
  /** The event that is charged now. */
  readonly exceptTransactionId: string
}

interface TotalsRow {
  readonly current: string
  readonly max: string
  readonly max_prorated: string | null
}

/** How far a bucket and group was charged in a period, after the last event of it; null when nothing was charged yet. */
export async function findLastTotals(ctx: Ctx, question: TotalsQuestion): Promise<RunningTotals | null> {
  const { bucket, period } = question
  // Events count from the millisecond that a period begins in.
  const from = period.from.round({ smallestUnit: 'millisecond', roundingMode: 'floor' })
  const { rows } = await sql<TotalsRow>`
    select current, max, max_prorated
    from advance_totals
    where organization_id = ${ctx.org.id}
      and external_subscription_id = ${question.externalSubscriptionId}
      and charge_id = ${question.chargeId}
      and charge_filter_id is not distinct from ${bucket.filterId}
      and grouped_by = ${JSON.stringify(bucket.groupedBy)}::jsonb
      and event_transaction_id <> ${question.exceptTransactionId}
      and timestamp >= ${from}
      and timestamp <= ${period.to}
    order by timestamp desc, created_at desc, id desc
    limit 1`.execute(ctx.db)
  const [row] = rows
  return row === undefined ? null : { current: row.current, max: row.max, maxProrated: row.max_prorated }
}

/** Keeps the totals after an event. */
export async function keepTotals(
  tx: Ctx,
  externalSubscriptionId: string,
  event: Pick<ChargedEvent, 'transactionId' | 'timestamp'>,
  { charge, line: { fee }, totals }: EventFee,
): Promise<void> {
  if (totals === null) return
  await tx.db
    .insertInto('advance_totals')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      external_subscription_id: externalSubscriptionId,
      charge_id: charge.id,
      charge_filter_id: fee.filterId,
      grouped_by: JSON.stringify(fee.groupedBy),
      event_transaction_id: event.transactionId,
      timestamp: Temporal.Instant.fromEpochNanoseconds(event.timestamp * 1000n),
      current: totals.current,
      max: totals.max,
      max_prorated: totals.maxProrated,
      created_at: tx.clock.now(),
    })
    .execute()
}
