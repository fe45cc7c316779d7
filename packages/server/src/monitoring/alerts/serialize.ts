import { formatDecimal } from '@weir/engine'
import { type BillableMetric, getMetrics, serializeBillableMetric } from '../../catalog/index.ts'
import { getWalletCodes } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { formatInstant } from '../../platform/wire.ts'
import { loadThresholds } from './store.ts'
import type { AlertRow, Threshold } from './types.ts'

/** Alerts as the API prints them, in their order, with two queries however many they are. */
export async function presentAlerts(ctx: Ctx, alerts: readonly AlertRow[]) {
  const thresholds = await loadThresholds(
    ctx,
    alerts.map(alert => alert.id),
  )
  const metricIds = alerts.flatMap(alert => alert.billable_metric_id ?? [])
  const metrics = new Map((await getMetrics(ctx, metricIds)).map(metric => [metric.id, metric]))
  const walletCodes = await getWalletCodes(
    ctx,
    alerts.flatMap(alert => alert.wallet_id ?? []),
  )
  return alerts.map(alert =>
    serializeAlert(
      alert,
      thresholds.get(alert.id) ?? [],
      metrics.get(alert.billable_metric_id ?? ''),
      walletCodes.get(alert.wallet_id ?? ''),
    ),
  )
}

/** As {@link presentAlerts}, for one. */
export async function presentAlert(ctx: Ctx, alert: AlertRow) {
  return (await presentAlerts(ctx, [alert]))[0]
}

function serializeAlert(
  alert: AlertRow,
  thresholds: readonly Threshold[],
  metric: BillableMetric | undefined,
  walletCode: string | undefined,
) {
  return {
    lago_id: alert.id,
    lago_organization_id: alert.organization_id,
    subscription_external_id: alert.subscription_external_id,
    external_subscription_id: alert.subscription_external_id,
    lago_wallet_id: alert.wallet_id,
    wallet_code: walletCode ?? null,
    alert_type: alert.alert_type,
    code: alert.code,
    name: alert.name,
    direction: alert.direction,
    previous_value: formatDecimal(alert.previous_value),
    last_processed_at: formatInstant(alert.last_processed_at),
    thresholds: thresholds.map(({ code, value, recurring }) => ({ code, value: formatDecimal(value), recurring })),
    created_at: formatInstant(alert.created_at),
    billable_metric: metric === undefined ? null : serializeBillableMetric(metric),
  }
}
