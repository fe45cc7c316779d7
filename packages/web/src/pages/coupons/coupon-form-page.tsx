import { useParams } from '@tanstack/react-router'
import type { Coupon } from '../../api/catalog.ts'
import type { Meta } from '../../api/types.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { MetricsPicker, PlansPicker } from '../../pickers/catalog-pickers.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Checkbox, Field, Input, TextArea } from '../../ui/field.tsx'
import { FieldRow, FormSection, PageForm } from '../../ui/form.tsx'
import { NameAndCode } from '../../ui/name-and-code.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { type Form, useForm } from '../../ui/use-form.ts'
import { bodyOf, type CouponValues, checkDiscount, valuesOf } from './coupon-values.ts'
import { DiscountFields } from './discount-fields.tsx'

/** Creates a coupon, or edits the one of the path. */
export default function CouponFormPage() {
  const { code } = useParams({ strict: false }) as { code?: string }
  const enabled = code !== undefined
  const found = useGet<{ coupon: Coupon }>(`/coupons/${encodeURIComponent(code ?? '')}`, {}, { enabled })
  const held = useGet<{ meta: Meta }>('/applied_coupons', { coupon_code: [code ?? ''], per_page: 1 }, { enabled })
  if (!enabled) return <CouponForm coupon={undefined} locked={false} />
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined || held.isPending) return <SkeletonLines lines={8} />
  return <CouponForm coupon={found.data.coupon} locked={(held.data?.meta.total_count ?? 0) > 0} />
}

function CouponForm({ coupon, locked }: { readonly coupon: Coupon | undefined; readonly locked: boolean }) {
  const go = useOrgNavigate()
  const { currency, timezone } = useOrganization()
  const isNew = coupon === undefined
  const save = useAction(
    (api, values: CouponValues) => {
      const body = bodyOf(values, coupon, timezone)
      return isNew
        ? api.post<{ coupon: Coupon }>('/coupons', body)
        : api.put<{ coupon: Coupon }>(`/coupons/${encodeURIComponent(coupon.code)}`, body)
    },
    {
      done: ({ coupon: { name } }) => t(isNew ? 'coupons.made' : 'coupons.saved', { name }),
      toastFailure: false,
      invalidates: ['coupons'],
    },
  )
  const form = useForm({
    start: valuesOf(coupon, currency, timezone),
    send: values => save.mutateAsync(values),
    onSent: ({ coupon: saved }) => go(paths.coupon(saved.code)),
    check: checkDiscount,
  })
  const { values, set, errors } = form
  return (
    <>
      <PageHeader
        crumb={{ label: t('coupons.title'), to: paths.coupons }}
        title={isNew ? t('coupons.create') : coupon.name}
      />
      <PageForm
        form={form}
        submit={isNew ? t('common.create') : t('common.save')}
        onCancel={() => go(isNew ? paths.coupons : paths.coupon(coupon.code))}
      >
        <FormSection title={t('coupon.section.settings')}>
          {locked && <Notice>{t('coupon.locked')}</Notice>}
          <NameAndCode form={form} isNew={isNew} locked={locked} />
          <Field label={t('form.description')} optional={t('common.optional')} errors={errors('description')}>
            <TextArea rows={2} value={values.description} onChange={event => set('description', event.target.value)} />
          </Field>
        </FormSection>
        <FormSection title={t('coupon.section.discount')}>
          <RadioGroup
            label={t('coupon.type')}
            value={values.coupon_type}
            inline
            disabled={locked}
            options={[
              { value: 'fixed_amount', label: t('coupon.fixed') },
              { value: 'percentage', label: t('coupon.percentage') },
            ]}
            onChange={type => set('coupon_type', type)}
          />
          <DiscountFields form={form} locked={locked} />
        </FormSection>
        <Limits form={form} locked={locked} />
      </PageForm>
    </>
  )
}

function Limits({ form, locked }: { readonly form: Form<CouponValues>; readonly locked: boolean }) {
  const { values, set, errors } = form
  return (
    <FormSection title={t('coupon.section.limits')}>
      <FieldRow>
        <Field label={t('coupon.expires_on')} hint={t('coupon.expires_hint')} errors={errors('expiration_at')}>
          <Input
            type="date"
            value={values.expiration_at}
            onChange={event => set('expiration_at', event.target.value)}
          />
        </Field>
      </FieldRow>
      <Checkbox
        label={t('coupon.reusable')}
        disabled={locked}
        checked={values.reusable}
        onChange={event => set('reusable', event.target.checked)}
      />
      <RadioGroup
        label={t('coupon.applies_to')}
        value={values.scope}
        disabled={locked}
        options={[
          { value: 'everything', label: t('coupon.everything') },
          { value: 'plans', label: t('coupon.only_plans') },
          { value: 'metrics', label: t('coupon.only_metrics') },
        ]}
        onChange={scope => set('scope', scope)}
      />
      {!locked && values.scope === 'plans' && (
        <Field label={t('coupon.plans')} errors={errors('plan_codes')}>
          <PlansPicker codes={values.plan_codes} onChange={codes => set('plan_codes', codes)} />
        </Field>
      )}
      {!locked && values.scope === 'metrics' && (
        <Field label={t('coupon.metrics')} errors={errors('billable_metric_codes')}>
          <MetricsPicker codes={values.billable_metric_codes} onChange={codes => set('billable_metric_codes', codes)} />
        </Field>
      )}
    </FormSection>
  )
}
