import { formatDecimal } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { Domain, WebhookObject } from '../../platform/module.ts'
import { formatInstant } from '../../platform/wire.ts'

const triggeredAlert: WebhookObject = { objectType: 'triggered_alert', serialize: serializeTriggeredAlert }

export const webhooks: NonNullable<Domain['webhooks']> = { 'alert.triggered': triggeredAlert }

async function serializeTriggeredAlert(ctx: Ctx, triggeredId: string) {
  const triggered = await ctx.db
    .selectFrom('triggered_usage_alerts as triggered')
    .innerJoin('usage_alerts as alerts', 'alerts.id', 'triggered.alert_id')
    .leftJoin('subscriptions', 'subscriptions.id', 'triggered.subscription_id')
    .leftJoin('wallets', 'wallets.id', 'triggered.wallet_id')
    .innerJoin('customers', join =>
      join.on(sql<boolean>`customers.id = coalesce(subscriptions.customer_id, wallets.customer_id)`),
    )
    .leftJoin('billable_metrics', 'billable_metrics.id', 'alerts.billable_metric_id')
    .where('triggered.organization_id', '=', ctx.org.id)
    .where('triggered.id', '=', triggeredId)
    .selectAll('triggered')
    .select([
      'alerts.code',
      'alerts.name',
      'alerts.alert_type',
      'subscriptions.external_id as external_subscription_id',
      'customers.external_id as external_customer_id',
      'billable_metrics.code as billable_metric_code',
    ])
    .executeTakeFirst()
  if (triggered === undefined) return undefined
  return {
    lago_id: triggered.id,
    lago_organization_id: triggered.organization_id,
    lago_alert_id: triggered.alert_id,
    lago_subscription_id: triggered.subscription_id,
    external_subscription_id: triggered.external_subscription_id,
    lago_wallet_id: triggered.wallet_id,
    external_customer_id: triggered.external_customer_id,
    billable_metric_code: triggered.billable_metric_code,
    alert_name: triggered.name,
    alert_code: triggered.code,
    alert_type: triggered.alert_type,
    current_value: formatDecimal(triggered.current_value),
    previous_value: formatDecimal(triggered.previous_value),
    crossed_thresholds: triggered.crossed_thresholds,
    triggered_at: formatInstant(triggered.triggered_at),
    subscription_external_id: triggered.external_subscription_id,
    customer_external_id: triggered.external_customer_id,
  }
}
