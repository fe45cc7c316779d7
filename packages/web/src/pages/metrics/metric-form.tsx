import { useState } from 'react'
import type { FullMetric } from '../../api/catalog.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useAction } from '../../app/queries.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Field, Input, Select, TextArea } from '../../ui/field.tsx'
import { FieldRow, FormSection, PageForm } from '../../ui/form.tsx'
import { NameAndCode } from '../../ui/name-and-code.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { RowList } from '../../ui/row-list.tsx'
import { type Form, useForm } from '../../ui/use-form.ts'
import { WordList } from '../../ui/word-list.tsx'
import { ExpressionDrawer } from './expression-drawer.tsx'
import {
  AGGREGATIONS,
  bodyOf,
  checkMetric,
  type MetricValues,
  mayRecur,
  removedFilters,
  valuesOf,
} from './metric-values.ts'
import { SampleEvent } from './sample-event.tsx'

interface Props {
  readonly kind: 'new' | 'copy' | 'edit'
  readonly source: FullMetric | undefined
  /** Plans use it: it goes on counting as it does. */
  readonly locked: boolean
}

export function MetricForm({ kind, source, locked }: Props) {
  const go = useOrgNavigate()
  const isEdit = kind === 'edit'
  const save = useAction(
    (api, values: MetricValues) =>
      isEdit && source !== undefined
        ? api.put<{ billable_metric: FullMetric }>(
            `/billable_metrics/${encodeURIComponent(source.code)}`,
            bodyOf(values),
          )
        : api.post<{ billable_metric: FullMetric }>('/billable_metrics', bodyOf(values)),
    {
      done: ({ billable_metric: { name } }) => t(isEdit ? 'metrics.saved' : 'metrics.made', { name }),
      toastFailure: false,
    },
  )
  const copied = source !== undefined && kind === 'copy'
  const form = useForm({
    start: copied
      ? { ...valuesOf(source), name: t('metric.copy_of', { name: source.name }), code: `${source.code}_copy` }
      : valuesOf(source),
    send: values => save.mutateAsync(values),
    onSent: ({ billable_metric: metric }) => go(paths.metric(metric.code)),
    check: checkMetric,
  })
  const { values } = form
  return (
    <>
      <PageHeader
        crumb={{ label: t('metrics.title'), to: paths.metrics }}
        title={isEdit && source !== undefined ? source.name : t('metrics.create')}
      />
      <PageForm
        form={form}
        submit={isEdit ? t('common.save') : t('common.create')}
        onCancel={() => go(source === undefined ? paths.metrics : paths.metric(source.code))}
        wideSide
        side={<SampleEvent metric={values} />}
      >
        <FormSection title={t('metric.section.settings')}>
          {locked && <Notice>{t('metric.locked')}</Notice>}
          <NameAndCode form={form} isNew={!isEdit} locked={locked} />
          <Field label={t('form.description')} optional={t('common.optional')} errors={form.errors('description')}>
            <TextArea
              rows={2}
              value={values.description}
              onChange={event => form.set('description', event.target.value)}
            />
          </Field>
        </FormSection>
        <Aggregation form={form} locked={locked} />
        <Filters form={form} before={isEdit ? (source?.filters ?? []) : []} />
      </PageForm>
    </>
  )
}

interface PartProps {
  readonly form: Form<MetricValues>
}

