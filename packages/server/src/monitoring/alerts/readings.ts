import { decimal } from '@weir/engine'
import type { ChargeUsage, CurrentUsage } from '../../usage/index.ts'
import { usageAmountCents } from '../current-usage.ts'
import { type LifetimeUsage, totalOf } from '../lifetime-usage/store.ts'
import { type AlertReading, largest } from './evaluate.ts'

/**
 * What the alerts on current and lifetime usage compare. Alerts on a metric compare its largest row, a bucket and group of
 * a charge, rather than a total.
 */
export function usageReading(usage: CurrentUsage, lifetimeUsage: LifetimeUsage): AlertReading {
  return async alert => {
    switch (alert.alert_type) {
      case 'current_usage_amount':
        return decimal(usageAmountCents(usage))
      case 'lifetime_usage_amount':
        return decimal(totalOf(lifetimeUsage))
      case 'billable_metric_current_usage_amount':
        return largest(feesOfMetric(usage.charges, alert.billable_metric_id).map(fee => fee.amountCents))
      case 'billable_metric_current_usage_units':
        return largest(feesOfMetric(usage.charges, alert.billable_metric_id).map(fee => fee.units))
      default:
        return undefined
    }
  }
}

/** The fees of all charges on a metric, one a bucket and group; none for an unknown metric. */
export function feesOfMetric(charges: readonly ChargeUsage[], metricId: string | null): ChargeUsage['fees'] {
  return charges.filter(({ charge }) => charge.metric.id === metricId).flatMap(({ fees }) => fees)
}
