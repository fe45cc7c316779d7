import { formatDecimal } from '@weir/engine'
import { serializeSelectedSection } from '../../accounts/index.ts'
import { formatCents, formatInstant, formatInstantMs } from '../../platform/wire.ts'
import { serializeRule } from '../rules/serialize.ts'
import type { WalletRecord } from './store.ts'

/** A wallet by itself: without its rules, limitations and sections. */
export function serializePlainWallet({ wallet, customer, billingEntity }: WalletRecord) {
  return {
    lago_id: wallet.id,
    lago_customer_id: wallet.customer_id,
    external_customer_id: customer.external_id,
    billing_entity_code: billingEntity.code,
    status: wallet.status,
    currency: wallet.currency,
    name: wallet.name,
    code: wallet.code,
    priority: wallet.priority,
    purchase_order_number: wallet.purchase_order_number,
    rate_amount: formatDecimal(wallet.rate_amount),
    credits_balance: formatDecimal(wallet.credits_balance),
    credits_ongoing_balance: formatDecimal(wallet.credits_ongoing_balance),
    credits_ongoing_usage_balance: formatDecimal(wallet.credits_ongoing_usage_balance),
    balance_cents: formatCents(wallet.balance_cents),
    ongoing_balance_cents: formatCents(wallet.ongoing_balance_cents),
    ongoing_usage_balance_cents: formatCents(wallet.ongoing_usage_balance_cents),
    consumed_credits: formatDecimal(wallet.consumed_credits),
    created_at: formatInstant(wallet.created_at),
    expiration_at: formatInstant(wallet.expiration_at),
    last_balance_sync_at: formatInstant(wallet.last_balance_sync_at),
    last_consumed_credit_at: formatInstant(wallet.last_consumed_credit_at),
    terminated_at: formatInstantMs(wallet.terminated_at),
    invoice_requires_successful_payment: wallet.invoice_requires_successful_payment,
    paid_top_up_min_amount_cents: formatCents(wallet.paid_top_up_min_amount_cents),
    paid_top_up_max_amount_cents: formatCents(wallet.paid_top_up_max_amount_cents),
    payment_method: { payment_method_id: wallet.payment_method_id, payment_method_type: wallet.payment_method_type },
    ...(wallet.metadata !== null && { metadata: wallet.metadata }),
  }
}

/** A wallet as webhooks tell of it. */
export function serializeWalletWithRules(record: WalletRecord) {
  const sectionsOf = (id: string) => record.sections.get(id) ?? []
  return {
    ...serializePlainWallet(record),
    recurring_transaction_rules: record.rules.map(rule => serializeRule(rule, sectionsOf(rule.id))),
  }
}

export function serializeWallet(record: WalletRecord) {
  return {
    ...serializeWalletWithRules(record),
    applies_to: { fee_types: record.wallet.allowed_fee_types, billable_metric_codes: record.metricCodes },
    applied_invoice_custom_sections: (record.sections.get(record.wallet.id) ?? []).map(serializeSelectedSection),
  }
}
