import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { forgetAttempts } from './attempts.ts'

/** Customers who have no campaign of their own are asked as this one has it. */
export async function applyToBillingEntity(tx: Ctx, billingEntityId: string, campaignId: string | null): Promise<void> {
  await tx.db
    .updateTable('billing_entities')
    .set({ applied_dunning_campaign_id: campaignId })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', billingEntityId)
    .execute()
  await forgetAttempts(
    tx,
    sql<boolean>`billing_entity_id = ${billingEntityId} and applied_dunning_campaign_id is null
      and not exclude_from_dunning_campaign`,
  )
}

/**
 * How a customer is asked: as a campaign has it, as its billing entity's has it, or never. Any change starts from the
 * beginning. The customer is locked.
 */
export async function applyToCustomer(
  tx: Ctx,
  customer: {
    readonly id: string
    readonly applied_dunning_campaign_id: string | null
    readonly exclude_from_dunning_campaign: boolean
  },
  wanted: { readonly campaignId: string | null; readonly excluded: boolean },
): Promise<void> {
  const same =
    customer.applied_dunning_campaign_id === wanted.campaignId &&
    customer.exclude_from_dunning_campaign === wanted.excluded
  if (same) return
  await tx.db
    .updateTable('customers')
    .set({ applied_dunning_campaign_id: wanted.campaignId, exclude_from_dunning_campaign: wanted.excluded })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', customer.id)
    .execute()
  await forgetAttempts(tx, sql<boolean>`id = ${customer.id}`)
}
