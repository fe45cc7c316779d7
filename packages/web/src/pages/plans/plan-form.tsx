import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { ApiFailure } from '../../api/client.ts'
import type { FullPlan, PlanUses } from '../../api/plans.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Code } from '../../ui/code.tsx'
import { Empty } from '../../ui/empty.tsx'
import { PageForm } from '../../ui/form.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { AdvancedSection } from './advanced-section.tsx'
import { ChargesSection, FixedChargesSection } from './charges-section.tsx'
import { planChanges } from './plan-diff.ts'
import { entitlementsBody, type PlanDraft, planBody } from './plan-draft.ts'
import { type Errors, planProblems } from './problems.ts'
import { SaveDialog } from './save-dialog.tsx'
import { FeeSection, SettingsSection } from './settings-section.tsx'
import type { useUsesOf } from './uses.ts'

const Calculator = lazy(() => import('./calculator.tsx'))

interface Props {
  readonly start: PlanDraft
  /** The plan that is edited, and who has it, as far as it is known; absent for a new one. */
  readonly edited?: {
    readonly plan: FullPlan
    readonly uses: PlanUses | undefined
    readonly asked: ReturnType<typeof useUsesOf>['asked']
  }
}

/** What a part of the form is given. */
export interface PartProps {
  readonly plan: PlanDraft
  readonly patch: (changes: Partial<PlanDraft>) => void
  readonly errors: Errors
  /** Why what was sold cannot be changed any more. */
  readonly lock: string | undefined
}

