import type { Customer, Meta } from '../../api/types.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useApi } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { customerName } from './name.ts'
import { useWallets } from './reads.ts'

/** Says what becomes of everything that the customer has before it is deleted. */
export function DeleteCustomer({ customer, onClose }: { readonly customer: Customer; readonly onClose: () => void }) {
  const api = useApi()
  const go = useOrgNavigate()
  const name = customerName(customer)
  const remove = useAction(() => api.delete(paths.customer(customer.external_id)), {
    done: t('customer.deleted', { name }),
    toastFailure: false,
    // What is open is the customer's own page: it is left before anything is read again.
    invalidates: [],
  })
  const consequences = useConsequences(customer)
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('customer.delete.title', { name })}
      affects={
        consequences === undefined ? (
          <SkeletonLines lines={3} />
        ) : (
          <>
            <ul className="flex list-disc flex-col gap-1 pl-5">
              {consequences.map(line => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <p className="pt-2">{t('customer.delete.text')}</p>
          </>
        )
      }
      confirm={t('customer.delete')}
      onConfirm={async () => {
        await remove.mutateAsync(undefined)
        go(paths.customers)
      }}
    />
  )
}

/** One sentence each; undefined until all is known. */
function useConsequences(customer: Customer): string[] | undefined {
  const of = { external_customer_id: customer.external_id, per_page: 1 }
  const subscriptions = useGet<{ meta: Meta }>('/subscriptions', { ...of, status: ['active', 'pending'] })
  const drafts = useGet<{ meta: Meta }>('/invoices', { ...of, status: ['draft'] })
  const issued = useGet<{ meta: Meta }>('/invoices', { ...of, status: ['finalized'] })
  const coupons = useGet<{ meta: Meta }>('/applied_coupons', { ...of, status: 'active' })
  const wallets = useWallets(customer)
  if ([subscriptions, drafts, issued, coupons, wallets].some(read => read.isPending)) return undefined
  const active = wallets.data?.wallets.filter(({ status }) => status === 'active') ?? []
  const filled = active.filter(wallet => wallet.balance_cents > 0)
  const empty = active.length - filled.length
  const left = Map.groupBy(filled, wallet => wallet.currency)
  const amount = [...left].map(([currency, held]) =>
    formatMoney(
      held.reduce((sum, wallet) => sum + wallet.balance_cents, 0),
      currency,
    ),
  )
  const countOf = (read: typeof drafts) => read.data?.meta.total_count ?? 0
  const lines = [
    countOf(subscriptions) > 0 && t('customer.delete.subscriptions', { count: countOf(subscriptions) }),
    countOf(drafts) > 0 && t('customer.delete.drafts', { count: countOf(drafts) }),
    filled.length > 0 && t('customer.delete.wallets', { count: filled.length, amount: amount.join(' + ') }),
    empty > 0 && t('customer.delete.empty_wallets', { count: empty }),
    countOf(coupons) > 0 && t('customer.delete.coupons', { count: countOf(coupons) }),
    countOf(issued) > 0 && t('customer.delete.invoices', { count: countOf(issued) }),
  ].filter(line => line !== false)
  return lines.length > 0 ? lines : [t('customer.delete.nothing')]
}
