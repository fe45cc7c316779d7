import { ArrowUpDown, Ban, Copy, Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { FullSubscription } from '../../api/subscriptions.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { CopyIdItem, Menu, MenuItem, MenuRule } from '../../ui/menu.tsx'
import type { Column } from '../../ui/table.tsx'
import { subscriptionName } from './columns.tsx'
import { EditDialog } from './edit-dialog.tsx'
import { pathOf, type SubscriptionProps } from './reads.ts'
import { TerminateDialog } from './terminate-dialog.tsx'

/** What is being done, and to which. */
export interface Doing {
  readonly what: 'edit' | 'end'
  readonly subscription: FullSubscription
}

/** Whether it can be changed at all: it runs, or will. */
export function isLive({ status }: Pick<FullSubscription, 'status'>): boolean {
  return status === 'active' || status === 'pending'
}

/** Whether it stands for a change of plan that waits for the end of a period. */
export function isReplacing({ status, previous_plan_code: previous }: FullSubscription): boolean {
  return status === 'pending' && previous !== null
}

/** What can be done with a subscription, but for opening it. */
export function SubscriptionMenu({
  subscription,
  label,
  withPlan = false,
  onDo,
}: SubscriptionProps & {
  readonly label?: string
  /** With the change of the plan, where no button stands for it. */
  readonly withPlan?: boolean
  readonly onDo: (doing: Doing) => void
}) {
  const navigate = useOrgNavigate()
  const { external_id: id, status } = subscription
  return (
    <Menu {...(label !== undefined && { label })}>
      {withPlan && !isReplacing(subscription) && (
        <MenuItem icon={ArrowUpDown} onSelect={() => navigate(paths.changePlan(id))}>
          {t('sub.change.action')}
        </MenuItem>
      )}
      <MenuItem icon={Pencil} onSelect={() => onDo({ what: 'edit', subscription })}>
        {t('sub.edit.action')}
      </MenuItem>
      <CopyIdItem id={id} icon={Copy} />
      <MenuRule />
      <MenuItem icon={Ban} danger onSelect={() => onDo({ what: 'end', subscription })}>
        {status === 'active' ? t('sub.end.action') : t('sub.cancel.action')}
      </MenuItem>
    </Menu>
  )
}

/** The dialog of what is being done. */
export function SubscriptionDialogs({
  doing,
  onClose,
}: {
  readonly doing: Doing | undefined
  readonly onClose: () => void
}) {
  if (doing === undefined) return null
  const props = { subscription: doing.subscription, onClose }
  if (doing.what === 'edit') return <EditDialog {...props} />
  return doing.subscription.status === 'active' ? <TerminateDialog {...props} /> : <CancelDialog {...props} />
}

/** A column of menus for a list of subscriptions, none where the user may change nothing, and the dialogs they open. */
export function useRowActions(): readonly [readonly Column<FullSubscription>[], ReactNode] {
  const may = useMay()
  const [doing, setDoing] = useState<Doing>()
  const dialogs = <SubscriptionDialogs doing={doing} onClose={() => setDoing(undefined)} />
  if (!may('subscription', 'write')) return [[], null]
  const column: Column<FullSubscription> = {
    key: 'actions',
    head: <span className="sr-only">{t('common.more_actions')}</span>,
    action: true,
    cell: subscription =>
      isLive(subscription) && (
        <SubscriptionMenu
          withPlan
          subscription={subscription}
          label={t('sub.actions', { id: subscription.external_id })}
          onDo={setDoing}
        />
      ),
  }
  return [[column], dialogs]
}

/** Asks before one that has not started is taken back. */
export function CancelDialog({ subscription, onClose }: SubscriptionProps & { readonly onClose: () => void }) {
  const cancel = useAction(api => api.delete(`${pathOf(subscription)}?status=pending`), {
    done: t('sub.cancel.done'),
    toastFailure: false,
  })
  const replaces = isReplacing(subscription)
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={
        replaces
          ? t('sub.cancel.change_title', { plan: subscription.plan.name })
          : t('sub.cancel.title', { name: subscriptionName(subscription) })
      }
      affects={replaces ? t('sub.cancel.change_text') : t('sub.cancel.text')}
      confirm={replaces ? t('sub.cancel.change_confirm') : t('sub.cancel.action')}
      onConfirm={() => cancel.mutateAsync(undefined)}
    />
  )
}