/** A plan with all its prices, and beside it what it costs for the units that are tried. */
export function PlanForm({ start, edited }: Props) {
  const go = useOrgNavigate()
  const mayWrite = useMay()('plan', 'write')
  const [plan, setPlan] = useState(start)
  const [errors, setErrors] = useState<Errors>({})
  const [problem, setProblem] = useState<string>()
  const [isAsking, setIsAsking] = useState(false)
  const [isSaved, setIsSaved] = useState(false)
  const element = useRef<HTMLFormElement>(null)
  const save = useSave(edited?.plan)
  const code = edited?.plan.code
  const lock = edited && lockOf(edited.uses, edited.asked.isError)
  // Nothing is saved without saying whom it concerns.
  const unknown =
    edited?.uses === undefined && edited?.asked.isError === true
      ? t('plans.uses_failed', { reason: reasonOf(edited.asked.error) })
      : undefined

  // Only what was just refused is moved to: not while somebody mends it.
  const [refused, setRefused] = useState<Errors>()
  useEffect(() => {
    if (refused !== undefined) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [refused])
  const refuse = (found: Errors) => {
    setErrors(found)
    setRefused(found)
  }

  /** What is saved may be left without a question. */
  const leave = () => {
    flushSync(() => setIsSaved(true))
    go(paths.plan(lock === undefined ? plan.code.trim() : (code ?? plan.code)))
  }

  if (!mayWrite) return <Empty page title={t('error.no_access.title')} text={t('error.no_access.text')} />

  const send = async (cascade: boolean) => {
    try {
      await save.mutateAsync({ plan, cascade })
      leave()
    } catch (error) {
      setIsAsking(false)
      if (error instanceof ApiFailure && Object.keys(error.details).length > 0) {
        const { shown, rest } = placed(error, plan)
        refuse(shown)
        setProblem(rest === undefined ? t('plans.problems') : reasonOf(rest))
      } else setProblem(reasonOf(error))
    }
  }
  const submit = () => {
    const found = planProblems(plan)
    setProblem(Object.keys(found).length > 0 ? t('plans.problems') : undefined)
    if (Object.keys(found).length > 0) return refuse(found)
    setErrors({})
    if (save.isPending) return
    if (edited === undefined) void send(false)
    else if (planChanges(start, plan).length === 0) leave()
    else {
      if (edited.asked.isError) void edited.asked.refetch()
      setIsAsking(true)
    }
  }
  const patch = (changes: Partial<PlanDraft>) => {
    const next = { ...plan, ...changes }
    setPlan(next)
    if (Object.keys(errors).length === 0) return
    const left = planProblems(next)
    const still = Object.fromEntries(Object.entries(errors).filter(([field]) => left[field] !== undefined))
    setErrors(still)
    if (Object.keys(still).length === 0) setProblem(undefined)
  }
  const part = { plan, patch, errors, lock }
  return (
    <>
      <PageHeader
        crumb={
          edited === undefined
            ? { label: t('plans.title'), to: paths.plans }
            : { label: edited.plan.name, to: paths.plan(edited.plan.code) }
        }
        title={edited === undefined ? t('plans.new') : t('plans.edit_title', { name: edited.plan.name })}
      />
      <PageForm
        form={{
          problem: problem ?? unknown,
          busy: save.isPending || (isAsking && edited?.asked.isFetching === true),
          dirty: !isSaved && JSON.stringify(plan) !== JSON.stringify(start),
          submit,
          element,
        }}
        submit={edited === undefined ? t('plans.create') : t('plans.save')}
        onCancel={() => go(edited === undefined ? paths.plans : paths.plan(edited.plan.code))}
        wideSide
        side={
          <>
            <Suspense fallback={<SkeletonLines lines={6} />}>
              <Calculator plan={plan} />
            </Suspense>
            <ApiSample plan={plan} code={code} />
          </>
        }
      >
        <SettingsSection {...part} isNew={edited === undefined} />
        <FeeSection {...part} />
        <ChargesSection {...part} />
        <FixedChargesSection {...part} start={start} />
        <AdvancedSection {...part} />
      </PageForm>
      {edited?.uses !== undefined && isAsking && (
        <SaveDialog
          before={start}
          after={plan}
          uses={edited.uses}
          busy={save.isPending}
          onClose={() => setIsAsking(false)}
          onSave={cascade => void send(cascade)}
        />
      )}
    </>
  )
}

/** Until it is known who has the plan, nothing is changed that may be fixed. */
function lockOf(uses: PlanUses | undefined, isUnknown: boolean): string | undefined {
  if (uses === undefined) return t(isUnknown ? 'plans.lock.unknown' : 'plans.lock.asking')
  return uses.attached ? t('plans.lock.sold') : undefined
}

/** Sends the plan and, where there is something to say, what it entitles to. */
function useSave(edited: FullPlan | undefined) {
  return useAction(
    async (api, { plan, cascade }: { readonly plan: PlanDraft; readonly cascade: boolean }) => {
      const body = planBody(plan, { hadMetadata: edited?.metadata !== undefined })
      const answer =
        edited === undefined
          ? await api.post<{ plan: FullPlan }>('/plans', { plan: body })
          : await api.put<{ plan: FullPlan }>(`/plans/${encodeURIComponent(edited.code)}`, {
              plan: { ...body, cascade_updates: cascade },
            })
      const entitlements = entitlementsBody(plan)
      const { code } = answer.plan
      for (const [feature, privilege] of clearedPrivileges(edited, entitlements)) {
        const path = `/plans/${encodeURIComponent(code)}/entitlements/${encodeURIComponent(feature)}`
        await api.delete(`${path}/privileges/${encodeURIComponent(privilege)}`)
      }
      if (Object.keys(entitlements).length > 0 || (edited?.entitlements.length ?? 0) > 0) {
        await api.post(`/plans/${encodeURIComponent(code)}/entitlements`, { entitlements })
      }
      return answer
    },
    {
      done: ({ plan }) => t(edited === undefined ? 'plans.created' : 'plans.saved', { name: plan.name }),
      toastFailure: false,
      invalidates: ['plans', 'uses', 'subscriptions', 'invoices', 'customers'],
    },
  )
}

/** The values of features that stay without any: an empty map leaves them as they are, so they are taken away one by one. */
function clearedPrivileges(
  edited: FullPlan | undefined,
  entitlements: ReturnType<typeof entitlementsBody>,
): (readonly [feature: string, privilege: string])[] {
  return (edited?.entitlements ?? [])
    .filter(({ code }) => entitlements[code] !== undefined && Object.keys(entitlements[code]).length === 0)
    .flatMap(({ code, privileges }) => privileges.map(privilege => [code, privilege.code] as const))
}

/** What the API found wrong, at its field; `rest` is what has no field of its own. */
function placed(error: ApiFailure, plan: PlanDraft): { shown: Errors; rest: ApiFailure | undefined } {
  const at = placeOf(error.at, plan)
  const entries = Object.entries(error.details).map(([field, codes]) => [at + field, [codes].flat()] as const)
  const shown = Object.fromEntries(entries)
  const isShown = at !== '' || entries.every(([field]) => PLAN_FIELDS.has(field))
  return { shown, rest: isShown ? undefined : error }
}

const PLAN_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'code',
  'amount_cents',
  'trial_period',
  'interval',
  'pay_in_advance',
])

/** Where the API says that the fault lies (`charges.1.filters.0`), with the keys of the rows in place of their numbers. */
function placeOf(at: string | undefined, plan: PlanDraft): string {
  if (at === undefined) return ''
  const [list, place = '', inner, innerPlace = ''] = at.split('.')
  if (list === 'minimum_commitment') return 'minimum_commitment.'
  if (list === 'fixed_charges') return `fixed_charges.${plan.fixedCharges[Number(place)]?.key}.`
  const charge = list === 'charges' ? plan.charges[Number(place)] : undefined
  if (charge === undefined) return ''
  const filter = inner === 'filters' ? charge.filters[Number(innerPlace)] : undefined
  return filter === undefined ? `charges.${charge.key}.` : `charges.${charge.key}.filters.${filter.key}.`
}

function ApiSample({ plan, code }: { readonly plan: PlanDraft; readonly code: string | undefined }) {
  const [method, path] = code === undefined ? ['POST', '/plans'] : ['PUT', `/plans/${encodeURIComponent(code)}`]
  return (
    <details className="mt-6 border-t border-rule pt-3">
      <summary className="w-fit cursor-pointer text-sm text-soft hover:text-ink">{t('common.api_call')}</summary>
      <div className="mt-2">
        <Code label={t('common.api_call')}>{apiCall(method ?? '', path ?? '', { plan: planBody(plan) })}</Code>
      </div>
    </details>
  )
}
