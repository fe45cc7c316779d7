import type { Ctx } from '../../platform/context.ts'
import type { ChargedEvent, EventFee } from '../advance/event-fee.ts'
import { eventFeeRow } from '../advance/fee-rows.ts'
import type { FeeRow } from '../fees-store.ts'
import type { EstimatedSubscription } from './given-event.ts'

/** The fee of an event that did not come, in the form of a stored one. */
export function estimatedRow(ctx: Ctx, target: EstimatedSubscription, event: ChargedEvent, computed: EventFee): FeeRow {
  const { subscription, plan } = target
  const { charge, fee } = computed
  const { metric } = charge
  const place = { id: '', invoiceId: null, billingEntityId: '', createdAt: ctx.clock.now() }
  const row = eventFeeRow(ctx, place, target, event, computed)
  return {
    ...row,
    grouped_by: fee.groupedBy,
    amount_details: fee.amountDetails,
    computed_from: JSON.parse(row.computed_from),
    presentation_breakdowns: JSON.parse(row.presentation_breakdowns),
    fixed_charge_id: null,
    add_on_id: null,
    commitment_id: null,
    true_up_parent_fee_id: null,
    true_up_fee_id: null,
    original_fee_id: null,
    invoice_display_name: null,
    description: null,
    pricing_unit_usage: null,
    taxes_amount_cents: 0n,
    taxes_precise_amount_cents: '0',
    taxes_rate: 0,
    taxes_base_rate: 1,
    precise_coupons_amount_cents: '0',
    precise_credit_notes_amount_cents: '0',
    payment_status: 'pending',
    succeeded_at: null,
    failed_at: null,
    refunded_at: null,
    deleted_at: null,
    charge_invoiceable: charge.invoiceable,
    charge_invoice_display_name: charge.invoiceDisplayName,
    metric_id: metric.id,
    metric_code: metric.code,
    metric_name: metric.name,
    metric_description: metric.description,
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
