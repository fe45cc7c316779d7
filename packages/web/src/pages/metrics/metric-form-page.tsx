import { useParams } from '@tanstack/react-router'
import type { FullMetric } from '../../api/catalog.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { Failure } from '../../ui/empty.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { useUses } from '../catalogue/uses.ts'
import { MetricForm } from './metric-form.tsx'

/** Creates a metric, from nothing or from another one (`?from=`), or edits the one of the path. */
export default function MetricFormPage() {
  const { code } = useParams({ strict: false }) as { code?: string }
  const [{ from }] = useUrlState()
  const source = code ?? from
  const enabled = source !== undefined
  const found = useGet<{ billable_metric: FullMetric }>(
    `/billable_metrics/${encodeURIComponent(source ?? '')}`,
    {},
    { enabled },
  )
  const uses = useUses('billable_metrics', code ?? '', code !== undefined)
  if (!enabled) return <MetricForm kind="new" source={undefined} locked={false} />
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined || (code !== undefined && uses.isPending)) return <SkeletonLines lines={8} />
  const kind = code === undefined ? 'copy' : 'edit'
  const isUsed = kind === 'edit' && (uses.data?.uses.plans_count ?? 0) > 0
  return <MetricForm key={source} kind={kind} source={found.data.billable_metric} locked={isUsed} />
}
