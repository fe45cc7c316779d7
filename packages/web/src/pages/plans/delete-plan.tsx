import type { FullPlan } from '../../api/plans.ts'
import { useApi } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { useUsesOf } from './uses.ts'

interface Props {
  readonly plan: Pick<FullPlan, 'code' | 'name'>
  readonly onClose: () => void
  readonly onDeleted?: () => void
}

/** Says which subscriptions end and which drafts are issued before the plan goes. */
export function DeletePlan({ plan, onClose, onDeleted }: Props) {
  const api = useApi()
  const { asked, uses } = useUsesOf(plan.code)
  const remove = useAction(() => api.delete(`/plans/${encodeURIComponent(plan.code)}`), {
    done: t('plans.deleted', { name: plan.name }),
    toastFailure: false,
    invalidates: ['plans', 'subscriptions', 'invoices', 'uses'],
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('plans.delete.title', { name: plan.name })}
      asked={asked}
      affects={
        uses && (
          <ul className="list-disc pl-5">
            <li>{t('plans.delete.active', { count: uses.active_subscriptions_count })}</li>
            {uses.pending_subscriptions_count > 0 && (
              <li>{t('plans.delete.pending', { count: uses.pending_subscriptions_count })}</li>
            )}
            <li>{t('plans.delete.drafts', { count: uses.draft_invoices_count })}</li>
            <li>{t('plans.delete.invoices')}</li>
          </ul>
        )
      }
      confirm={t('common.delete')}
      onConfirm={async () => {
        await remove.mutateAsync(undefined)
        onDeleted?.()
      }}
    />
  )
}
