import type { Uses } from '../../api/catalog.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'

/** What hangs on an object of the price book, by its collection and code. */
export function useUses(collection: string, code: string, enabled = true) {
  return useGet<{ uses: Uses }>(`/uses/${collection}/${encodeURIComponent(code)}`, {}, { enabled })
}

/** The counts in words. */
export function usesInWords({ plans_count, subscriptions_count, draft_invoices_count, customers_count }: Uses) {
  return {
    plans: t('uses.plans', { count: plans_count }),
    subscriptions: t('uses.subscriptions', { count: subscriptions_count }),
    drafts: t('uses.drafts', { count: draft_invoices_count }),
    customers: t('uses.customers', { count: customers_count }),
  }
}
