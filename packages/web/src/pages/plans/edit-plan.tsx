import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { Failure } from '../../ui/empty.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { useUnitNames } from './charges-section.tsx'
import type { PlanDraft } from './plan-draft.ts'
import { PlanForm } from './plan-form.tsx'
import { usePlan, usePlanTaxes } from './use-plan.ts'
import { useUsesOf } from './uses.ts'

/** Edits a plan as it was when the page was opened. */
export default function EditPlan() {
  const { planCode = '' } = useParams({ strict: false }) as { planCode?: string }
  const { found, plan, draft } = usePlan(planCode)
  // Asked for now: the form wants them as soon as it is there.
  useUnitNames()
  usePlanTaxes()
  const { asked, uses } = useUsesOf(planCode)
  // What is read again meanwhile must not change what is being edited.
  const [opened, setOpened] = useState<{ code: string; draft: PlanDraft }>()
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (draft !== undefined && opened?.code !== planCode) setOpened({ code: planCode, draft })
  if (plan === undefined || opened?.code !== planCode) return <SkeletonLines lines={10} />
  return <PlanForm key={planCode} start={opened.draft} edited={{ plan, uses, asked }} />
}
