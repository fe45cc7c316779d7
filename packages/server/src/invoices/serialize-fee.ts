import { type Currency, currencySubunits, decimal, endOfDay, formatDecimal, localDate, startOfDay } from '@weir/engine'
import { formatCents, formatInstant, formatInstantOffset } from '../platform/wire.ts'
import type { FeeRow } from './fees-store.ts'

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
    lago_fixed_charge_id: null,
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
    sub_total_excluding_taxes_amount_cents: subTotal.toDecimalPlaces(0).toNumber(),
    sub_total_excluding_taxes_precise_amount_cents: formatDecimal(preciseSubTotal),
    events_count: fee.events_count,
    payment_status: fee.payment_status,
    created_at: formatInstant(fee.created_at),
    succeeded_at: formatInstant(fee.succeeded_at),
    failed_at: formatInstant(fee.failed_at),
    refunded_at: formatInstant(fee.refunded_at),
    amount_details: fee.amount_details,
    self_billed: fee.self_billed ?? false,
    pricing_unit_details: null,
    presentation_breakdowns: [],
    ...(hasPeriod(fee) && serializePeriod(fee)),
    ...(fee.fee_type === 'charge' &&
      fee.pay_in_advance && { event_transaction_id: fee.pay_in_advance_event_transaction_id }),
  }
}

/** A fee as the fees endpoints give it. */
export function serializeFeeWithTaxes(fee: FeeRow) {
  return { ...serializeFee(fee), applied_taxes: [] }
}

function hasPeriod(fee: FeeRow): boolean {
  return ['charge', 'subscription', 'add_on', 'fixed_charge'].includes(fee.fee_type)
}

/** Events that are charged without an invoice show the whole days, in UTC, that their period begins and ends on. */
function serializePeriod(fee: FeeRow) {
  const { from_datetime: from, to_datetime: to } = fee
  const isWholeDays = fee.pay_in_advance_event_transaction_id !== null && fee.charge_invoiceable === false
  if (!isWholeDays || from === null || to === null) {
    return { from_date: formatInstantOffset(from), to_date: formatInstantOffset(to) }
  }
  return {
    from_date: formatInstantOffset(startOfDay(localDate(from, 'UTC'), 'UTC')),
    to_date: formatInstantOffset(endOfDay(localDate(to, 'UTC'), 'UTC')),
  }
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
  const about =
    fee.fee_type === 'charge'
      ? {
          code: fee.metric_code,
          name: fee.metric_name,
          description: fee.metric_description,
          invoice_display_name: firstNonBlank(
            fee.invoice_display_name,
            fee.charge_invoice_display_name,
            fee.metric_name,
          ),
          lago_item_id: fee.metric_id,
          item_type: 'BillableMetric',
        }
      : {
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
  return {
    type: fee.fee_type,
    ...about,
    filters: filter?.values ?? null,
    filter_invoice_display_name: filter === undefined ? null : filterDisplayName(filter),
    grouped_by: fee.grouped_by,
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
