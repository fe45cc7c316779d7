import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { chargeOrigin } from '../billing/write.ts'
import type { ChargedEvent, ChargedSubscription, EventFee } from './event-fee.ts'

/** Where the fee of an event belongs. */
export interface FeePlace {
  /** Null for a fee that stands alone. */
  readonly invoiceId: string | null
  readonly billingEntityId: string
}

/** Stores the fee of an event, and tells its id. */
export async function insertEventFee(
  tx: Ctx,
  place: FeePlace,
  { subscription, plan }: Pick<ChargedSubscription, 'subscription' | 'plan'>,
  event: ChargedEvent,
  computed: EventFee,
): Promise<string> {
  const row = { ...place, id: newId(), createdAt: tx.clock.now() }
  await tx.db
    .insertInto('fees')
    .values(eventFeeRow(tx, row, { subscription, plan }, event, computed))
    .execute()
  return row.id
}

/** The columns of an event's fee, stored or only estimated. */
export function eventFeeRow(
  ctx: Ctx,
  {
    id,
    invoiceId,
    billingEntityId,
    createdAt,
  }: FeePlace & { readonly id: string; readonly createdAt: Temporal.Instant },
  { subscription, plan }: Pick<ChargedSubscription, 'subscription' | 'plan'>,
  event: ChargedEvent,
  { charge, fee, presented, period }: EventFee,
) {
  return {
    id,
    organization_id: ctx.org.id,
    billing_entity_id: billingEntityId,
    invoice_id: invoiceId,
    subscription_id: subscription.id,
    charge_id: charge.id,
    charge_filter_id: fee.filterId,
    fee_type: 'charge',
    amount_cents: fee.amountCents,
    amount_currency: plan.amountCurrency,
    precise_amount_cents: fee.preciseAmountCents,
    unit_amount_cents: fee.unitAmountCents,
    precise_unit_amount: fee.preciseUnitAmount,
    units: fee.units,
    total_aggregated_units: fee.totalAggregatedUnits,
    events_count: fee.eventsCount,
    pay_in_advance: true,
    pay_in_advance_event_id: event.position?.id ?? null,
    pay_in_advance_event_transaction_id: event.transactionId,
    grouped_by: JSON.stringify(fee.groupedBy),
    amount_details: JSON.stringify(fee.amountDetails),
    computed_from: JSON.stringify(chargeOrigin(charge, fee.filterId, period.fullDays)),
    from_datetime: period.from,
    to_datetime: period.to,
    timestamp: Temporal.Instant.fromEpochNanoseconds(event.timestamp * 1000n),
    presentation_breakdowns: JSON.stringify(presented),
    created_at: createdAt,
    updated_at: createdAt,
  }
}

/** Which of some events of subscriptions were charged before, whatever became of their fees. */
export interface ChargedTransactions {
  has(subscriptionId: string, transactionId: string): boolean
}

export async function findChargedTransactions(
  tx: Ctx,
  subscriptionIds: readonly string[],
  transactionIds: readonly string[],
): Promise<ChargedTransactions> {
  const rows = await tx.db
    .selectFrom('fees')
    .select(['subscription_id', 'pay_in_advance_event_transaction_id as transaction_id'])
    .where('organization_id', '=', tx.org.id)
    .where(sql<boolean>`pay_in_advance_event_transaction_id = any(${transactionIds}::text[])`)
    .where(sql<boolean>`subscription_id = any(${subscriptionIds}::uuid[])`)
    .execute()
  const known = new Set(rows.map(row => JSON.stringify([row.subscription_id, row.transaction_id])))
  return { has: (...pair) => known.has(JSON.stringify(pair)) }
}
