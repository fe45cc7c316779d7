import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiFailure } from '../../api/client.ts'
import type { FullPlan } from '../../api/plans.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useApi, useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { queryClient, useGet, usePreview } from '../../app/queries.ts'
import { formatDate, formatDay } from '../../format/dates.ts'
import { addDays, localDay } from '../../format/zoned.ts'
import { t } from '../../messages/index.ts'
import { Failure } from '../../ui/empty.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormSection, PageForm } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { subscriptionName } from './columns.tsx'
import { type OverrideDraft, overrideDraft, overrideProblems, overridesBody, priceWith } from './override-draft.ts'
import { Overrides } from './overrides.tsx'
import { PlanPicker } from './plan-picker.tsx'
import { PreviewPanel } from './preview.tsx'
import { chosenOf, directionOf, type Previewed, type SubscriptionProps, useChain } from './reads.ts'
import { useSettled } from './settled.ts'

/** Another plan for a subscription: now, or when the period ends. */
export default function ChangePlan() {
  const { subscriptionId = '' } = useParams({ strict: false }) as { subscriptionId?: string }
  const may = useMay()
  const chain = useChain(subscriptionId)
  if (!may('subscription', 'write')) return <Failure page error={new ApiFailure(403, undefined)} />
  if (chain.isError) return <Failure page error={chain.error} onRetry={() => void chain.refetch()} />
  if (chain.data === undefined) return <SkeletonLines lines={8} />
  const subscription = chosenOf(chain.data.subscriptions, undefined)
  const isLive = subscription?.status === 'active' || subscription?.status === 'pending'
  if (subscription === undefined || !isLive) return <Failure page error={new ApiFailure(404, undefined)} />
  return (
    <>
      <PageHeader
        crumb={{ label: subscriptionName(subscription), to: paths.subscription(subscription.external_id) }}
        title={t('sub.change.title')}
        facts={<span>{t('sub.change.from', { plan: subscription.plan.name })}</span>}
      />
      <ChangeForm subscription={subscription} />
    </>
  )
}

function ChangeForm({ subscription }: SubscriptionProps) {
  const api = useApi()
  const navigate = useOrgNavigate()
  const mayPreview = useMay()('invoice', 'write')
  const { customer, external_id: externalId } = subscription
  const [picked, setPicked] = useState<Pick<FullPlan, 'code' | 'name'>>()
  const [overrides, setOverrides] = useState<{ readonly code: string; readonly draft: OverrideDraft }>()
  const read = useGet<{ plan: FullPlan }>(
    `/plans/${encodeURIComponent(picked?.code ?? '')}`,
    {},
    { enabled: picked !== undefined },
  )
  const plan = read.data?.plan.code === picked?.code ? read.data?.plan : undefined
  const draft = plan && (overrides?.code === plan.code ? overrides.draft : overrideDraft(plan))
  const faults = plan && draft ? overrideProblems(plan, draft) : {}
  const direction = plan && draft && directionOf(subscription.plan, priceWith(plan, draft))
  const isPending = subscription.status === 'pending'

  const bodyOf = (values: { name: string; plan_code: string }) => {
    const own = plan && draft && overridesBody(plan, draft)
    return {
      external_customer_id: customer.external_id,
      external_id: externalId,
      plan_code: values.plan_code,
      name: values.name,
      ...(own !== undefined && !isPending && { plan_overrides: own }),
    }
  }
  const form = useForm({
    start: { plan_code: '', name: subscription.name ?? '' },
    check: ({ plan_code: code }) => ({
      ...(code === '' && { plan_code: ['value_is_mandatory'] }),
      ...faults,
    }),
    send: values => api.post('/subscriptions', { subscription: bodyOf(values) }),
    onSent: () => {
      toast(direction === 'downgrade' && !isPending ? t('sub.change.scheduled') : t('sub.change.done'))
      // Read again where one goes now; what is previewed here is not there to be read any more.
      void queryClient.invalidateQueries({ queryKey: [api.organizationId], refetchType: 'none' })
      navigate(paths.subscription(externalId))
    },
  })
  const { values, set, errors } = form
  const asked = useSettled({ customer: { external_id: customer.external_id }, subscription: bodyOf(values) })
  const isReady = plan !== undefined && Object.keys(faults).length === 0 && asked.subscription.plan_code !== ''
  const preview = usePreview<Previewed>('/invoices/preview', asked, {
    enabled: mayPreview && isReady,
    keep: true,
  })
  return (
    <PageForm
      form={form}
      submit={direction === undefined || isPending ? t('sub.change.title') : t(`sub.change.${direction}`)}
      onCancel={() => navigate(paths.subscription(externalId))}
      side={
        mayPreview && (
          <section aria-label={t('sub.preview.change')}>
            <h2 className="pb-2 text-lg font-semibold">{t('sub.preview.change')}</h2>
            <PreviewPanel query={preview} zone={customer.applicable_timezone} idle={t('sub.preview.choose')} />
          </section>
        )
      }
    >
      <FormSection title={t('sub.change.new_plan')}>
        <Field label={t('subscriptions.plan')} errors={errors('plan_code')}>
          <PlanPicker
            chosen={picked}
            without={subscription.plan.lago_id}
            onChange={({ code, name }) => {
              setPicked({ code, name })
              set('plan_code', code)
            }}
          />
        </Field>
        {direction !== undefined && <Notice>{effectOf(subscription, direction)}</Notice>}
        <Field
          label={t('common.name')}
          optional={t('common.optional')}
          hint={t('sub.change.name_hint')}
          errors={errors('name')}
        >
          <Input value={values.name} onChange={event => set('name', event.target.value)} />
        </Field>
      </FormSection>
      {plan !== undefined && draft !== undefined && !isPending && (
        <Overrides
          key={plan.code}
          plan={plan}
          draft={draft}
          errors={faults}
          onChange={changed => setOverrides({ code: plan.code, draft: changed })}
        />
      )}
    </PageForm>
  )
}

/** When the change takes effect, and what that means. */
function effectOf(subscription: SubscriptionProps['subscription'], direction: 'upgrade' | 'downgrade'): string {
  const { status, customer, current_billing_period_ending_at: ends, subscription_at: starts } = subscription
  const zone = customer.applicable_timezone
  if (status === 'pending') {
    return t('sub.change.before_start', { date: starts === null ? '–' : formatDay(starts, zone) })
  }
  if (direction === 'upgrade') return t('sub.change.upgrade_text')
  const date = ends === null ? '–' : formatDate(addDays(localDay(ends, zone), 1))
  return t('sub.change.downgrade_text', { date })
}
