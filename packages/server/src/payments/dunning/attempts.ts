import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** How often a customer was asked, by currency. */
export type Attempts = Readonly<Record<string, number>>

/** Keeps how often, and when last, a customer was asked. The customer is locked. */
export async function saveAttempts(
  tx: Ctx,
  customerId: string,
  attempts: Attempts,
  lastAt: Temporal.Instant | null,
): Promise<void> {
  await tx.db
    .updateTable('customers')
    .set({ dunning_currency_attempts: JSON.stringify(attempts), last_dunning_campaign_attempt_at: lastAt })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', customerId)
    .execute()
}

/** Starts from the beginning with customers. */
export async function forgetAttempts(tx: Ctx, condition: RawBuilder<boolean>): Promise<void> {
  await tx.db
    .updateTable('customers')
    .set({ dunning_currency_attempts: '{}', last_dunning_campaign_attempt_at: null })
    .where('organization_id', '=', tx.org.id)
    .where(condition)
    .execute()
}

/** SQL on `customers`: those whose own campaign it is, or who fall back to it through their billing entity. */
export function isOfCampaign(campaignId: string): RawBuilder<boolean> {
  return sql<boolean>`(
    applied_dunning_campaign_id = ${campaignId}
    or (applied_dunning_campaign_id is null and not exclude_from_dunning_campaign and billing_entity_id in (
      select id from billing_entities where applied_dunning_campaign_id = ${campaignId}
    ))
  )`
}
