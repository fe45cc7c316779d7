import { useParams } from '@tanstack/react-router'
import { Copy, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { FullMetric } from '../../api/catalog.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatDay } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { WithActivity } from '../activity/activity-log.tsx'
import { usesInWords, useUses } from '../catalogue/uses.ts'
import { DeleteMetric } from './delete-metric.tsx'
import { SampleEvent } from './sample-event.tsx'

/** One metric: how it counts, by what plans may price it apart, and how its events are sent. */
export default function MetricPage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const found = useGet<{ billable_metric: FullMetric }>(`/billable_metrics/${encodeURIComponent(code)}`)
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={8} />
  return <Detail metric={found.data.billable_metric} />
}

function Detail({ metric }: { readonly metric: FullMetric }) {
  const go = useOrgNavigate()
  const mayWrite = useMay()('billable_metric', 'write')
  const [deleting, setDeleting] = useState(false)
  const uses = useUses('billable_metrics', metric.code)
  return (
    <>
      <PageHeader
        crumb={{ label: t('metrics.title'), to: paths.metrics }}
        title={metric.name}
        facts={
          <span className="flex items-center gap-0.5">
            <InlineCode>{metric.code}</InlineCode>
            <CopyButton text={metric.code} />
          </span>
        }
        actions={
          mayWrite && (
            <>
              <Button icon={Pencil} onClick={() => go(paths.editMetric(metric.code))}>
                {t('metric.edit')}
              </Button>
              <Menu>
                <MenuItem icon={Copy} onSelect={() => go(paths.newMetric, { from: metric.code })}>
                  {t('metric.duplicate')}
                </MenuItem>
                <MenuItem icon={Trash2} danger onSelect={() => setDeleting(true)}>
                  {t('common.delete')}
                </MenuItem>
              </Menu>
            </>
          )
        }
      />
      <WithActivity
        label={metric.name}
        of={{ resource_types: ['BillableMetric'], resource_ids: [metric.lago_id] }}
        subjectId={metric.lago_id}
      >
        <div className="grid grid-cols-1 gap-x-12 gap-y-6 lg:grid-cols-[minmax(0,1fr)_minmax(18rem,26rem)]">
          <div className="min-w-0">
            <Section title={t('metric.section.settings')}>
              <Facts
                items={[
                  [t('form.description'), metric.description],
                  [t('metric.type'), metric.recurring ? t('metric.recurring') : t('metric.metered')],
                  [t('common.created'), formatDay(metric.created_at)],
                  [t('metric.used_by'), uses.data && usedBy(uses.data.uses)],
                ]}
              />
            </Section>
            <Section title={t('metric.section.aggregation')}>
              <p className="pb-3 text-soft">
                <span className="font-medium text-ink">{tWord('aggregation', metric.aggregation_type)}.</span>{' '}
                {tWord('aggregation_hint', metric.aggregation_type)}
              </p>
              <Facts
                items={[
                  [t('metric.field'), metric.field_name && <InlineCode key="field">{metric.field_name}</InlineCode>],
                  [t('metric.expression'), metric.expression && <InlineCode key="exp">{metric.expression}</InlineCode>],
                  [t('metric.rounding'), rounding(metric)],
                ]}
              />
            </Section>
            <Section title={t('metric.section.filters')}>
              {metric.filters.length === 0 ? (
                <p className="text-soft">{t('metric.filters_none')}</p>
              ) : (
                <Facts items={metric.filters.map(({ key, values }) => [key, values.join(', ')] as const)} />
              )}
            </Section>
          </div>
          <SampleEvent metric={metric} />
        </div>
      </WithActivity>
      {deleting && (
        <DeleteMetric metric={metric} onClose={() => setDeleting(false)} onDeleted={() => go(paths.metrics)} />
      )}
    </>
  )
}

function usedBy(uses: Parameters<typeof usesInWords>[0]): string {
  if (uses.plans_count === 0) return t('metric.unused')
  const { plans, subscriptions } = usesInWords(uses)
  return t('metric.used', { plans, subscriptions })
}

function rounding({ rounding_function: how, rounding_precision: precision }: FullMetric): string | null {
  if (how === null) return null
  return t('metric.rounded', { how: tWord('rounding', how), count: precision ?? 0 })
}
