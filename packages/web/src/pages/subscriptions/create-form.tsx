import { useState } from 'react'
import type { FullPlan } from '../../api/plans.ts'
import type { Customer } from '../../api/types.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useApi, useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { queryClient, useGet, usePreview } from '../../app/queries.ts'
import { formatDate } from '../../format/dates.ts'
import { localDay, startOfDay } from '../../format/zoned.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Checkbox, Field, Input, Select } from '../../ui/field.tsx'
import { FieldRow, FormSection, PageForm } from '../../ui/form.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { firstPeriodEnd } from './first-period.ts'
import { type OverrideDraft, overrideDraft, overrideProblems, overridesBody } from './override-draft.ts'
import { Overrides } from './overrides.tsx'
import { PlanPicker } from './plan-picker.tsx'
import { PreviewPanel } from './preview.tsx'
import { type Previewed, useNow } from './reads.ts'
import { useSettled } from './settled.ts'

interface Values {
  readonly plan_code: string
  readonly external_id: string
  /** Whether the id was written by hand. */
  readonly named: boolean
  readonly name: string
  readonly billing_time: 'calendar' | 'anniversary'
  readonly subscription_at: string
  readonly ending_at: string
  readonly purchase_order_number: string
  readonly consolidate_invoice: boolean
  /** Empty: that of the customer. */
  readonly billing_entity_code: string
  readonly activation: 'now' | 'paid'
  readonly timeout_hours: string
}

