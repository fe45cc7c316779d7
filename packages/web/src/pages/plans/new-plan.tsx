import { useOrganization } from '../../app/organization.ts'
import { useUrlState } from '../../app/url-state.ts'
import { t } from '../../messages/index.ts'
import { Failure } from '../../ui/empty.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { copyOf, newPlan } from './plan-draft.ts'
import { PlanForm } from './plan-form.tsx'
import { usePlan } from './use-plan.ts'

/** A new plan, from nothing or with the prices of another one (`?from=`). */
export default function NewPlan() {
  const { currency } = useOrganization()
  const [{ from = '' }] = useUrlState()
  const { found, draft } = usePlan(from, from !== '')
  if (from === '') return <PlanForm start={newPlan(currency)} />
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (draft === undefined) return <SkeletonLines lines={10} />
  return <PlanForm start={copyOf(draft, t('plans.copy_of', { name: draft.name }))} />
}