function Aggregation({ form, locked }: PartProps & { readonly locked: boolean }) {
  const { values } = form
  const [editing, setEditing] = useState(false)
  const type = values.aggregation_type
  const recurs = mayRecur(type)
  return (
    <FormSection title={t('metric.section.aggregation')}>
      <RadioGroup
        label={t('metrics.aggregation')}
        value={type}
        disabled={locked}
        options={AGGREGATIONS.map(value => ({
          value: value as string,
          label: tWord('aggregation', value),
          hint: tWord('aggregation_hint', value),
        }))}
        errors={form.errors('aggregation_type')}
        onChange={next => form.patch({ aggregation_type: next, ...(!mayRecur(next) && { recurring: false }) })}
      />
      {type !== 'count_agg' && (
        <>
          <Field label={t('metric.field')} hint={t('metric.field_hint')} errors={form.errors('field_name')}>
            <Input
              className="font-mono"
              value={values.field_name}
              disabled={locked}
              onChange={event => form.set('field_name', event.target.value)}
            />
          </Field>
          {values.expression === '' ? (
            !locked && (
              <div>
                <Button onClick={() => setEditing(true)}>{t('metric.expression_add')}</Button>
              </div>
            )
          ) : (
            <div className="flex flex-col gap-1">
              <p className="text-sm font-medium">{t('metric.expression')}</p>
              <div className="flex flex-wrap items-center gap-2">
                <InlineCode>{values.expression}</InlineCode>
                {!locked && (
                  <>
                    <Button onClick={() => setEditing(true)}>{t('metric.expression_edit')}</Button>
                    <Button kind="quiet" onClick={() => form.set('expression', '')}>
                      {t('metric.expression_remove')}
                    </Button>
                  </>
                )}
              </div>
              <p className="text-sm text-faint">{t('metric.expression_hint')}</p>
            </div>
          )}
        </>
      )}
      <RadioGroup
        label={t('metric.type')}
        value={values.recurring ? 'recurring' : 'metered'}
        disabled={locked}
        options={[
          { value: 'metered', label: t('metric.metered'), hint: t('metric.metered_hint') },
          {
            value: 'recurring',
            label: t('metric.recurring'),
            hint: recurs ? t('metric.recurring_hint') : t('metric.recurring_impossible'),
            disabled: !recurs,
          },
        ]}
        errors={form.errors('recurring')}
        onChange={value => form.set('recurring', value === 'recurring')}
      />
      <FieldRow>
        <Field label={t('metric.rounding')} errors={form.errors('rounding_function')}>
          <Select
            value={values.rounding_function}
            disabled={locked}
            onChange={event => form.set('rounding_function', event.target.value)}
          >
            <option value="">{t('metric.rounding_none')}</option>
            {['round', 'ceil', 'floor'].map(how => (
              <option key={how} value={how}>
                {tWord('rounding', how)}
              </option>
            ))}
          </Select>
        </Field>
        {values.rounding_function !== '' && (
          <Field
            label={t('metric.precision')}
            hint={t('metric.precision_hint')}
            errors={form.errors('rounding_precision')}
          >
            <Input
              inputMode="numeric"
              placeholder="0"
              value={values.rounding_precision}
              disabled={locked}
              onChange={event => form.set('rounding_precision', event.target.value)}
            />
          </Field>
        )}
      </FieldRow>
      {editing && (
        <ExpressionDrawer
          field={values.field_name}
          expression={values.expression}
          code={values.code}
          onClose={() => setEditing(false)}
          onUse={expression => form.set('expression', expression)}
        />
      )}
    </FormSection>
  )
}

function Filters({ form, before }: PartProps & { readonly before: MetricValues['filters'] }) {
  const removed = removedFilters(before, form.values.filters)
  return (
    <FormSection title={t('metric.section.filters')} text={t('metric.filters_text')}>
      <RowList
        rows={form.values.filters}
        onChange={filters => form.set('filters', filters)}
        fresh={() => ({ key: '', values: [] })}
        add={t('metric.filter_add')}
        nameOf={({ key }, index) => t('metric.filter_remove', { name: key === '' ? index + 1 : key })}
        render={(filter, change, index) => (
          <FieldRow>
            <Field label={t('metric.filter_key')} errors={form.errors(`filters.${index}.key`)}>
              <Input className="font-mono" value={filter.key} onChange={event => change({ key: event.target.value })} />
            </Field>
            <Field
              label={t('metric.filter_values')}
              hint={t('metric.filter_values_hint')}
              errors={form.errors(`filters.${index}.values`)}
            >
              <WordList words={filter.values} onChange={values => change({ values })} />
            </Field>
          </FieldRow>
        )}
      />
      {removed.length > 0 && <Notice tone="warn">{t('metric.filter_warning', { names: removed.join(', ') })}</Notice>}
    </FormSection>
  )
}
