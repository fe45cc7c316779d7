import { formatDecimal } from '@weir/engine'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import type { Coupon } from './store.ts'

/**
 * A coupon as the API prints it.
 *
 * One that was limited to plans or metrics which are deleted stays limited, without a code to show for it: it reduces
 * nothing any more, where a coupon without limits would reduce everything.
 */
export function serializeCoupon({ row, planCodes, billableMetricCodes }: Coupon) {
  return {
    lago_id: row.id,
    name: row.name,
    code: row.code,
    description: row.description,
    coupon_type: row.coupon_type,
    amount_cents: formatCents(row.amount_cents),
    amount_currency: row.amount_currency,
    percentage_rate: row.percentage_rate === null ? null : formatDecimal(row.percentage_rate),
    frequency: row.frequency,
    frequency_duration: row.frequency_duration,
    reusable: row.reusable,
    limited_plans: row.limited_plans,
    limited_billable_metrics: row.limited_billable_metrics,
    plan_codes: planCodes,
    billable_metric_codes: billableMetricCodes,
    created_at: formatInstant(row.created_at),
    expiration: row.expiration,
    expiration_at: formatInstant(row.expiration_at),
    terminated_at: formatInstant(row.terminated_at),
  }
}
