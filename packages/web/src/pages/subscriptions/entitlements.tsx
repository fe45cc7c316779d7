import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { EntitledFeature, EntitledPrivilege, Entitlement, PrivilegeValue } from '../../api/subscriptions.ts'
import { useMay } from '../../app/organization.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Load } from '../../ui/load.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Section } from '../../ui/page.tsx'
import { Badge } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { EntitlementForm } from './entitlement-form.tsx'
import { pathOf, type SubscriptionProps } from './reads.ts'

/** What the customer may use: what the plan gives, and what this subscription has otherwise. */
export function Entitlements({ subscription }: SubscriptionProps) {
  const may = useMay()
  const mayWrite = may('subscription', 'write')
  const [edited, setEdited] = useState<Entitlement | 'new'>()
  const [removed, setRemoved] = useState<Entitlement>()
  const path = `${pathOf(subscription)}/entitlements`
  const all = useGet<{ entitlements: Entitlement[] }>(path, { subscription_status: subscription.status })
  const remove = useAction(
    (api, code: string) => api.delete(`${path}/${encodeURIComponent(code)}?subscription_status=${subscription.status}`),
    { done: t('sub.entitlement.removed'), toastFailure: false },
  )
  const isOfPlan = (entitlement: Entitlement) => entitlement.privileges.some(({ plan_value }) => plan_value !== null)
  return (
    <Section
      title={t('sub.entitlement.title')}
      actions={
        mayWrite &&
        may('feature', 'read') && (
          <Button icon={Plus} onClick={() => setEdited('new')}>
            {t('sub.entitlement.add')}
          </Button>
        )
      }
    >
      <Load query={all}>
        {({ entitlements }) => (
          <>
            {entitlements.length === 0 ? (
              <p className="text-soft">{t('sub.entitlement.none')}</p>
            ) : (
              entitlements.map(entitlement => (
                <Feature
                  key={entitlement.code}
                  entitlement={entitlement}
                  onEdit={mayWrite ? () => setEdited(entitlement) : undefined}
                  onRemove={() => setRemoved(entitlement)}
                />
              ))
            )}
            {edited !== undefined && (
              <EntitlementForm
                subscription={subscription}
                entitlement={edited === 'new' ? undefined : edited}
                taken={entitlements.map(({ code }) => code)}
                onClose={() => setEdited(undefined)}
              />
            )}
          </>
        )}
      </Load>
      {removed !== undefined && (
        <ConfirmDialog
          open
          onOpenChange={() => setRemoved(undefined)}
          title={t('sub.entitlement.remove_title', { feature: removed.name || removed.code })}
          affects={isOfPlan(removed) ? t('sub.entitlement.remove_of_plan') : t('sub.entitlement.remove_own')}
          confirm={t('sub.entitlement.remove')}
          onConfirm={() => remove.mutateAsync(removed.code)}
        />
      )}
    </Section>
  )
}

function Feature({
  entitlement,
  onEdit,
  onRemove,
}: {
  readonly entitlement: Entitlement
  readonly onEdit: (() => void) | undefined
  readonly onRemove: () => void
}) {
  const name = entitlement.name || entitlement.code
  return (
    <div className="border-t border-rule py-3 first:border-t-0 first:pt-0">
      <div className="flex items-center justify-between gap-3 pb-1">
        <h3 className="font-medium">
          {name} <span className="font-mono text-xs font-normal text-faint">{entitlement.code}</span>
        </h3>
        {onEdit !== undefined && (
          <Menu label={t('sub.entitlement.actions', { feature: name })}>
            <MenuItem onSelect={onEdit}>{t('sub.entitlement.edit')}</MenuItem>
            <MenuItem danger onSelect={onRemove}>
              {t('sub.entitlement.remove')}
            </MenuItem>
          </Menu>
        )}
      </div>
      {entitlement.privileges.length > 0 && (
        <Table
          label={name}
          rows={entitlement.privileges}
          rowKey={privilege => privilege.code}
          columns={[
            { key: 'name', head: t('sub.entitlement.privilege'), cell: privilege => privilege.name || privilege.code },
            { key: 'value', head: t('sub.entitlement.value'), cell: privilege => <Value privilege={privilege} /> },
            {
              key: 'plan',
              head: t('sub.entitlement.of_plan'),
              wide: true,
              cell: ({ plan_value: value }) => (value === null ? '–' : valueText(value)),
            },
          ]}
        />
      )}
    </div>
  )
}

function Value({ privilege }: { readonly privilege: EntitledPrivilege }) {
  return (
    <span className="flex items-center gap-2">
      <span className="font-medium">{valueText(privilege.value)}</span>
      {privilege.override_value !== null && (
        <Badge tone="accent">{privilege.plan_value === null ? t('sub.added') : t('sub.overridden')}</Badge>
      )}
    </span>
  )
}

export function valueText(value: PrivilegeValue): string {
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
  return String(value)
}

/** The features that may be given. */
export function useFeatures(enabled: boolean) {
  return useGet<{ features: EntitledFeature[] }>('/features', { per_page: 100 }, { enabled })
}
