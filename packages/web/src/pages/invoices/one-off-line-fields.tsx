import { currencyDecimals, parseMoney, shift } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FieldRow } from '../../ui/form.tsx'
import { AddOnPicker } from './add-on-picker.tsx'
import { isUnits, type OneOffLine } from './one-off-lines.ts'

/** The fields of one line: what, how many at which price, with which taxes, for which days. */
export function OneOffLineFields({
  line,
  currency,
  amount,
  tried,
  onChange,
}: {
  readonly line: OneOffLine
  readonly currency: string
  /** What it comes to, once it is known. */
  readonly amount: string | undefined
  /** It was tried to send it: what is missing is said. */
  readonly tried: boolean
  readonly onChange: (changes: Partial<OneOffLine>) => void
}) {
  const wrong = (isWrong: boolean, code: string) => (tried && isWrong ? [code] : [])
  return (
    <div className="flex flex-col gap-3 border-b border-rule pb-4">
      <Field label={t('one_off.add_on')} errors={wrong(line.add_on === undefined, 'value_is_mandatory')}>
        <AddOnPicker
          {...(line.add_on !== undefined && { chosen: line.add_on })}
          onChoose={addOn =>
            onChange({
              add_on: addOn,
              description: addOn.description ?? '',
              price:
                addOn.amount_currency === currency ? shift(addOn.amount_cents, currencyDecimals(currency)) : line.price,
            })
          }
        />
      </Field>
      <div className="grid items-end gap-4 sm:grid-cols-[7rem_1fr_7rem]">
        <Field label={t('common.units')} errors={wrong(!isUnits(line.units), 'not_a_number')}>
          <Input
            inputMode="decimal"
            className="text-right tabular"
            value={line.units}
            onChange={event => onChange({ units: event.target.value })}
          />
        </Field>
        <Field
          label={t('invoice.unit_price')}
          errors={wrong(parseMoney(line.price, currency) === undefined, 'not_an_amount')}
        >
          <AmountInput unit={currency} value={line.price} onChange={price => onChange({ price })} />
        </Field>
        <p className="pb-1.5 text-right font-medium tabular">{amount ?? <span className="text-faint">–</span>}</p>
      </div>
      <details>
        <summary className="w-fit cursor-pointer text-sm text-soft hover:text-ink">{t('one_off.more')}</summary>
        <div className="mt-3 flex flex-col gap-3">
          <FieldRow>
            <Field label={t('invoice.display_name')} optional={t('common.optional')}>
              <Input value={line.name} onChange={event => onChange({ name: event.target.value })} />
            </Field>
            <Field label={t('form.description')} optional={t('common.optional')}>
              <Input value={line.description} onChange={event => onChange({ description: event.target.value })} />
            </Field>
            <Field label={t('one_off.from')} errors={wrong(line.from > line.to, 'value_is_invalid')}>
              <Input type="date" value={line.from} onChange={event => onChange({ from: event.target.value })} />
            </Field>
            <Field label={t('one_off.to')}>
              <Input type="date" value={line.to} onChange={event => onChange({ to: event.target.value })} />
            </Field>
          </FieldRow>
          <Field label={t('invoice.taxes')} hint={t('one_off.taxes_hint')}>
            <TaxPicker codes={line.tax_codes} onChange={tax_codes => onChange({ tax_codes })} />
          </Field>
        </div>
      </details>
    </div>
  )
}
