import type { AdjustedFee, Fee, Invoice } from '../../api/invoices.ts'
import { useAction, usePreview } from '../../app/queries.ts'
import { useLater } from '../../app/use-later.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { useForm } from '../../ui/use-form.ts'

/** Which line is edited: one that is there, or a charge that has none yet. */
export type LineTarget =
  | { readonly fee_id: string }
  | { readonly subscription_id: string; readonly charge_id: string; readonly charge_filter_id?: string }

interface Values {
  readonly how: 'units' | 'amount' | 'name'
  readonly units: string
  readonly unit_precise_amount: string
  readonly invoice_display_name: string
}

const DECIMAL = /^\d+(\.\d+)?$/

/** The fields of an edit of a line of a draft, with what the line would be. */
export function LineForm({
  invoice,
  target,
  fee,
  edit,
  unit = fee?.pricing_unit_details?.short_name ?? invoice.currency,
  onClose,
}: {
  readonly invoice: Invoice
  readonly target: LineTarget
  /** The line as it is; undefined for a charge without one. */
  readonly fee?: Fee
  /** The edit that it has already. */
  readonly edit?: AdjustedFee
  /** What the price is in: the line's, where not told. */
  readonly unit?: string
  readonly onClose: () => void
}) {
  const path = `/invoices/${invoice.lago_id}/adjusted_fees`
  const save = useAction(
    async (api, adjusted_fee: object) => {
      // An edit is not changed: another takes its place, which the estimate has tried.
      if (edit !== undefined) await api.delete(`${path}/${edit.lago_id}`)
      return api.post(path, { adjusted_fee })
    },
    { done: t('invoice.line_edited'), toastFailure: false },
  )
  const reset = useAction(api => api.delete(`${path}/${edit?.lago_id}`), { done: t('invoice.line_reset') })
  const form = useForm<Values, unknown>({
    start: startOf(fee, edit),
    check: problemsOf,
    send: values => save.mutateAsync({ ...target, ...bodyOf(values) }),
    onSent: onClose,
  })
  const { values } = form
  // The line that was edited is another one afterwards: its estimate is asked for no more.
  const isOver = [save, reset].some(action => action.isPending || action.isSuccess)
  return (
    <DialogForm
      form={form}
      submit={edit === undefined && fee === undefined ? t('invoice.add_line') : t('common.save')}
      onCancel={onClose}
    >
      <RadioGroup
        label={t('invoice.edit_how')}
        value={values.how}
        onChange={how => form.set('how', how)}
        options={[
          { value: 'units', label: t('invoice.edit_units'), hint: t('invoice.edit_units_hint') },
          { value: 'amount', label: t('invoice.edit_amount'), hint: t('invoice.edit_amount_hint') },
          ...(fee === undefined ? [] : [{ value: 'name' as const, label: t('invoice.edit_name') }]),
        ]}
      />
      {values.how !== 'name' && (
        <Field label={t('common.units')} errors={form.errors('units')}>
          <Input
            inputMode="decimal"
            className="text-right tabular"
            value={values.units}
            onChange={event => form.set('units', event.target.value)}
          />
        </Field>
      )}
      {values.how === 'amount' && (
        <Field label={t('invoice.unit_price')} errors={form.errors('unit_precise_amount')}>
          <AmountInput
            unit={unit}
            value={values.unit_precise_amount}
            onChange={text => form.set('unit_precise_amount', text)}
          />
        </Field>
      )}
      <Field
        label={t('invoice.display_name')}
        optional={t('common.optional')}
        errors={form.errors('invoice_display_name')}
      >
        <Input
          value={values.invoice_display_name}
          onChange={event => form.set('invoice_display_name', event.target.value)}
        />
      </Field>
      <Estimate path={path} currency={invoice.currency} values={values} target={target} over={isOver} />
      {edit !== undefined && (
        <Button
          kind="quiet"
          className="-ml-3 self-start"
          busy={reset.isPending}
          onClick={() => void reset.mutateAsync(undefined).then(onClose, () => undefined)}
        >
          {t('invoice.reset_line')}
        </Button>
      )}
    </DialogForm>
  )
}

/** What the line would be, from the server. */
function Estimate({
  path,
  currency,
  values,
  target,
  over,
}: {
  readonly path: string
  readonly currency: string
  readonly values: Values
  readonly target: LineTarget
  readonly over: boolean
}) {
  const adjusted_fee = useLater({ ...target, ...bodyOf(values) })
  const isWhole = Object.keys(problemsOf(values)).length === 0
  const estimate = usePreview<{ adjusted_fee: Fee }>(
    `${path}/estimate`,
    { adjusted_fee },
    { enabled: isWhole && !over, keep: true },
  )
  if (!isWhole) return null
  if (estimate.isError) {
    return (
      <p role="alert" className="text-bad">
        {reasonOf(estimate.error)}
      </p>
    )
  }
  const fee = estimate.data?.adjusted_fee
  if (fee?.amount_cents === undefined) return <p className="text-faint">{t('common.loading')}</p>
  return (
    <p aria-live="polite" className="border-t border-rule pt-3 tabular">
      <span className="text-soft">{t('invoice.estimate')} </span>
      <span className="font-semibold">{formatMoney(fee.amount_cents, currency)}</span>
      {fee.taxes_amount_cents > 0 && (
        <span className="text-soft">
          {' '}
          {t('invoice.estimate_taxes', {
            taxes: formatMoney(fee.taxes_amount_cents, currency),
            rate: formatRate(fee.taxes_rate),
          })}
        </span>
      )}
    </p>
  )
}

function startOf(fee: Fee | undefined, edit: AdjustedFee | undefined): Values {
  const price = (fee?.pricing_unit_details ?? fee)?.precise_unit_amount
  const how =
    edit === undefined ? 'units' : edit.units === null ? 'name' : edit.unit_precise_amount === null ? 'units' : 'amount'
  return {
    how,
    units: plain(edit?.units ?? fee?.units ?? ''),
    unit_precise_amount: plain(edit?.unit_precise_amount ?? price ?? ''),
    invoice_display_name: edit?.invoice_display_name ?? '',
  }
}

/** `7.0` is typed as `7`. */
function plain(decimal: string): string {
  return decimal.replace(/\.0+$/, '')
}

function problemsOf(values: Values): Record<string, readonly string[]> {
  if (values.how === 'name')
    return values.invoice_display_name.trim() === '' ? { invoice_display_name: ['value_is_mandatory'] } : {}
  return {
    ...(!DECIMAL.test(values.units) && { units: ['not_a_number'] }),
    ...(values.how === 'amount' &&
      !DECIMAL.test(values.unit_precise_amount) && { unit_precise_amount: ['not_an_amount'] }),
  }
}

function bodyOf({ how, units, unit_precise_amount, invoice_display_name: name }: Values) {
  return {
    ...(how !== 'name' && { units }),
    ...(how === 'amount' && { unit_precise_amount }),
    ...(name.trim() !== '' && { invoice_display_name: name.trim() }),
  }
}
