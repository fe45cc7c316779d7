import type { FullMetric } from '../../api/catalog.ts'
import { useApi } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { usesInWords, useUses } from '../catalogue/uses.ts'

interface Props {
  readonly metric: FullMetric
  readonly onClose: () => void
  readonly onDeleted?: () => void
}

/** Says what hangs on the metric before it goes. */
export function DeleteMetric({ metric, onClose, onDeleted }: Props) {
  const api = useApi()
  const uses = useUses('billable_metrics', metric.code)
  const remove = useAction(() => api.delete(`/billable_metrics/${encodeURIComponent(metric.code)}`), {
    done: t('metrics.deleted', { name: metric.name }),
    toastFailure: false,
    // What is gone is not asked for again: neither itself, nor what used it.
    invalidates: onDeleted === undefined ? ['billable_metrics', 'plans', 'invoices'] : [],
  })
  const known = uses.data?.uses
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('metric.delete.title', { name: metric.name })}
      asked={uses}
      affects={
        known && (known.plans_count === 0 ? t('metric.delete.unused') : t('metric.delete.affects', usesInWords(known)))
      }
      confirm={t('common.delete')}
      onConfirm={async () => {
        await remove.mutateAsync(undefined)
        onDeleted?.()
      }}
    />
  )
}
