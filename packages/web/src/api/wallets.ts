import type { Wallet, WalletTransaction } from './types.ts'

/** A wallet with what it pays for and how it is filled again. */
export interface FullWallet extends Wallet {
  readonly code: string
  readonly invoice_requires_successful_payment: boolean
  readonly paid_top_up_min_amount_cents: number | null
  readonly paid_top_up_max_amount_cents: number | null
  readonly terminated_at: string | null
  readonly recurring_transaction_rules: readonly WalletRule[]
  readonly applies_to: { readonly fee_types: readonly string[]; readonly billable_metric_codes: readonly string[] }
}

export interface WalletRule {
  readonly lago_id: string
  readonly trigger: string
  readonly interval: string | null
  readonly method: string
  readonly status: string
  readonly threshold_credits: string
  readonly target_ongoing_balance: string | null
  readonly paid_credits: string
  readonly granted_credits: string
  readonly grants_target_top_up: boolean
  readonly started_at: string | null
  readonly expiration_at: string | null
  readonly invoice_requires_successful_payment: boolean
}

/** A line of a wallet's statement: money that came in (positive) or went out. */
export interface LedgerEntry {
  readonly lago_id: string
  readonly kind: string
  readonly amount_cents: number
  readonly balance_after_cents: number
  readonly name: string | null
  readonly source: string | null
  readonly lago_wallet_transaction_id: string | null
  readonly lago_invoice_id: string | null
  /** Null where nobody sees the invoice yet. */
  readonly invoice_number: string | null
  readonly created_at: string
}

/** A movement of credits, read with `include[]=invoice_number`. */
export interface WalletMovement extends WalletTransaction {
  readonly lago_invoice_id: string | null
  readonly invoice_number: string | null
  readonly lago_credit_note_id: string | null
  readonly lago_voided_invoice_id: string | null
  readonly remaining_amount_cents: number | null
  readonly priority: number
  readonly purchase_order_number: string | null
  readonly failed_at: string | null
  readonly metadata: readonly { readonly key: string; readonly value: string }[]
}

/** What one movement gave to another: the credits that were bought, and the invoice that they paid. */
export interface MovementPart {
  readonly lago_id: string
  readonly amount_cents: number
  readonly created_at: string
  readonly wallet_transaction: WalletMovement
}
