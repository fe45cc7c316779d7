import { useParams } from '@tanstack/react-router'
import type { Feature } from '../../api/catalog.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Failure } from '../../ui/empty.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { FormSection, PageForm } from '../../ui/form.tsx'
import { NameAndCode } from '../../ui/name-and-code.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { type FieldErrors, useForm } from '../../ui/use-form.ts'
import { PrivilegeList, type PrivilegeValue } from './privilege-list.tsx'

/** Creates a feature, or edits the one of the path. */
export default function FeatureFormPage() {
  const { code } = useParams({ strict: false }) as { code?: string }
  const enabled = code !== undefined
  const found = useGet<{ feature: Feature }>(`/features/${encodeURIComponent(code ?? '')}`, {}, { enabled })
  if (!enabled) return <FeatureForm feature={undefined} />
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={6} />
  return <FeatureForm feature={found.data.feature} />
}

interface Values {
  readonly name: string
  readonly code: string
  readonly description: string
  readonly privileges: readonly PrivilegeValue[]
}

function FeatureForm({ feature }: { readonly feature: Feature | undefined }) {
  const go = useOrgNavigate()
  const isNew = feature === undefined
  const removedFrom = (privileges: readonly PrivilegeValue[]) =>
    (feature?.privileges ?? []).filter(held => !privileges.some(({ code }) => code === held.code))
  const save = useAction(
    async (api, { name, code, description, privileges }: Values) => {
      const body = { name, description, privileges: privileges.map(bodyOf) }
      if (isNew) return api.post<{ feature: Feature }>('/features', { feature: { code, ...body } })
      const path = `/features/${encodeURIComponent(feature.code)}`
      // Privileges that a change does not name stay: those that were taken out are deleted one by one.
      for (const { code: gone } of removedFrom(privileges)) {
        await api.delete(`${path}/privileges/${encodeURIComponent(gone)}`)
      }
      return api.put<{ feature: Feature }>(path, { feature: body })
    },
    {
      done: ({ feature: { name, code } }) => t(isNew ? 'catalogue.made' : 'catalogue.saved', { name: name || code }),
      toastFailure: false,
      invalidates: ['features', 'plans', 'uses'],
    },
  )
  const form = useForm({
    start: valuesOf(feature),
    send: values => save.mutateAsync(values),
    onSent: ({ feature: saved }) => go(paths.feature(saved.code)),
    check: checkPrivileges,
    aliases: {
      'privilege.code': 'privileges',
      'privilege.name': 'privileges',
      'privilege.config': 'privileges',
      'privilege.value_type': 'privileges',
    },
  })
  const { values, set, errors } = form
  const gone = removedFrom(values.privileges)
  return (
    <>
      <PageHeader
        crumb={{ label: t('features.title'), to: paths.features }}
        title={isNew ? t('features.create') : feature.name || feature.code}
      />
      <PageForm
        form={form}
        submit={isNew ? t('common.create') : t('common.save')}
        onCancel={() => go(isNew ? paths.features : paths.feature(feature.code))}
      >
        <FormSection title={t('metric.section.settings')}>
          <NameAndCode form={form} isNew={isNew} locked={!isNew} />
          <Field label={t('form.description')} optional={t('common.optional')} errors={errors('description')}>
            <TextArea rows={2} value={values.description} onChange={event => set('description', event.target.value)} />
          </Field>
        </FormSection>
        <FormSection title={t('features.privileges')} text={t('feature.privileges_text')}>
          <PrivilegeList
            rows={values.privileges}
            errors={errors}
            onChange={privileges => set('privileges', privileges)}
          />
          {gone.length > 0 && (
            <Notice tone="warn">
              {t('feature.removed', { names: gone.map(({ name, code }) => name || code).join(', ') })}
            </Notice>
          )}
        </FormSection>
      </PageForm>
    </>
  )
}

function valuesOf(feature: Feature | undefined): Values {
  return {
    name: feature?.name ?? '',
    code: feature?.code ?? '',
    description: feature?.description ?? '',
    privileges: (feature?.privileges ?? []).map(({ name, code, value_type, config }) => ({
      name: name ?? '',
      code,
      value_type,
      options: config.select_options ?? [],
      isKept: true,
    })),
  }
}

function bodyOf({ name, code, value_type, options }: PrivilegeValue) {
  return {
    name: name === '' ? null : name,
    code,
    value_type,
    ...(value_type === 'select' && { config: { select_options: options } }),
  }
}

function checkPrivileges({ privileges }: Values): FieldErrors {
  return Object.fromEntries(
    privileges.flatMap(({ code, value_type, options }, index) => [
      ...(code.trim() === '' ? [[`privileges.${index}.code`, ['value_is_mandatory']]] : []),
      ...(value_type === 'select' && options.length === 0
        ? [[`privileges.${index}.options`, ['value_is_mandatory']]]
        : []),
    ]),
  )
}
