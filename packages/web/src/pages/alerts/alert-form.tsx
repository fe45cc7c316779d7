import { queryText } from '../../api/client.ts'
import type { Alert } from '../../api/subscriptions.ts'
import { useApi } from '../../app/organization.ts'
import { queryClient } from '../../app/queries.ts'
import { codeFromName } from '../../format/code.ts'
import { currencyDecimals, minorToMajor, parseMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Checkbox, Field, Input, Select } from '../../ui/field.tsx'
import { DialogForm, FieldRow } from '../../ui/form.tsx'
import { RowList } from '../../ui/row-list.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { FieldErrors } from '../subscriptions/field-errors.tsx'
import { type AlertHolder, watchesMoney } from './holder.ts'

interface Row {
  readonly value: string
  readonly code: string
  readonly recurring: boolean
}

const MOST_THRESHOLDS = 20

/** A new alert, or other thresholds of one. */
export function AlertForm({
  holder,
  alert,
  onClose,
}: {
  readonly holder: AlertHolder
  readonly alert: Alert | undefined
  readonly onClose: () => void
}) {
  const api = useApi()
  const { path, query, currency, metrics, types, texts } = holder
  const form = useForm({
    start: {
      alert_type: alert?.alert_type ?? types[0] ?? '',
      billable_metric: alert?.billable_metric?.code ?? metrics[0] ?? '',
      name: alert?.name ?? '',
      code: alert?.code ?? '',
      named: alert !== undefined,
      thresholds: (alert?.thresholds ?? [{ value: '', code: '', recurring: false }]).map(
        ({ value, code, recurring }): Row => ({
          value: alert !== undefined && watchesMoney(alert.alert_type) ? centsAsTyped(value, currency) : value,
          code: code ?? '',
          recurring,
        }),
      ),
    },
    aliases: { 'thresholds:value': 'thresholds', base: 'alert_type' },
    check: ({ thresholds, alert_type: type }) =>
      thresholds.some(row => readValue(row.value, type, currency) === undefined)
        ? { thresholds: [watchesMoney(type) ? 'not_an_amount' : 'not_a_number'] }
        : {},
    send: values => {
      const body = {
        alert: {
          code: values.code,
          name: values.name || null,
          ...(values.alert_type.startsWith('billable_metric') && { billable_metric_code: values.billable_metric }),
          thresholds: values.thresholds.map(row => ({
            code: row.code || null,
            value: readValue(row.value, values.alert_type, currency),
            recurring: row.recurring,
          })),
          ...(alert === undefined && { alert_type: values.alert_type }),
        },
      }
      return alert === undefined
        ? api.post(`${path}${queryText(query)}`, body)
        : api.put(`${path}/${encodeURIComponent(alert.code)}${queryText(query)}`, body)
    },
    onSent: () => {
      toast(t('sub.alert.saved'))
      onClose()
      void queryClient.invalidateQueries({ queryKey: [api.organizationId, path.split('/')[1]] })
    },
  })
  const { values, set, patch, errors } = form
  const isMoney = watchesMoney(values.alert_type)
  return (
    <Sheet
      open
      onOpenChange={onClose}
      title={alert === undefined ? t('sub.alert.new') : t('sub.alert.edit')}
      description={texts.form}
    >
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        <Field label={t('sub.alert.watches')} errors={errors('alert_type')}>
          <Select
            value={values.alert_type}
            disabled={alert !== undefined}
            onChange={event => set('alert_type', event.target.value)}
          >
            {types.map(type => (
              <option key={type} value={type}>
                {tWord('alert_type', type)}
              </option>
            ))}
          </Select>
        </Field>
        {values.alert_type.startsWith('billable_metric') && (
          <Field label={t('sub.alert.metric')} errors={errors('billable_metric')}>
            <Select value={values.billable_metric} onChange={event => set('billable_metric', event.target.value)}>
              {metrics.map(code => (
                <option key={code}>{code}</option>
              ))}
            </Select>
          </Field>
        )}
        <FieldRow>
          <Field label={t('common.name')} optional={t('common.optional')} errors={errors('name')}>
            <Input
              value={values.name}
              onChange={event => {
                const name = event.target.value
                patch(values.named ? { name } : { name, code: codeFromName(name) })
              }}
            />
          </Field>
          <Field label={t('common.code')} errors={errors('code')}>
            <Input value={values.code} onChange={event => patch({ code: event.target.value, named: true })} />
          </Field>
        </FieldRow>
        <fieldset className="flex flex-col gap-2">
          <legend className="pb-1 text-sm font-medium">{texts.thresholds}</legend>
          <RowList
            rows={values.thresholds}
            most={MOST_THRESHOLDS}
            onChange={rows => set('thresholds', rows as Row[])}
            fresh={(): Row => ({ value: '', code: '', recurring: false })}
            add={t('sub.thresholds.add')}
            nameOf={(row, index) => t('form.take_out', { name: row.code || row.value || String(index + 1) })}
            render={(row, change) => (
              <div className="flex flex-col gap-2 pb-2">
                <FieldRow>
                  <Field label={t('sub.alert.value')}>
                    <AmountInput
                      value={row.value}
                      unit={isMoney ? currency : holder.unit}
                      onChange={value => change({ value })}
                    />
                  </Field>
                  <Field label={t('common.code')} optional={t('common.optional')}>
                    <Input value={row.code} onChange={event => change({ code: event.target.value })} />
                  </Field>
                </FieldRow>
                <Checkbox
                  label={texts.recurring}
                  checked={row.recurring}
                  onChange={event => change({ recurring: event.target.checked })}
                />
              </div>
            )}
          />
          <FieldErrors codes={errors('thresholds')} />
        </fieldset>
      </DialogForm>
    </Sheet>
  )
}

/** Money as minor units, units as they are; undefined for what is no number. */
function readValue(text: string, type: string, currency: string): string | number | undefined {
  if (watchesMoney(type)) return parseMoney(text, currency)
  return /^\d+(\.\d+)?$/.test(text.trim()) ? text.trim() : undefined
}

/** The API gives minor units as decimal text: `1000.0`. What lies below them stays, and is refused before it is saved. */
function centsAsTyped(value: string, currency: string): string {
  return minorToMajor(value.replace(/\.0+$/, ''), currencyDecimals(currency))
}
