import { centsInCredits, decimal, type TopUpLimits, type TopUpMethod } from '@weir/engine'
import type { PaymentMethodReference } from '../../payment-providers/index.ts'
import { type MetadataPair, rateOf } from '../amounts.ts'
import type { CreditsToAdd } from '../wallet-transactions/add-credits.ts'
import type { WalletRow } from '../wallets/store.ts'
import { LAST_PRIORITY } from '../wallets/terms.ts'
import type { RuleRow } from './store.ts'

/** How much a rule adds. */
export function methodOf(rule: RuleRow): TopUpMethod {
  if (rule.method !== 'target') {
    return {
      method: 'fixed',
      paidCredits: decimal(rule.paid_credits),
      grantedCredits: decimal(rule.granted_credits),
    }
  }
  return {
    method: 'target',
    targetOngoingBalance: decimal(rule.target_ongoing_balance ?? 0),
    grants: rule.grants_target_top_up === true,
  }
}

/** What may be bought at once, in credits; nothing bounds a rule that ignores the limits. */
export function limitsInCredits(wallet: WalletRow, rule: RuleRow): TopUpLimits {
  const inCredits = (cents: bigint | null) =>
    cents === null || rule.ignore_paid_top_up_limits ? null : centsInCredits(decimal(cents), rateOf(wallet))
  return {
    minCredits: inCredits(wallet.paid_top_up_min_amount_cents),
    maxCredits: inCredits(wallet.paid_top_up_max_amount_cents),
  }
}

/** What the transactions of a rule say, but for their amounts and what set them off. */
export function creditsOfRule(
  wallet: WalletRow,
  rule: RuleRow,
): Omit<CreditsToAdd, 'paidCredits' | 'grantedCredits' | 'source'> {
  return {
    invoiceRequiresSuccessfulPayment: rule.invoice_requires_successful_payment,
    ignoresLimits: rule.method === 'target' || rule.ignore_paid_top_up_limits,
    name: rule.transaction_name,
    metadata: rule.transaction_metadata as unknown as readonly MetadataPair[],
    priority: LAST_PRIORITY,
    purchaseOrderNumber: rule.purchase_order_number ?? wallet.purchase_order_number,
    paymentMethod: {
      payment_method_type: rule.payment_method_type as PaymentMethodReference['payment_method_type'],
      payment_method_id: rule.payment_method_id,
    },
  }
}
