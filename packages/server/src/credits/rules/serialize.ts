import { formatDecimal } from '@weir/engine'
import { type SelectedSection, serializeSelectedSection } from '../../accounts/index.ts'
import { formatInstant } from '../../platform/wire.ts'
import type { RuleRow } from './store.ts'

export function serializeRule(rule: RuleRow, sections: readonly SelectedSection[]) {
  return {
    lago_id: rule.id,
    trigger: rule.trigger,
    interval: rule.interval,
    method: rule.method,
    status: rule.status,
    threshold_credits: formatDecimal(rule.threshold_credits),
    target_ongoing_balance: rule.target_ongoing_balance === null ? null : formatDecimal(rule.target_ongoing_balance),
    paid_credits: formatDecimal(rule.paid_credits),
    granted_credits: formatDecimal(rule.granted_credits),
    grants_target_top_up: rule.grants_target_top_up ?? false,
    started_at: formatInstant(rule.started_at),
    expiration_at: formatInstant(rule.expiration_at),
    terminated_at: formatInstant(rule.terminated_at),
    invoice_requires_successful_payment: rule.invoice_requires_successful_payment,
    ignore_paid_top_up_limits: rule.ignore_paid_top_up_limits,
    transaction_metadata: rule.transaction_metadata,
    transaction_name: rule.transaction_name,
    purchase_order_number: rule.purchase_order_number,
    applied_invoice_custom_sections: sections.map(serializeSelectedSection),
    payment_method: { payment_method_id: rule.payment_method_id, payment_method_type: rule.payment_method_type },
    created_at: formatInstant(rule.created_at),
  }
}
