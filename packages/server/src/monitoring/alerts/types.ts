import type { AlertDirection } from '@weir/engine'
import type { Selectable } from 'kysely'
import type { WalletRow } from '../../credits/index.ts'
import type { UsageAlerts } from '../../platform/db/types.ts'
import type { Subscription } from '../../subscriptions/index.ts'

interface AlertTypeRules {
  /** What an alert of the type belongs to. */
  readonly on: 'subscription' | 'wallet'
  /** Whether it watches one metric; it must name one then, and may not otherwise. */
  readonly ofMetric: boolean
}

/** What an alert may watch. */
export const ALERT_TYPES = {
  current_usage_amount: { on: 'subscription', ofMetric: false },
  billable_metric_current_usage_amount: { on: 'subscription', ofMetric: true },
  billable_metric_current_usage_units: { on: 'subscription', ofMetric: true },
  lifetime_usage_amount: { on: 'subscription', ofMetric: false },
  billable_metric_lifetime_usage_units: { on: 'subscription', ofMetric: true },
  wallet_balance_amount: { on: 'wallet', ofMetric: false },
  wallet_credits_balance: { on: 'wallet', ofMetric: false },
  wallet_ongoing_balance_amount: { on: 'wallet', ofMetric: false },
  wallet_credits_ongoing_balance: { on: 'wallet', ofMetric: false },
} as const satisfies Readonly<Record<string, AlertTypeRules>>
export type AlertType = keyof typeof ALERT_TYPES

/** Whether there is an alert type of that name, in exactly these letters. */
export function isAlertType(name: string): name is AlertType {
  return Object.hasOwn(ALERT_TYPES, name)
}

export interface AlertRow extends Omit<Selectable<UsageAlerts>, 'alert_type' | 'direction'> {
  readonly alert_type: AlertType
  readonly direction: AlertDirection
}

/** A threshold as it is kept: `value` is a decimal with at most 5 fractional digits. */
export interface Threshold {
  readonly code: string | null
  readonly value: string
  readonly recurring: boolean
}

/** What alerts belong to. Those of subscriptions hang on the external id: they outlive plan changes. */
export type AlertOwner =
  | { readonly kind: 'subscription'; readonly id: string; readonly customerId: string; readonly externalId: string }
  | { readonly kind: 'wallet'; readonly id: string; readonly customerId: string; readonly wallet: WalletRow }

/** A subscription as the owner of alerts. */
export function ownerOf(subscription: Subscription): AlertOwner {
  const { id, customer_id: customerId, external_id: externalId } = subscription
  return { kind: 'subscription', id, customerId, externalId }
}

/** A wallet as the owner of alerts. */
export function ownerOfWallet(wallet: WalletRow): AlertOwner & { readonly kind: 'wallet' } {
  return { kind: 'wallet', id: wallet.id, customerId: wallet.customer_id, wallet }
}
