import { findCustomersByIds } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { WebhookObject } from '../../platform/module.ts'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import { type DunningCampaign, findApplicableCampaign, listThresholds, overdueBalances } from './store.ts'

export async function presentCampaigns(ctx: Ctx, campaigns: readonly DunningCampaign[]) {
  const thresholds = await listThresholds(
    ctx,
    campaigns.map(campaign => campaign.id),
  )
  return campaigns.map(campaign => ({
    lago_id: campaign.id,
    code: campaign.code,
    name: campaign.name,
    description: campaign.description,
    days_between_attempts: campaign.days_between_attempts,
    max_attempts: campaign.max_attempts,
    bcc_emails: campaign.bcc_emails,
    thresholds: (thresholds.get(campaign.id) ?? []).map(threshold => ({
      lago_id: threshold.id,
      currency: threshold.currency,
      amount_cents: formatCents(threshold.amount_cents),
    })),
    created_at: formatInstant(campaign.created_at),
  }))
}

/** A customer was asked for the last time. */
export const campaignFinished: WebhookObject = {
  objectType: 'dunning_campaign',
  async serialize(ctx, customerId) {
    const [customer] = await findCustomersByIds(ctx, [customerId])
    const campaign = await findApplicableCampaign(ctx, customerId)
    if (customer === undefined || campaign === undefined) return undefined
    const balances = await overdueBalances(ctx, customerId)
    const own = balances.find(balance => balance.currency === customer.currency)
    return {
      external_customer_id: customer.external_id,
      customer_external_id: customer.external_id,
      dunning_campaign_code: campaign.code,
      overdue_balance_cents: formatCents(own?.amount_cents ?? 0n),
      overdue_balance_currency: customer.currency,
      overdue_balances: balances.map(({ currency, amount_cents }) => ({
        currency,
        amount_cents: formatCents(amount_cents),
      })),
    }
  },
}
