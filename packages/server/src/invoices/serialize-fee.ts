import { type Currency, currencySubunits, decimal, formatDecimal, round, truncate, ZERO } from '@weir/engine'
import type { Ctx } from '../platform/context.ts'
import { formatCents, formatInstant, formatInstantOffset } from '../platform/wire.ts'
import { presentFeeTaxes } from './applied-taxes.ts'
import type { FeeRow, PresentedPart, StoredPricingUnitUsage } from './fees-store.ts'

const ALL_FILTER_VALUES = '__ALL_FILTER_VALUES__'

/** A fee as it is embedded in invoices and webhooks: without its applied taxes. */
export function serializeFee(fee: FeeRow) {
  const preciseTotal = decimal(fee.precise_amount_cents).plus(fee.taxes_precise_amount_cents)
  const subTotal = decimal(fee.amount_cents).minus(fee.precise_coupons_amount_cents)
  const preciseSubTotal = decimal(fee.precise_amount_cents).minus(fee.precise_coupons_amount_cents)
  return {
    lago_id: fee.id,
    lago_charge_id: fee.charge_id,
    lago_charge_filter_id: fee.charge_filter_id,
    lago_fixed_charge_id: fee.fixed_charge_id,
    lago_invoice_id: fee.invoice_id,
    lago_true_up_fee_id: fee.true_up_fee_id,
    lago_true_up_parent_fee_id: fee.true_up_parent_fee_id,
    lago_original_fee_id: fee.original_fee_id,
    lago_subscription_id: fee.subscription_id,
    external_subscription_id: fee.external_subscription_id,
    lago_customer_id: fee.customer_id,
    external_customer_id: fee.external_customer_id,
    item: serializeItem(fee),
    pay_in_advance: fee.fee_type === 'subscription' ? (fee.plan_pay_in_advance ?? false) : fee.pay_in_advance,
    invoiceable: fee.charge_invoiceable ?? true,
    amount_cents: formatCents(fee.amount_cents),
    amount_currency: fee.amount_currency,
    precise_amount: preciseUnits(fee.precise_amount_cents, fee.amount_currency),
    precise_total_amount: preciseUnits(preciseTotal.toString(), fee.amount_currency),
    taxes_amount_cents: formatCents(fee.taxes_amount_cents),
    taxes_precise_amount: preciseUnits(fee.taxes_precise_amount_cents, fee.amount_currency),
    taxes_rate: fee.taxes_rate,
    total_aggregated_units: fee.total_aggregated_units === null ? null : formatDecimal(fee.total_aggregated_units),
    total_amount_cents: formatCents(fee.amount_cents + fee.taxes_amount_cents),
    total_amount_currency: fee.amount_currency,
    units: formatDecimal(fee.units),
    description: fee.description,
    precise_unit_amount: formatDecimal(fee.precise_unit_amount),
    precise_coupons_amount_cents: formatDecimal(fee.precise_coupons_amount_cents),
    sub_total_excluding_taxes_amount_cents: formatCents(truncate(round(subTotal, 0))),
    sub_total_excluding_taxes_precise_amount_cents: formatDecimal(preciseSubTotal),
    events_count: fee.events_count,
    payment_status: fee.payment_status,
    created_at: formatInstant(fee.created_at),
    succeeded_at: formatInstant(fee.succeeded_at),
    failed_at: formatInstant(fee.failed_at),
    refunded_at: formatInstant(fee.refunded_at),
    amount_details: fee.amount_details,
    self_billed: fee.self_billed ?? false,
    pricing_unit_details: fee.pricing_unit_usage && serializePricingUnitUsage(fee.pricing_unit_usage),
    presentation_breakdowns: presentationBreakdowns(fee),
    ...(hasPeriod(fee) && serializePeriod(fee)),
    ...(fee.fee_type === 'charge' &&
      fee.pay_in_advance && { event_transaction_id: fee.pay_in_advance_event_transaction_id }),
  }
}

/** Fees as the fees endpoints give them. */
export async function presentFees(ctx: Ctx, fees: readonly FeeRow[]) {
  const taxes = await presentFeeTaxes(
    ctx,
    fees.map(fee => fee.id),
  )
  return fees.map(fee => ({ ...serializeFee(fee), applied_taxes: taxes.get(fee.id) ?? [] }))
}

function hasPeriod(fee: FeeRow): boolean {
  return ['charge', 'subscription', 'add_on', 'fixed_charge'].includes(fee.fee_type)
}

/**
 * The period a fee is for. That of usage in advance which is billed by the period, or on no invoice, is told in whole days
 * of UTC.
 */
function serializePeriod(fee: FeeRow) {
  const { from_datetime: from, to_datetime: to } = fee
  const isInDays =
    fee.charge_pay_in_advance === true &&
    (fee.charge_invoiceable === false || fee.pay_in_advance_event_transaction_id === null)
  if (!isInDays || from === null || to === null) {
    return { from_date: formatInstantOffset(from), to_date: formatInstantOffset(to) }
  }
  return { from_date: `${utcDate(from)}T00:00:00+00:00`, to_date: `${utcDate(to)}T23:59:59+00:00` }
}

