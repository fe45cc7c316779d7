import type { Coupon } from '../../api/catalog.ts'
import { useApi } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { usesInWords, useUses } from '../catalogue/uses.ts'

interface Props {
  readonly coupon: Coupon
  readonly onClose: () => void
}

/** Nobody gets it any more; who has it keeps it. */
export function TerminateCoupon({ coupon, onClose }: Props) {
  const api = useApi()
  const uses = useUses('coupons', coupon.code)
  const end = useAction(() => api.post(`/coupons/${encodeURIComponent(coupon.code)}/terminate`), {
    done: t('coupons.terminated', { name: coupon.name }),
    toastFailure: false,
    invalidates: ['coupons'],
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('coupon.terminate.title', { name: coupon.name })}
      asked={uses}
      affects={uses.data && t('coupon.terminate.affects', { customers: usesInWords(uses.data.uses).customers })}
      confirm={t('coupon.terminate')}
      onConfirm={() => end.mutateAsync(undefined)}
    />
  )
}

/** Whoever has it loses it. */
export function DeleteCoupon({ coupon, onClose, onDeleted }: Props & { readonly onDeleted: () => void }) {
  const api = useApi()
  const uses = useUses('coupons', coupon.code)
  const remove = useAction(() => api.delete(`/coupons/${encodeURIComponent(coupon.code)}`), {
    done: t('coupons.deleted', { name: coupon.name }),
    toastFailure: false,
    invalidates: [],
  })
  const known = uses.data?.uses
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('coupon.delete.title', { name: coupon.name })}
      asked={uses}
      affects={
        known &&
        (known.customers_count === 0
          ? t('coupon.delete.unused')
          : t('coupon.delete.affects', { customers: usesInWords(known).customers }))
      }
      confirm={t('common.delete')}
      onConfirm={async () => {
        await remove.mutateAsync(undefined)
        onDeleted()
      }}
    />
  )
}
