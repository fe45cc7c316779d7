import type { ChargeModelName, Currency } from '@weir/engine'
import { decimal } from '@weir/engine'
import { type BillableMetric, findMetricsByCodes } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { type Page, type PageMeta, pageMeta } from '../../platform/http/pagination.ts'
import { serializeChargeUsage, type UsageCharge, type UsageFee, usageHead } from '../../usage/index.ts'
import { type FeeRow, loadUsageFees } from '../fees-store.ts'
import { type BilledChargeRow, type BilledPeriodRow, findBilledCharges, listBilledPeriods } from './store.ts'

export interface PastUsageQuestion {
  readonly externalCustomerId: string
  readonly externalSubscriptionId: string
  readonly billableMetricCode: string | undefined
  /** So many periods in place of a page full. */
  readonly periodsCount: number | undefined
  readonly page: Page
}

/**
 * What a subscription was billed for, an item a period and invoice, in the shape of current usage: of an unknown customer
 * or subscription nothing. The totals are those of the whole invoice, whatever metric is asked for.
 *
 * @throws 404 `billable_metric_not_found`
 */
export async function getPastUsage(ctx: Ctx, question: PastUsageQuestion) {
  const { billableMetricCode: code, periodsCount, page } = question
  if (code !== undefined && !(await findMetricsByCodes(ctx, [code])).has(code)) throw notFound('billable_metric')

  const limit = periodsCount ?? page.perPage
  const { periods, total } = await listBilledPeriods(ctx, question, { limit, offset: page.offset })
  const invoiceIds = [...new Set(periods.map(period => period.invoice_id))]
  const fees = await loadUsageFees(ctx, invoiceIds, question.externalSubscriptionId)
  const asked = code === undefined ? fees : fees.filter(fee => fee.metric_code === code)
  const charges = await findBilledCharges(ctx, [...new Set(asked.flatMap(fee => fee.charge_id ?? []))])
  const feesOfInvoice = Map.groupBy(asked, fee => fee.invoice_id)
  return {
    usage_periods: periods.map(period => serializePeriod(period, feesOfInvoice.get(period.invoice_id) ?? [], charges)),
    meta: metaOf(limit, page, total),
  }
}

function metaOf(perPage: number, { offset }: Page, total: number): PageMeta {
  return pageMeta({ page: Math.floor(offset / perPage) + 1, perPage }, total)
}

function serializePeriod(period: BilledPeriodRow, fees: readonly FeeRow[], charges: readonly BilledChargeRow[]) {
  return {
    ...usageHead(
      { from: period.charges_from_datetime, to: period.charges_to_datetime },
      period.currency,
      period.fees_amount_cents,
      period.taxes_amount_cents,
      { id: period.invoice_id, issuingDate: period.issuing_date.toString() },
    ),
    charges_usage: serializeBilledCharges(fees, charges, period.currency),
  }
}

/** What fees are for, charge by charge, in the order of the charges; those without a fee are left out. */
export function serializeBilledCharges(fees: readonly FeeRow[], charges: readonly BilledChargeRow[], currency: string) {
  const byCharge = Map.groupBy(fees, fee => fee.charge_id)
  return charges.flatMap(charge => {
    const own = byCharge.get(charge.id)
    return own === undefined
      ? []
      : [serializeChargeUsage(usageCharge(charge, own), own.map(usageFee), currency as Currency)]
  })
}

/** The charge with the filters and the pricing unit that its fees had. */
function usageCharge(charge: BilledChargeRow, fees: readonly FeeRow[]): UsageCharge {
  const filters = new Map(
    fees.flatMap(({ charge_filter_id: id, computed_from: { filter } }) =>
      id === null || filter === undefined
        ? []
        : [[id, { id, invoiceDisplayName: filter.invoice_display_name, values: filter.values }] as const],
    ),
  )
  const unit = fees.find(fee => fee.pricing_unit_usage !== null)?.pricing_unit_usage ?? null
  return {
    id: charge.id,
    code: charge.code,
    chargeModel: charge.charge_model as ChargeModelName,
    invoiceDisplayName: charge.invoice_display_name,
    metric: {
      id: charge.metric_id,
      name: charge.metric_name,
      code: charge.metric_code,
      aggregationType: charge.aggregation_type as BillableMetric['aggregationType'],
    },
    appliedPricingUnit: unit && { shortName: unit.short_name, conversionRate: decimal(unit.conversion_rate) },
    hasFilters: charge.has_filters,
    filters: [...filters.values()],
  }
}

function usageFee(fee: FeeRow): UsageFee {
  return {
    filterId: fee.charge_filter_id,
    groupedBy: fee.grouped_by,
    units: fee.units,
    totalAggregatedUnits: fee.total_aggregated_units ?? fee.units,
    eventsCount: fee.events_count ?? 0,
    amountCents: fee.amount_cents,
    pricingUnitUsage: fee.pricing_unit_usage && { amountCents: BigInt(fee.pricing_unit_usage.amount_cents) },
    presented: fee.presentation_breakdowns.map(part => ({ presentedBy: part.presentation_by, units: part.units })),
  }
}
