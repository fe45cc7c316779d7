import { Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { queryText } from '../../api/client.ts'
import type { Alert } from '../../api/subscriptions.ts'
import { apiCall } from '../../app/api-call.ts'
import { useMay } from '../../app/organization.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatInstant } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Load } from '../../ui/load.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Section } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { AlertForm } from './alert-form.tsx'
import { type AlertHolder, watchedValue } from './holder.ts'

/**
 * What somebody wants to be told of, and at which values.
 *
 * @param part it is one part of what a section tells: its heading is smaller, and that there are none takes one line
 */
export function Alerts({ holder, part = false }: { readonly holder: AlertHolder; readonly part?: boolean }) {
  const mayWrite = useMay()('alert', 'write')
  const [edited, setEdited] = useState<Alert | 'new'>()
  const [removed, setRemoved] = useState<Alert>()
  const { path, query, currency, zone } = holder
  const all = useGet<{ alerts: Alert[] }>(path, { ...query, per_page: 100 })
  const remove = useAction(
    (api, code: string) => api.delete(`${path}/${encodeURIComponent(code)}${queryText(query)}`),
    { done: t('sub.alert.removed'), toastFailure: false },
  )
  const add = mayWrite && (
    <Button icon={Plus} onClick={() => setEdited('new')}>
      {t('sub.alert.new')}
    </Button>
  )
  const isNone = all.data?.alerts.length === 0
  return (
    <Around part={part} actions={all.data !== undefined && (part || !isNone) && add}>
      <Load query={all}>
        {({ alerts }) =>
          alerts.length === 0 && part ? (
            <p className="text-soft">{holder.texts.none}</p>
          ) : alerts.length === 0 ? (
            <Empty
              title={t('sub.alert.none')}
              text={holder.texts.none}
              action={add}
              call={apiCall('POST', path, {
                alert: {
                  alert_type: holder.types[0] ?? '',
                  code: 'budget',
                  thresholds: [{ code: 'warn', value: 10_000 }],
                },
              })}
            />
          ) : (
            <Table
              label={t('sub.tab.alerts')}
              rows={alerts}
              rowKey={alert => alert.lago_id}
              columns={[
                {
                  key: 'name',
                  head: t('common.name'),
                  cell: alert => (
                    <>
                      <span className="font-medium">{alert.name || alert.code}</span>
                      <span className="block font-mono text-xs text-faint">{alert.code}</span>
                    </>
                  ),
                },
                {
                  key: 'type',
                  head: t('sub.alert.watches'),
                  cell: alert => (
                    <>
                      {tWord('alert_type', alert.alert_type)}
                      {alert.billable_metric !== null && (
                        <span className="block text-sm text-faint">{alert.billable_metric.name}</span>
                      )}
                    </>
                  ),
                },
                {
                  key: 'thresholds',
                  head: t('sub.alert.at'),
                  numeric: true,
                  cell: alert => <Thresholds alert={alert} currency={currency} />,
                },
                {
                  key: 'last',
                  head: t('sub.alert.last'),
                  numeric: true,
                  wide: true,
                  cell: alert => (
                    <>
                      {watchedValue(alert, alert.previous_value, currency)}
                      {alert.last_processed_at !== null && (
                        <span className="block text-sm text-faint">{formatInstant(alert.last_processed_at, zone)}</span>
                      )}
                    </>
                  ),
                },
                ...(mayWrite
                  ? [
                      {
                        key: 'actions',
                        head: <span className="sr-only">{t('common.more_actions')}</span>,
                        action: true,
                        cell: (alert: Alert) => (
                          <Menu label={t('sub.alert.actions', { name: alert.name || alert.code })}>
                            <MenuItem onSelect={() => setEdited(alert)}>{t('sub.alert.edit')}</MenuItem>
                            <MenuItem danger onSelect={() => setRemoved(alert)}>
                              {t('common.delete')}
                            </MenuItem>
                          </Menu>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Load>
      {edited !== undefined && (
        <AlertForm holder={holder} alert={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
      {removed !== undefined && (
        <ConfirmDialog
          open
          onOpenChange={() => setRemoved(undefined)}
          title={t('sub.alert.remove_title', { name: removed.name || removed.code })}
          affects={t('sub.alert.remove_text')}
          confirm={t('common.delete')}
          onConfirm={() => remove.mutateAsync(removed.code)}
        />
      )}
    </Around>
  )
}

function Around({
  part,
  actions,
  children,
}: {
  readonly part: boolean
  readonly actions: ReactNode
  readonly children: ReactNode
}) {
  if (!part)
    return (
      <Section title={t('sub.tab.alerts')} actions={actions}>
        {children}
      </Section>
    )
  return (
    <div className="pt-6">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-3 pb-2">
        <h3 className="font-medium">{t('sub.tab.alerts')}</h3>
        {actions}
      </div>
      {children}
    </div>
  )
}

function Thresholds({ alert, currency }: { readonly alert: Alert; readonly currency: string }) {
  return (
    <ul>
      {alert.thresholds.map(({ code, value, recurring }) => (
        <li key={`${value} ${recurring}`}>
          {code !== null && code !== '' && <span className="mr-2 text-sm text-faint">{code}</span>}
          {recurring
            ? t('sub.thresholds.every', { amount: watchedValue(alert, value, currency) })
            : watchedValue(alert, value, currency)}
        </li>
      ))}
    </ul>
  )
}