/** The form of a new subscription, beside what it would bill first. */
export function CreateForm({ customer }: { readonly customer: Customer }) {
  const api = useApi()
  const navigate = useOrgNavigate()
  const mayPreview = useMay()('invoice', 'write')
  const zone = customer.applicable_timezone
  const today = localDay(useNow(), zone)
  const entities = useGet<{ billing_entities: { code: string; name: string }[] }>(
    '/billing_entities',
    {},
    { enabled: useMay()('billing_entity', 'read') },
  )
  const [picked, setPicked] = useState<Pick<FullPlan, 'code' | 'name'>>()
  const [overrides, setOverrides] = useState<{ readonly code: string; readonly draft: OverrideDraft }>()
  const read = useGet<{ plan: FullPlan }>(
    `/plans/${encodeURIComponent(picked?.code ?? '')}`,
    {},
    { enabled: picked !== undefined },
  )
  const plan = read.data?.plan.code === picked?.code ? read.data?.plan : undefined
  const draft = plan && (overrides?.code === plan.code ? overrides.draft : overrideDraft(plan))

  const bodyOf = (values: Values) => {
    const isToday = values.subscription_at === today
    const own = plan && draft && overridesBody(plan, draft)
    return {
      external_customer_id: customer.external_id,
      plan_code: values.plan_code,
      external_id: values.external_id,
      name: values.name,
      billing_time: values.billing_time,
      consolidate_invoice: values.consolidate_invoice,
      ...(values.billing_entity_code !== '' && { billing_entity_code: values.billing_entity_code }),
      ...(!isToday && { subscription_at: startOfDay(values.subscription_at, zone) }),
      ...(values.ending_at !== '' && { ending_at: startOfDay(values.ending_at, zone) }),
      ...(values.purchase_order_number !== '' && { purchase_order_number: values.purchase_order_number }),
      ...(values.activation === 'paid' &&
        values.subscription_at >= today && {
          activation_rules: [{ type: 'payment', timeout_hours: Number(values.timeout_hours || 0) }],
        }),
      ...(own !== undefined && { plan_overrides: own }),
    }
  }
  const [typedId, setTypedId] = useState('')
  const isTaken = useIsTaken(useSettled(typedId))
  const form = useForm<Values, { subscription: { external_id: string; status: string; lago_id: string } }>({
    start: {
      plan_code: '',
      external_id: '',
      named: false,
      name: '',
      billing_time: 'calendar',
      subscription_at: today,
      ending_at: '',
      purchase_order_number: '',
      consolidate_invoice: true,
      billing_entity_code: '',
      activation: 'now',
      timeout_hours: '0',
    },
    aliases: { customer: 'activation', activation_rules: 'activation' },
    check: values => ({
      ...(values.plan_code === '' && { plan_code: ['value_is_mandatory'] }),
      ...(values.external_id.trim() === '' && { external_id: ['value_is_mandatory'] }),
      ...(isTaken && { external_id: ['value_already_exist'] }),
      ...(values.subscription_at === '' && { subscription_at: ['invalid_date'] }),
      ...(!/^\d*$/.test(values.timeout_hours) && { timeout_hours: ['not_a_number'] }),
      ...(plan && draft && overrideProblems(plan, draft)),
    }),
    send: values => api.post('/subscriptions', { subscription: bodyOf(values) }),
    onSent: ({ subscription }) => {
      toast(t('sub.form.created'))
      // Read again where one goes now; what is previewed here is not there to be read any more.
      void queryClient.invalidateQueries({ queryKey: [api.organizationId], refetchType: 'none' })
      navigate(
        paths.subscription(subscription.external_id),
        subscription.status === 'active' ? {} : { id: subscription.lago_id },
      )
    },
  })
  const { values, set, patch, errors } = form
  const faults = plan && draft ? overrideProblems(plan, draft) : {}
  const isReady = plan !== undefined && values.subscription_at !== '' && Object.keys(faults).length === 0
  const asked = useSettled({ customer: { external_id: customer.external_id }, subscription: bodyOf(values) })
  const isAsked = asked.subscription.plan_code !== '' && asked.subscription.external_id !== '' && !isTaken
  const preview = usePreview<Previewed>('/invoices/preview', asked, {
    enabled: mayPreview && isReady && isAsked,
    keep: true,
  })
  const choose = ({ code, name }: FullPlan) => {
    setPicked({ code, name })
    if (values.named) return patch({ plan_code: code })
    const id = `${customer.external_id}-${code}`
    patch({ plan_code: code, external_id: id })
    setTypedId(id)
  }
  return (
    <PageForm
      form={form}
      submit={t('sub.form.create')}
      onCancel={() => navigate(paths.customer(customer.external_id))}
      side={
        mayPreview && (
          <section aria-label={t('sub.preview.first')}>
            <h2 className="pb-2 text-lg font-semibold">{t('sub.preview.first')}</h2>
            <PreviewPanel query={preview} zone={zone} idle={t('sub.preview.choose')} />
          </section>
        )
      }
    >
      <FormSection title={t('subscriptions.plan')}>
        <Field label={t('subscriptions.plan')} errors={errors('plan_code')}>
          <PlanPicker chosen={picked} onChange={choose} />
        </Field>
        <FieldRow>
          <Field
            label={t('customer.info.external_id')}
            hint={t('sub.form.id_hint')}
            errors={isTaken ? ['value_already_exist'] : errors('external_id')}
          >
            <Input
              value={values.external_id}
              onChange={event => {
                patch({ external_id: event.target.value, named: true })
                setTypedId(event.target.value)
              }}
            />
          </Field>
          <Field label={t('common.name')} optional={t('common.optional')} errors={errors('name')}>
            <Input
              value={values.name}
              placeholder={picked?.name ?? ''}
              onChange={event => set('name', event.target.value)}
            />
          </Field>
        </FieldRow>
      </FormSection>
      <FormSection title={t('sub.form.time')}>
        <FieldRow>
          <Field
            label={t('subscriptions.start')}
            hint={startHint(values.subscription_at, today)}
            errors={errors('subscription_at')}
          >
            <Input
              type="date"
              value={values.subscription_at}
              onChange={event => set('subscription_at', event.target.value)}
            />
          </Field>
          <Field
            label={t('subscriptions.end')}
            optional={t('common.optional')}
            hint={t('sub.form.end_hint')}
            errors={errors('ending_at')}
          >
            <Input type="date" value={values.ending_at} onChange={event => set('ending_at', event.target.value)} />
          </Field>
        </FieldRow>
        <RadioGroup
          label={t('sub.info.billing_time')}
          value={values.billing_time}
          onChange={value => set('billing_time', value)}
          options={(['calendar', 'anniversary'] as const).map(value => ({
            value,
            label: t(`billing_time.${value}`),
            hint: periodHint(values.subscription_at, plan?.interval, value),
          }))}
        />
        {values.subscription_at >= today && (
          <>
            <RadioGroup
              label={t('sub.info.activation')}
              value={values.activation}
              onChange={value => set('activation', value)}
              errors={errors('activation')}
              options={[
                { value: 'now', label: t('sub.rule.at_once'), hint: t('sub.rule.at_once_hint') },
                { value: 'paid', label: t('sub.rule.payment'), hint: t('sub.rule.payment_hint') },
              ]}
            />
            {values.activation === 'paid' && (
              <Field
                label={t('sub.rule.timeout')}
                hint={t('sub.rule.timeout_hint')}
                errors={errors('timeout_hours')}
                className="max-w-52"
              >
                <AmountInput
                  value={values.timeout_hours}
                  unit={t('sub.rule.unit')}
                  onChange={hours => set('timeout_hours', hours)}
                />
              </Field>
            )}
          </>
        )}
      </FormSection>
      <FormSection title={t('sub.form.invoicing')}>
        <Field
          label={t('sub.info.purchase_order')}
          optional={t('common.optional')}
          hint={t('sub.form.purchase_order_hint')}
          errors={errors('purchase_order_number')}
        >
          <Input
            value={values.purchase_order_number}
            onChange={event => set('purchase_order_number', event.target.value)}
          />
        </Field>
        {(entities.data?.billing_entities.length ?? 0) > 1 && (
          <Field label={t('customer.info.entity')} errors={errors('billing_entity_code')}>
            <Select
              value={values.billing_entity_code}
              onChange={event => set('billing_entity_code', event.target.value)}
            >
              <option value="">{t('sub.form.entity_of_customer', { code: customer.billing_entity_code })}</option>
              {entities.data?.billing_entities.map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
        )}
        <Checkbox
          label={t('sub.form.consolidate')}
          hint={t('sub.form.consolidate_hint')}
          checked={values.consolidate_invoice}
          onChange={event => set('consolidate_invoice', event.target.checked)}
        />
      </FormSection>
      {plan !== undefined && draft !== undefined && (
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

/** Whether something runs, or will, under an id: ordering it again would change that one's plan. */
function useIsTaken(externalId: string): boolean {
  const id = externalId.trim()
  const query = { external_id: id, status: ['active', 'pending', 'incomplete'], per_page: 1 }
  const found = useGet<{ subscriptions: unknown[] }>('/subscriptions', query, { enabled: id !== '' })
  return id !== '' && (found.data?.subscriptions.length ?? 0) > 0
}

function startHint(start: string, today: string): string {
  if (start === '' || start === today) return t('sub.form.start_today')
  return start < today ? t('sub.form.start_past') : t('sub.form.start_future', { date: formatDate(start) })
}

function periodHint(start: string, interval: string | undefined, billingTime: string): string {
  if (start === '' || interval === undefined)
    return t(`sub.form.${billingTime === 'calendar' ? 'calendar' : 'anniversary'}`)
  const end = firstPeriodEnd(start, interval, billingTime)
  const key = billingTime === 'calendar' ? 'sub.form.calendar_dates' : 'sub.form.anniversary_dates'
  return t(key, { from: formatDate(start), to: formatDate(end) })
}
