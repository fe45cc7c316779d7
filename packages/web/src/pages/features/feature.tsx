import { useParams } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Feature } from '../../api/catalog.ts'
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
import { Table } from '../../ui/table.tsx'
import { WithActivity } from '../activity/activity-log.tsx'
import { DeleteObject } from '../catalogue/delete-object.tsx'
import { usesInWords, useUses } from '../catalogue/uses.ts'

export default function FeaturePage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const found = useGet<{ feature: Feature }>(`/features/${encodeURIComponent(code)}`)
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={6} />
  return <Detail feature={found.data.feature} />
}

function Detail({ feature }: { readonly feature: Feature }) {
  const go = useOrgNavigate()
  const mayWrite = useMay()('feature', 'write')
  const [deleting, setDeleting] = useState(false)
  const uses = useUses('features', feature.code)
  const name = feature.name || feature.code
  const id = uses.data?.uses.lago_id ?? ''
  const words = uses.data && usesInWords(uses.data.uses)
  return (
    <>
      <PageHeader
        crumb={{ label: t('features.title'), to: paths.features }}
        title={name}
        facts={
          <span className="flex items-center gap-0.5">
            <InlineCode>{feature.code}</InlineCode>
            <CopyButton text={feature.code} />
          </span>
        }
        actions={
          mayWrite && (
            <>
              <Button icon={Pencil} onClick={() => go(paths.editFeature(feature.code))}>
                {t('catalogue.edit')}
              </Button>
              <Menu>
                <MenuItem icon={Trash2} danger onSelect={() => setDeleting(true)}>
                  {t('common.delete')}
                </MenuItem>
              </Menu>
            </>
          )
        }
      />
      <WithActivity label={name} of={{ resource_types: ['Entitlement::Feature'], resource_ids: [id] }} subjectId={id}>
        <Section>
          <Facts
            items={[
              [t('form.description'), feature.description],
              [t('metric.used_by'), words && t('metric.used', words)],
              [t('common.created'), formatDay(feature.created_at)],
            ]}
          />
        </Section>
        <Section title={t('features.privileges')}>
          {feature.privileges.length === 0 ? (
            <p className="text-soft">{t('feature.privileges_none')}</p>
          ) : (
            <Table
              label={t('features.privileges')}
              rows={feature.privileges}
              rowKey={privilege => privilege.code}
              columns={[
                { key: 'name', head: t('common.name'), cell: ({ name: called, code }) => called || code },
                { key: 'code', head: t('common.code'), cell: ({ code }) => <InlineCode>{code}</InlineCode> },
                {
                  key: 'type',
                  head: t('feature.privilege_type'),
                  cell: ({ value_type: type, config }) =>
                    config.select_options === undefined
                      ? tWord('value_type', type)
                      : `${tWord('value_type', type)}: ${config.select_options.join(', ')}`,
                },
              ]}
            />
          )}
        </Section>
      </WithActivity>
      {deleting && (
        <DeleteObject
          collection="features"
          code={feature.code}
          name={name}
          affects={({ plans, subscriptions }) => t('feature.delete.affects', { plans, subscriptions })}
          onClose={() => setDeleting(false)}
          onDeleted={() => go(paths.features)}
        />
      )}
    </>
  )
}
