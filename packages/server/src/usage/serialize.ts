import { type ChargeFee, decimal, formatDecimal, ZERO } from '@weir/engine'
import type { Charge } from '../catalog/index.ts'
import { formatCents, formatInstant } from '../platform/wire.ts'
import type { ChargeUsage, CurrentUsage } from './current-usage.ts'

/** Current usage as the API gives it. Only whole cents are added up: each row was rounded by itself. */
export function serializeCurrentUsage(usage: CurrentUsage) {
  const amount = sumCents(usage.charges.flatMap(charge => charge.fees))
  return {
    from_datetime: formatInstant(usage.period.from),
    to_datetime: formatInstant(usage.period.to),
    issuing_date: usage.period.to.toZonedDateTimeISO('UTC').toPlainDate().toString(),
    currency: usage.plan.amountCurrency,
    amount_cents: formatCents(amount),
    total_amount_cents: formatCents(amount),
    taxes_amount_cents: 0,
    lago_invoice_id: null,
    charges_usage: usage.charges.map(charge => serializeChargeUsage(charge, usage.plan.amountCurrency)),
  }
}

function serializeChargeUsage({ charge, fees }: ChargeUsage, currency: string) {
  const isGrouped = fees.some(fee => Object.keys(fee.groupedBy).length > 0)
  return {
    ...serializeSums(fees),
    amount_currency: currency,
    charge: {
      lago_id: charge.id,
      code: charge.code,
      charge_model: charge.chargeModel,
      invoice_display_name: charge.invoiceDisplayName,
    },
    billable_metric: {
      lago_id: charge.metric.id,
      name: charge.metric.name,
      code: charge.metric.code,
      aggregation_type: charge.metric.aggregationType,
    },
    filters: serializeFilters(charge, fees),
    grouped_usage: isGrouped ? serializeGroups(charge, fees) : [],
    presentation_breakdowns: [],
  }
}

/** One item a bucket, the default bucket last; none where the charge has no filters. */
function serializeFilters(charge: Charge, fees: readonly ChargeFee[]) {
  if (charge.filters.length === 0) return []
  const buckets = Map.groupBy(fees, fee => fee.filterId)
  const filters = charge.filters.flatMap(filter => {
    const bucket = buckets.get(filter.id)
    if (bucket === undefined) return []
    return [{ ...serializeSums(bucket), invoice_display_name: filter.invoiceDisplayName, values: filter.values }]
  })
  const others = buckets.get(null)
  const rest = others === undefined ? [] : [{ ...serializeSums(others), invoice_display_name: null, values: null }]
  return [...filters, ...rest].map(filter => ({ ...filter, presentation_breakdowns: [] }))
}

/** One item a combination of group values; rows of several buckets are merged and told apart in its filters. */
function serializeGroups(charge: Charge, fees: readonly ChargeFee[]) {
  const groups = Map.groupBy(fees, fee => JSON.stringify(Object.entries(fee.groupedBy).toSorted()))
  return [...groups.values()].map(group => ({
    ...serializeSums(group),
    grouped_by: group[0]?.groupedBy ?? {},
    filters: serializeFilters(charge, group),
    presentation_breakdowns: [],
  }))
}

function serializeSums(fees: readonly ChargeFee[]) {
  return {
    units: formatDecimal(fees.reduce((sum, fee) => sum.plus(decimal(fee.units)), ZERO)),
    total_aggregated_units: formatDecimal(fees.reduce((sum, fee) => sum.plus(decimal(fee.totalAggregatedUnits)), ZERO)),
    events_count: fees.reduce((sum, fee) => sum + fee.eventsCount, 0),
    amount_cents: formatCents(sumCents(fees)),
    pricing_unit_details: null,
  }
}

function sumCents(fees: readonly ChargeFee[]): bigint {
  return fees.reduce((sum, fee) => sum + fee.amountCents, 0n)
}
