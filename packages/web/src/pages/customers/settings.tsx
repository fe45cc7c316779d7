import { useState } from 'react'
import type { BillingEntity, CustomSection, FullCustomer } from '../../api/customers.ts'
import { useMay } from '../../app/organization.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { Load } from '../../ui/load.tsx'
import { MultiCombobox } from '../../ui/multi-combobox.tsx'
import { Badge } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { useForm } from '../../ui/use-form.ts'
import type { CustomerProps } from './reads.ts'
import { codesOf, type Setting, settingsOf } from './settings-list.ts'

/** What the customer inherits from its billing entity, and what it does otherwise. */
export function Settings({ customer: shown }: CustomerProps) {
  const customer = shown as FullCustomer
  const entity = useGet<{ billing_entity: BillingEntity }>(
    `/billing_entities/${encodeURIComponent(customer.billing_entity_code)}`,
  )
  const may = useMay()
  const mayChange = ({ control: { kind } }: Setting) =>
    may('customer', 'write') && (kind !== 'sections' || may('invoice_custom_section', 'read'))
  const [changing, setChanging] = useState<Setting>()
  const save = useSave(customer)
  return (
    <Load query={entity} lines={8}>
      {({ billing_entity: known }) => (
        <>
          <p className="max-w-prose pb-4 text-soft">{t('setting.text', { entity: known.name })}</p>
          <Table
            label={t('customer.tab.settings')}
            rows={settingsOf(customer, known)}
            rowKey={setting => setting.key}
            columns={[
              {
                key: 'name',
                head: t('common.name'),
                cell: setting => <span className="font-medium">{t(setting.label)}</span>,
              },
              {
                key: 'value',
                head: t('customer_form.metadata_value'),
                cell: setting => (
                  <span className="flex flex-wrap items-center gap-2">
                    {setting.own ?? setting.inherited}
                    {setting.own === null ? (
                      <span className="text-sm text-faint">{t('setting.inherited')}</span>
                    ) : (
                      <Badge tone="accent">{t('setting.own')}</Badge>
                    )}
                  </span>
                ),
              },
              {
                key: 'actions',
                head: <span className="sr-only">{t('common.more_actions')}</span>,
                action: true,
                cell: setting =>
                  mayChange(setting) && (
                    <>
                      {setting.own !== null && (
                        <Button kind="quiet" title={setting.inherited} onClick={() => save.mutate(setting.body(null))}>
                          {t('setting.reset')}
                        </Button>
                      )}
                      <Button
                        kind="quiet"
                        aria-label={t('setting.of', { name: t(setting.label) })}
                        onClick={() => setChanging(setting)}
                      >
                        {t('setting.change')}
                      </Button>
                    </>
                  ),
              },
            ]}
          />
          {changing !== undefined && (
            <ChangeSetting
              setting={changing}
              save={body => save.mutateAsync(body)}
              onClose={() => setChanging(undefined)}
            />
          )}
        </>
      )}
    </Load>
  )
}

function useSave(customer: FullCustomer) {
  return useAction(
    (api, body: Readonly<Record<string, unknown>>) =>
      api.post('/customers', { customer: { external_id: customer.external_id, ...body } }),
    { done: t('setting.saved'), toastFailure: false, invalidates: ['customers', 'invoices'] },
  )
}

function ChangeSetting({
  setting,
  save,
  onClose,
}: {
  readonly setting: Setting
  readonly save: (body: Readonly<Record<string, unknown>>) => Promise<unknown>
  readonly onClose: () => void
}) {
  const form = useForm({
    start: { inherits: setting.own === null, value: setting.value },
    send: ({ inherits, value }) => save(setting.body(inherits ? null : value)),
    onSent: onClose,
    aliases: { [setting.key]: 'value' },
    check: ({ inherits, value }): Record<string, string[]> =>
      !inherits && setting.control.kind === 'days' && !/^\d{1,4}$/.test(value) ? { value: ['not_a_number'] } : {},
  })
  const { inherits, value } = form.values
  return (
    <Dialog open onOpenChange={open => !open && onClose()} title={t(setting.label)}>
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        <RadioGroup
          label={t(setting.label)}
          value={inherits ? 'inherit' : 'own'}
          options={[
            { value: 'inherit', label: t('setting.inherit', { value: setting.inherited }) },
            { value: 'own', label: t('setting.override') },
          ]}
          onChange={choice => form.set('inherits', choice === 'inherit')}
        />
        {!inherits && (
          <Field
            label={t('customer_form.metadata_value')}
            errors={form.errors('value')}
            hint={setting.hint && t(setting.hint)}
          >
            <Control setting={setting} value={value} onChange={next => form.set('value', next)} />
          </Field>
        )}
      </DialogForm>
    </Dialog>
  )
}

interface ControlProps {
  readonly setting: Setting
  readonly value: string
  readonly onChange: (value: string) => void
}

function Control({ setting: { control }, value, onChange }: ControlProps) {
  switch (control.kind) {
    case 'choice':
      return (
        <Select value={value} onChange={event => onChange(event.target.value)}>
          {control.options.map(([word, label]) => (
            <option key={word} value={word}>
              {label}
            </option>
          ))}
        </Select>
      )
    case 'days':
      return <AmountInput value={value} unit={t('setting.days')} onChange={onChange} />
    case 'taxes':
      return <TaxPicker codes={codesOf(value)} onChange={codes => onChange(codes.join())} />
    case 'sections':
      return <Sections value={value} onChange={onChange} />
  }
}

function Sections({ value, onChange }: Omit<ControlProps, 'setting'>) {
  const sections = useGet<{ invoice_custom_sections: CustomSection[] }>('/invoice_custom_sections', { per_page: 100 })
  return (
    <MultiCombobox
      label={t('setting.sections_add')}
      placeholder={t('setting.sections_add')}
      values={codesOf(value)}
      onChange={codes => onChange(codes.join())}
      options={(sections.data?.invoice_custom_sections ?? []).map(({ code, name }) => ({
        value: code,
        label: name,
        note: code,
      }))}
    />
  )
}
