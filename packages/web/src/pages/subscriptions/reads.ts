import type { UseQueryResult } from '@tanstack/react-query'
import type { FullSubscription, PreviewedCredit, PricedCharge, PricedFixedCharge } from '../../api/subscriptions.ts'
import type { Invoice } from '../../api/types.ts'
import { useOrganization } from '../../app/organization.ts'
import { useGet, usePreview } from '../../app/queries.ts'

/** What the pages of subscriptions read; two parts of a page that need the same ask once. */

export interface SubscriptionProps {
  readonly subscription: FullSubscription
}

const ALL = ['active', 'pending', 'incomplete', 'terminated', 'canceled']

/** All that ever ran, or will run, under an external id: plan changes make another one each. */
export function useChain(externalId: string): UseQueryResult<{ subscriptions: FullSubscription[] }> {
  return useGet('/subscriptions', {
    external_id: externalId,
    status: ALL,
    include: ['plan', 'customer'],
    per_page: 100,
  })
}

const FIRST: readonly string[] = ['active', 'incomplete', 'pending']

/** The one with the id, else the one that runs, else the one that came last. */
export function chosenOf(chain: readonly FullSubscription[], id: string | undefined): FullSubscription | undefined {
  const named = chain.find(({ lago_id }) => lago_id === id)
  if (named !== undefined) return named
  for (const status of FIRST) {
    const found = chain.find(one => one.status === status)
    if (found !== undefined) return found
  }
  return chain.toSorted((a, b) => ((a.terminated_at ?? a.created_at) < (b.terminated_at ?? b.created_at) ? 1 : -1))[0]
}

/** The one that is to take its place when the period ends. */
export function scheduledOf(
  { status, lago_id: id }: FullSubscription,
  chain: readonly FullSubscription[],
): FullSubscription | undefined {
  if (status !== 'active') return undefined
  return chain.find(one => one.status === 'pending' && one.previous_plan_code !== null && one.lago_id !== id)
}

export function pathOf({ external_id: id }: Pick<FullSubscription, 'external_id'>): string {
  return `/subscriptions/${encodeURIComponent(id)}`
}

/** Its charges in advance and in arrears, as they apply to it. */
export function usePrices(subscription: FullSubscription) {
  const query = { subscription_status: subscription.status, per_page: 100 }
  const charges = useGet<{ charges: PricedCharge[] }>(`${pathOf(subscription)}/charges`, query)
  const fixed = useGet<{ fixed_charges: PricedFixedCharge[] }>(`${pathOf(subscription)}/fixed_charges`, query)
  return { charges, fixed }
}

export interface Previewed {
  readonly invoice: Invoice | null
  readonly credit_note?: PreviewedCredit | null
}

/** What is billed next, as things stand. */
export function useNextBill({ customer, external_id: id }: FullSubscription, enabled: boolean) {
  const body = { customer: { external_id: customer.external_id }, subscriptions: { external_ids: [id] } }
  return usePreview<Previewed>('/invoices/preview', body, { enabled, keep: true })
}

/** The present of the organization: that of its test clock where it has one. */
export function useNow(): string {
  return useOrganization().test_clock_now ?? new Date().toISOString()
}

const TIMES_A_YEAR: Readonly<Record<string, number>> = {
  weekly: 52,
  monthly: 12,
  quarterly: 4,
  semiannual: 2,
  yearly: 1,
}

interface Price {
  readonly amount_cents: number
  readonly interval: string
}

/** A plan that costs at least as much in a year takes over at once, a cheaper one when the period ends. */
export function directionOf(from: Price, to: Price): 'upgrade' | 'downgrade' {
  const yearly = ({ amount_cents: cents, interval }: Price) => cents * (TIMES_A_YEAR[interval] ?? 1)
  return yearly(to) >= yearly(from) ? 'upgrade' : 'downgrade'
}
