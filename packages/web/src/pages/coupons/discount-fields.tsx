import { t } from '../../messages/index.ts'
import { CurrencySelect } from '../../pickers/currency-select.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FieldRow } from '../../ui/form.tsx'
import type { Form } from '../../ui/use-form.ts'
import type { CouponValues } from './coupon-values.ts'

type Values = Pick<
  CouponValues,
  'coupon_type' | 'amount_cents' | 'amount_currency' | 'percentage_rate' | 'frequency' | 'frequency_duration'
>

/** What is taken off, and how often. */
export function DiscountFields({
  form,
  locked = false,
  currencyLocked = locked,
}: {
  readonly form: Pick<Form<Values>, 'values' | 'patch' | 'errors'>
  readonly locked?: boolean
  readonly currencyLocked?: boolean
}) {
  const { values, patch, errors } = form
  return (
    <>
      {values.coupon_type === 'fixed_amount' ? (
        <FieldRow>
          <Field label={t('coupon.amount')} errors={errors('amount_cents')}>
            <AmountInput
              value={values.amount_cents}
              unit={values.amount_currency}
              disabled={locked}
              onChange={text => patch({ amount_cents: text })}
            />
          </Field>
          <Field label={t('customers.currency')} errors={errors('amount_currency')}>
            <CurrencySelect
              value={values.amount_currency}
              disabled={currencyLocked}
              onChange={currency => patch({ amount_currency: currency })}
            />
          </Field>
        </FieldRow>
      ) : (
        <FieldRow>
          <Field label={t('coupon.rate')} errors={errors('percentage_rate')}>
            <AmountInput
              value={values.percentage_rate}
              unit="%"
              disabled={locked}
              onChange={rate => patch({ percentage_rate: rate })}
            />
          </Field>
        </FieldRow>
      )}
      <RadioGroup
        label={t('coupon.frequency')}
        value={values.frequency}
        disabled={locked}
        options={[
          { value: 'once', label: t('coupon.frequency.once'), hint: t('coupon.frequency.once_hint') },
          { value: 'recurring', label: t('coupon.frequency.recurring') },
          { value: 'forever', label: t('coupon.frequency.forever') },
        ]}
        errors={errors('frequency')}
        onChange={frequency => patch({ frequency })}
      />
      {values.frequency === 'recurring' && (
        <FieldRow>
          <Field label={t('coupon.duration')} errors={errors('frequency_duration')}>
            <Input
              inputMode="numeric"
              value={values.frequency_duration}
              disabled={locked}
              onChange={event => patch({ frequency_duration: event.target.value })}
            />
          </Field>
        </FieldRow>
      )}
    </>
  )
}