function utcDate(at: Temporal.Instant): string {
  return at.toZonedDateTimeISO('UTC').toPlainDate().toString()
}

function serializePricingUnitUsage({ pricing_unit_id: id, ...usage }: StoredPricingUnitUsage) {
  return {
    lago_pricing_unit_id: id,
    ...usage,
    precise_amount_cents: formatDecimal(usage.precise_amount_cents),
    precise_unit_amount: formatDecimal(usage.precise_unit_amount),
    conversion_rate: formatDecimal(usage.conversion_rate),
  }
}

/** The units by the keys that are meant to be shown on invoices; parts that only other keys told apart are added up. */
function presentationBreakdowns({ presentation_breakdowns: parts, computed_from: origin }: FeeRow): PresentedPart[] {
  const keys = shownPresentationKeys(origin.presentation_group_keys)
  if (keys.length === 0) return []
  const shown = parts.map(part => ({
    presentation_by: Object.fromEntries(keys.map(key => [key, part.presentation_by[key] ?? null])),
    units: decimal(part.units),
  }))
  const merged = Map.groupBy(shown, part => JSON.stringify(part.presentation_by))
  return [...merged.values()].flatMap(same =>
    same.slice(0, 1).map(({ presentation_by }) => ({
      presentation_by,
      units: formatDecimal(same.reduce((sum, part) => sum.plus(part.units), ZERO)),
    })),
  )
}

function shownPresentationKeys(keys: unknown): string[] {
  if (!Array.isArray(keys)) return []
  return keys.flatMap((key: { value?: unknown; options?: { display_in_invoice?: unknown } | null }) =>
    typeof key?.value === 'string' && key.options?.display_in_invoice === true ? [key.value] : [],
  )
}

/**
 * Precise cents in currency units. They pass through a double, as clients have always seen them, so they carry about 15
 * significant digits.
 */
function preciseUnits(preciseCents: string, currency: string): string {
  return formatDecimal(decimal(Number(preciseCents)).div(currencySubunits(currency as Currency)))
}

function serializeItem(fee: FeeRow) {
  const filter = fee.computed_from.filter
  return {
    type: fee.fee_type,
    ...billedItem(fee),
    filters: filter?.values ?? null,
    filter_invoice_display_name: filter === undefined ? null : filterDisplayName(filter),
    grouped_by: fee.grouped_by,
  }
}

/** What a fee bills: usage of a metric, an add-on, or the plan of a subscription. */
function billedItem(fee: FeeRow) {
  switch (fee.fee_type) {
    case 'charge':
      return {
        code: fee.metric_code,
        name: fee.metric_name,
        description: fee.metric_description,
        invoice_display_name: firstNonBlank(fee.invoice_display_name, fee.charge_invoice_display_name, fee.metric_name),
        lago_item_id: fee.metric_id,
        item_type: 'BillableMetric',
      }
    case 'add_on':
    case 'fixed_charge':
      return {
        code: fee.item_code,
        name: fee.item_name,
        description: fee.item_description,
        invoice_display_name: firstNonBlank(
          fee.invoice_display_name,
          fee.fixed_charge_invoice_display_name,
          fee.item_invoice_display_name,
          fee.item_name,
        ),
        lago_item_id: fee.item_id,
        item_type: 'AddOn',
      }
    case 'credit':
      return {
        code: 'credit',
        name: fee.top_up_name ?? 'credit',
        description: 'credit',
        invoice_display_name: firstNonBlank(fee.invoice_display_name, fee.top_up_name, 'credit'),
        lago_item_id: fee.top_up_id,
        item_type: 'WalletTransaction',
      }
    default:
      return {
        code: fee.plan_code,
        name: fee.plan_name,
        description: fee.plan_description,
        invoice_display_name: firstNonBlank(
          fee.invoice_display_name,
          fee.subscription_name,
          fee.plan_invoice_display_name,
          fee.plan_name,
        ),
        lago_item_id: fee.subscription_id,
        item_type: 'Subscription',
      }
  }
}

/** The filter's own name, else its values; a key that stands for all its values shows itself. */
export function filterDisplayName(filter: {
  values: Readonly<Record<string, readonly string[]>>
  invoice_display_name: string | null
}): string {
  if (filter.invoice_display_name !== null && filter.invoice_display_name !== '') return filter.invoice_display_name
  return Object.entries(filter.values)
    .flatMap(([key, values]) => (values.includes(ALL_FILTER_VALUES) ? [key] : values))
    .join(', ')
}

function firstNonBlank(...names: (string | null)[]): string | null {
  return names.find(name => name !== null && name !== '') ?? null
}
