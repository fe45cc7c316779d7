import { useApi } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { usesInWords, useUses } from './uses.ts'

/** Deletes an object of the price book once it was said what uses it. */
export function DeleteObject({
  collection,
  code,
  name,
  affects,
  isUsed = false,
  onClose,
  onDeleted,
}: {
  readonly collection: 'features' | 'add_ons' | 'taxes'
  readonly code: string
  readonly name: string
  /** What is said of the counts, in words, where there are any. */
  readonly affects: (words: ReturnType<typeof usesInWords>) => string
  /** It is used in a way that the counts do not say. */
  readonly isUsed?: boolean
  readonly onClose: () => void
  /** Leaves the page of what is gone; where there is none, what was shown is read again. */
  readonly onDeleted?: () => void
}) {
  const api = useApi()
  const uses = useUses(collection, code)
  const remove = useAction(() => api.delete(`/${collection}/${encodeURIComponent(code)}`), {
    done: t('catalogue.deleted', { name }),
    toastFailure: false,
    // What is gone is not asked for again: neither itself, nor what used it.
    invalidates: onDeleted === undefined ? [collection, 'customers', 'plans', 'invoices'] : [],
  })
  const known = uses.data?.uses
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('catalogue.delete.title', { name })}
      asked={uses}
      affects={
        known &&
        (isUsed || Object.values(known).some(count => count > 0)
          ? affects(usesInWords(known))
          : t('catalogue.delete.unused'))
      }
      confirm={t('common.delete')}
      onConfirm={async () => {
        await remove.mutateAsync(undefined)
        onDeleted?.()
      }}
    />
  )
}
