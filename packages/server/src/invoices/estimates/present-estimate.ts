import { completeInvoice, type FeeTax } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { formatCents } from '../../platform/wire.ts'
import type { AppliedTax } from '../../taxes/index.ts'
import type { EventFee } from '../advance/event-fee.ts'
import { chargeOrigin, storedPricingUnitUsage } from '../billing/fee-rows.ts'
import type { FeeRow } from '../fees-store.ts'
import { serializeFee } from '../serialize-fee.ts'
import type { EstimatedSubscription } from './given-event.ts'

/** The fee of an event that did not come, as a stored one is shown: without ids and times of its own. */
export function presentEstimate(ctx: Ctx, target: EstimatedSubscription, computed: EventFee) {
  const [taxed] = completeInvoice([computed.line]).fees
  const taxes = taxed?.taxation.taxes ?? []
  const row = { ...estimatedRow(ctx, target, computed), ...taxColumns(taxed?.taxation) }
  return {
    ...serializeFee(row),
    lago_id: null,
    created_at: null,
    applied_taxes: taxes.map(tax => presentTax(tax, target.plan.amountCurrency)),
  }
}

function taxColumns(
  taxation: { taxesAmountCents: bigint; taxesPreciseAmountCents: string; taxesRate: number } | undefined,
) {
  return {
    taxes_amount_cents: taxation?.taxesAmountCents ?? 0n,
    taxes_precise_amount_cents: taxation?.taxesPreciseAmountCents ?? '0',
    taxes_rate: taxation?.taxesRate ?? 0,
  }
}

function presentTax({ tax, amountCents }: FeeTax<AppliedTax>, currency: string) {
  return {
    lago_id: null,
    lago_fee_id: null,
    lago_tax_id: tax.id,
    tax_name: tax.name,
    tax_code: tax.code,
    tax_rate: tax.rate,
    tax_description: tax.description,
    amount_cents: formatCents(amountCents),
    amount_currency: currency,
    created_at: null,
  }
}

function estimatedRow(ctx: Ctx, target: EstimatedSubscription, { charge, line, billed }: EventFee): FeeRow {
  const { subscription, plan } = target
  const { fee, period } = line
  const { metric } = charge
  const now = ctx.clock.now()
  return {
    id: '',
    organization_id: ctx.org.id,
    billing_entity_id: '',
    invoice_id: null,
    subscription_id: subscription.id,
    charge_id: charge.id,
    charge_filter_id: fee.filterId,
    fixed_charge_id: null,
    add_on_id: null,
    commitment_id: null,
    wallet_transaction_id: null,
    true_up_parent_fee_id: null,
    true_up_fee_id: null,
    original_fee_id: null,
    fee_type: 'charge',
    invoice_display_name: null,
    description: null,
    amount_cents: fee.amountCents,
    amount_currency: plan.amountCurrency,
    precise_amount_cents: fee.preciseAmountCents,
    unit_amount_cents: fee.unitAmountCents,
    precise_unit_amount: fee.preciseUnitAmount,
    units: fee.units,
    total_aggregated_units: fee.totalAggregatedUnits,
    events_count: fee.eventsCount,
    taxes_amount_cents: 0n,
    taxes_precise_amount_cents: '0',
    taxes_rate: 0,
    taxes_base_rate: 1,
    precise_coupons_amount_cents: '0',
    precise_credit_notes_amount_cents: '0',
    pay_in_advance: true,
    pay_in_advance_event_id: null,
    pay_in_advance_event_transaction_id: line.event?.transactionId ?? null,
    grouped_by: fee.groupedBy,
    amount_details: fee.amountDetails,
    computed_from: chargeOrigin(charge, fee.filterId, billed.boundaries.chargesDuration),
    pricing_unit_usage: fee.pricingUnitUsage && storedPricingUnitUsage(fee.pricingUnitUsage),
    presentation_breakdowns: fee.presented.map(({ presentedBy, units }) => ({ presentation_by: presentedBy, units })),
    from_datetime: period.from,
    to_datetime: period.to,
    timestamp: now,
    payment_status: 'pending',
    succeeded_at: null,
    failed_at: null,
    refunded_at: null,
    deleted_at: null,
    created_at: now,
    updated_at: now,
    charge_pay_in_advance: true,
    charge_invoiceable: charge.invoiceable,
    charge_invoice_display_name: charge.invoiceDisplayName,
    metric_id: metric.id,
    metric_code: metric.code,
    metric_name: metric.name,
    metric_description: metric.description,
    fixed_charge_invoice_display_name: null,
    item_id: null,
    top_up_id: null,
    top_up_name: null,
    item_code: null,
    item_name: null,
    item_description: null,
    item_invoice_display_name: null,
    plan_code: plan.code,
    plan_name: plan.name,
    plan_description: plan.description,
    plan_invoice_display_name: plan.invoiceDisplayName,
    plan_pay_in_advance: plan.payInAdvance,
    subscription_name: subscription.name,
    external_subscription_id: subscription.external_id,
    customer_id: subscription.customer_id,
    external_customer_id: target.externalCustomerId,
    self_billed: null,
  }
}
