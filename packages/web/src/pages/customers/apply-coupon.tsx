import { useState } from 'react'
import type { Coupon } from '../../api/catalog.ts'
import type { Customer } from '../../api/types.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Combobox } from '../../ui/combobox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { Load } from '../../ui/load.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useForm } from '../../ui/use-form.ts'
import { checkDiscount, discountBodyOf, valuesOf } from '../coupons/coupon-values.ts'
import { couponStatus, discountInWords, frequencyInWords } from '../coupons/coupon-words.ts'
import { DiscountFields } from '../coupons/discount-fields.tsx'
import { customerName } from './name.ts'

interface Props {
  readonly customer: Customer
  readonly onClose: () => void
}

/** Gives a coupon to the customer, with another amount or for another time where that was agreed. */
export function ApplyCoupon({ customer, onClose }: Props) {
  const coupons = useGet<{ coupons: Coupon[] }>('/coupons', { per_page: 100 })
  return (
    <Dialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('apply_coupon.title', { name: customerName(customer) })}
    >
      <Load query={coupons}>
        {data => (
          <Choose
            customer={customer}
            coupons={data.coupons.filter(coupon => couponStatus(coupon) === 'active')}
            onClose={onClose}
          />
        )}
      </Load>
    </Dialog>
  )
}

function Choose({ customer, coupons, onClose }: Props & { readonly coupons: readonly Coupon[] }) {
  const [code, setCode] = useState<string>()
  const coupon = coupons.find(one => one.code === code)
  if (coupons.length === 0) return <p className="text-soft">{t('apply_coupon.none')}</p>
  return (
    <>
      <Field label={t('apply_coupon.coupon')}>
        <Combobox
          label={t('apply_coupon.coupon')}
          value={code}
          placeholder={t('apply_coupon.choose')}
          onChange={setCode}
          options={coupons.map(one => ({
            value: one.code,
            label: one.name,
            note: `${discountInWords(one)}, ${frequencyInWords(one)}`,
          }))}
        />
      </Field>
      {coupon !== undefined && <Adjust key={code} customer={customer} coupon={coupon} onClose={onClose} />}
    </>
  )
}

function Adjust({ customer, coupon, onClose }: Props & { readonly coupon: Coupon }) {
  const start = valuesOf(coupon, customer.currency ?? 'USD', customer.applicable_timezone)
  const apply = useAction(
    (api, values: typeof start) =>
      api.post('/applied_coupons', {
        applied_coupon: {
          external_customer_id: customer.external_id,
          coupon_code: coupon.code,
          ...discountBodyOf(values),
        },
      }),
    {
      done: t('apply_coupon.done', { name: coupon.name }),
      toastFailure: false,
      invalidates: ['applied_coupons', 'customers', 'invoices', 'uses'],
    },
  )
  const form = useForm({
    start,
    send: values => apply.mutateAsync(values),
    onSent: onClose,
    check: checkDiscount,
  })
  const { coupon_type: type, amount_currency: currency } = form.values
  const isForeign = type === 'fixed_amount' && customer.currency !== null && currency !== customer.currency
  return (
    <DialogForm form={form} submit={t('apply_coupon.submit')} onCancel={onClose}>
      {isForeign && (
        <Notice tone="warn">
          {t('apply_coupon.wrong_currency', { coupon: currency, customer: customer.currency ?? '' })}
        </Notice>
      )}
      <p className="text-sm text-faint">{t('apply_coupon.adjust')}</p>
      <DiscountFields form={form} />
    </DialogForm>
  )
}
