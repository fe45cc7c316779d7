import type { UseQueryResult } from '@tanstack/react-query'
import type { FullSubscription } from '../../api/subscriptions.ts'
import type { Customer, Invoice, Meta, Subscription, Usage } from '../../api/types.ts'
import type { FullWallet } from '../../api/wallets.ts'
import { useGet, usePreview } from '../../app/queries.ts'

/** What the tabs of a customer read; two tabs that need the same ask once. */

export interface CustomerProps {
  readonly customer: Customer
}

export function useSubscriptions(customer: Customer) {
  return useGet<{ subscriptions: FullSubscription[]; meta: Meta }>('/subscriptions', {
    external_customer_id: customer.external_id,
    include: ['plan', 'customer'],
    status: ['active', 'pending', 'incomplete', 'terminated', 'canceled'],
    per_page: 100,
  })
}

export function useCurrentUsage(
  customer: Customer,
  subscription: Subscription | undefined,
): UseQueryResult<{ customer_usage: Usage }> {
  return useGet(
    `/customers/${encodeURIComponent(customer.external_id)}/current_usage`,
    { external_subscription_id: subscription?.external_id ?? '' },
    { enabled: subscription !== undefined, keep: true },
  )
}

/** The invoice that the running period will end with, as things stand. */
export function useNextInvoice(
  customer: Customer,
  subscription: Subscription | undefined,
): UseQueryResult<{ invoice: Invoice }> {
  return usePreview(
    '/invoices/preview',
    {
      customer: { external_id: customer.external_id },
      subscriptions: { external_ids: [subscription?.external_id ?? ''] },
    },
    { enabled: subscription !== undefined, keep: true },
  )
}

const MOST_UNPAID = 100

/** What the customer owes: issued and not paid. */
export function useUnpaid(customer: Customer) {
  return useGet<{ invoices: Invoice[]; meta: Meta }>('/invoices', {
    external_customer_id: customer.external_id,
    status: ['finalized'],
    payment_status: ['pending', 'failed'],
    per_page: MOST_UNPAID,
  })
}

export function useWallets(customer: Customer) {
  return useGet<{ wallets: FullWallet[] }>('/wallets', { external_customer_id: customer.external_id, per_page: 100 })
}
