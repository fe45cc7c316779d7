import type { Ctx } from '../../platform/context.ts'
import type { Domain, WebhookObject } from '../../platform/module.ts'
import { presentForWebhook } from '../../subscriptions/index.ts'
import { presentThreshold } from '../invoice-parts.ts'

const thresholdReached: WebhookObject = { objectType: 'subscription', serialize: serializeReached }

export const progressiveWebhooks: NonNullable<Domain['webhooks']> = {
  'subscription.usage_threshold_reached': thresholdReached,
}

/** The subscription, with the threshold that it was billed for. */
async function serializeReached(ctx: Ctx, appliedId: string) {
  const reached = await ctx.db
    .selectFrom('applied_usage_thresholds as applied')
    .innerJoin('usage_thresholds as threshold', 'threshold.id', 'applied.usage_threshold_id')
    .innerJoin('invoice_subscriptions as link', 'link.invoice_id', 'applied.invoice_id')
    .selectAll('threshold')
    .select('link.subscription_id as billed_subscription_id')
    .where('applied.organization_id', '=', ctx.org.id)
    .where('applied.id', '=', appliedId)
    .executeTakeFirst()
  if (reached === undefined) return undefined
  const subscription = await presentForWebhook(ctx, reached.billed_subscription_id, 'thresholds')
  return subscription && { ...subscription, usage_threshold: presentThreshold(reached) }
}
