import type { WebhookEndpoint } from '../../api/webhooks.ts'
import { useAction } from '../../app/queries.ts'
import { t, tWord } from '../../messages/index.ts'
import { RadioGroup } from '../../ui/choice.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Checkbox, Field, Input } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { useForm } from '../../ui/use-form.ts'
import { otherTypes, WEBHOOK_TYPES } from './webhook-types.ts'

/** A new endpoint, or another address, signature or selection for one. */
export function EndpointForm({
  endpoint,
  onClose,
  onSaved = onClose,
}: {
  readonly endpoint: WebhookEndpoint | undefined
  readonly onClose: () => void
  readonly onSaved?: (endpoint: WebhookEndpoint) => void
}) {
  const save = useAction(
    (api, input: object) =>
      endpoint === undefined
        ? api.post<{ webhook_endpoint: WebhookEndpoint }>('/webhook_endpoints', { webhook_endpoint: input })
        : api.put<{ webhook_endpoint: WebhookEndpoint }>(`/webhook_endpoints/${endpoint.lago_id}`, {
            webhook_endpoint: input,
          }),
    { done: t('webhooks.saved'), invalidates: ['webhook_endpoints'], toastFailure: false },
  )
  const form = useForm({
    start: {
      webhook_url: endpoint?.webhook_url ?? '',
      name: endpoint?.name ?? '',
      signature_algo: endpoint?.signature_algo ?? 'jwt',
      selection: endpoint === undefined || endpoint.event_types === null ? ('all' as const) : ('some' as const),
      event_types: endpoint?.event_types ?? [],
    } as Values,
    check: ({ selection, event_types: types }) =>
      selection === 'some' && types.length === 0 ? { event_types: ['value_is_mandatory'] } : {},
    send: ({ selection, name, ...values }) =>
      save.mutateAsync({
        ...values,
        name: name.trim() === '' ? null : name,
        event_types: selection === 'all' ? null : values.event_types,
      }),
    onSent: ({ webhook_endpoint: saved }) => onSaved(saved),
  })
  const { values, set, errors } = form
  return (
    <Sheet
      open
      onOpenChange={open => !open && onClose()}
      title={t(endpoint === undefined ? 'webhooks.create' : 'webhooks.edit')}
    >
      <DialogForm form={form} submit={t(endpoint === undefined ? 'common.create' : 'common.save')} onCancel={onClose}>
        <Field label={t('webhooks.url')} hint={t('webhooks.url_hint')} errors={errors('webhook_url')}>
          <Input
            type="url"
            autoFocus
            placeholder="https://example.com/weir"
            value={values.webhook_url}
            onChange={event => set('webhook_url', event.target.value)}
          />
        </Field>
        <Field label={t('common.name')} optional={t('common.optional')} errors={errors('name')}>
          <Input value={values.name} onChange={event => set('name', event.target.value)} />
        </Field>
        <RadioGroup
          label={t('webhooks.signature')}
          value={values.signature_algo}
          options={['jwt', 'hmac'].map(value => ({
            value,
            label: tWord('signature', value),
            hint: tWord('signature_hint', value),
          }))}
          onChange={value => set('signature_algo', value)}
          errors={errors('signature_algo')}
        />
        <RadioGroup
          label={t('webhooks.events')}
          inline
          value={values.selection}
          options={(['all', 'some'] as const).map(value => ({ value, label: t(`webhooks.events_${value}`) }))}
          onChange={value => set('selection', value)}
          errors={errors('event_types')}
        />
        {values.selection === 'some' && (
          <EventTypes chosen={values.event_types} onChange={types => set('event_types', types)} />
        )}
      </DialogForm>
    </Sheet>
  )
}

interface Values {
  readonly webhook_url: string
  readonly name: string
  readonly signature_algo: string
  readonly selection: 'all' | 'some'
  readonly event_types: readonly string[]
}

/** All types by what they are about; a group is chosen at once. */
function EventTypes({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly onChange: (types: readonly string[]) => void
}) {
  const others = otherTypes(chosen)
  const groups = others.length === 0 ? WEBHOOK_TYPES : [...WEBHOOK_TYPES, ['other', others] as const]
  return groups.map(([group, types]) => {
    const isAll = types.every(type => chosen.includes(type))
    const without = chosen.filter(type => !types.includes(type))
    return (
      <fieldset key={group} className="flex flex-col gap-1.5 border-t border-rule pt-3">
        <legend className="float-left w-full pb-1">
          <Checkbox
            label={<span className="font-medium">{tWord('webhook_group', group)}</span>}
            checked={isAll}
            onChange={event => onChange(event.target.checked ? [...without, ...types] : without)}
          />
        </legend>
        <div className="flex flex-col gap-1.5 pl-6">
          {types.map(type => (
            <Checkbox
              key={type}
              label={<span className="font-mono text-sm">{type}</span>}
              checked={chosen.includes(type)}
              onChange={event =>
                onChange(event.target.checked ? [...chosen, type] : chosen.filter(other => other !== type))
              }
            />
          ))}
        </div>
      </fieldset>
    )
  })
}
