import type { Fee } from '../../api/invoices.ts'
import { formatInstant } from '../../format/dates.ts'
import { currencyDecimals, formatMoney, formatPrice, minorToMajor } from '../../format/money.ts'
import { formatRate, formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Facts, Section } from '../../ui/page.tsx'
import { feeName } from './fee-name.ts'

/** Everything that is stored about a line. */
export function FeeDrawer({
  fee,
  open,
  onOpenChange,
  zone,
}: {
  readonly fee: Fee
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly zone: string
}) {
  const { item, amount_currency: currency } = fee
  const money = (cents: number) => formatMoney(cents, currency)
  const price = (amount: string) => formatPrice(amount, currency)
  const id = (text: string | null) => (text === null ? null : <Id text={text} />)
  const unit = fee.pricing_unit_details
  return (
    <Sheet open={open} onOpenChange={onOpenChange} title={feeName(fee)} description={tWord('fee_type', item.type)} wide>
      <Section title={t('fee.amounts')}>
        <Facts
          items={[
            [t('common.units'), formatUnits(fee.units)],
            [t('fee.aggregated'), fee.total_aggregated_units && formatUnits(fee.total_aggregated_units)],
            [t('fee.events'), fee.events_count],
            [t('invoice.unit_price'), price(fee.precise_unit_amount)],
            [t('fee.amount'), money(fee.amount_cents)],
            [t('fee.precise'), price(fee.precise_amount)],
            [t('fee.discounts'), price(minorToMajor(fee.precise_coupons_amount_cents, currencyDecimals(currency)))],
            [t('fee.tax_rate'), formatRate(fee.taxes_rate)],
            [t('fee.taxes'), money(fee.taxes_amount_cents)],
            [t('fee.precise_taxes'), price(fee.taxes_precise_amount)],
            [t('fee.total'), money(fee.total_amount_cents)],
            [t('fee.precise_total'), price(fee.precise_total_amount)],
            [
              t('fee.pricing_unit'),
              unit && `${formatUnits(minorToMajor(unit.precise_amount_cents, 2))} ${unit.short_name}`,
            ],
            [t('fee.conversion'), unit && `1 ${unit.short_name} = ${price(unit.conversion_rate)}`],
            [t('fee.payment'), tWord('payment_status', fee.payment_status)],
          ]}
        />
      </Section>
      <Section title={t('fee.about')}>
        <Facts
          items={[
            [t('common.code'), item.code && <InlineCode key="code">{item.code}</InlineCode>],
            [t('fee.source'), item.item_type && tWord('item_type', item.item_type)],
            [t('fee.description'), fee.description],
            [t('fee.from'), fee.from_date && formatInstant(fee.from_date, zone)],
            [t('fee.to'), fee.to_date && formatInstant(fee.to_date, zone)],
            [t('fee.in_advance'), fee.pay_in_advance ? t('common.yes') : t('common.no')],
            [t('fee.event'), id(fee.event_transaction_id ?? null)],
            ...Object.entries(item.grouped_by).map(([key, value]) => [key, value ?? t('common.none')] as const),
            ...Object.entries(item.filters ?? {}).map(([key, values]) => [key, values.join(', ')] as const),
          ]}
        />
      </Section>
      <Section title={t('fee.ids')}>
        <Facts
          items={[
            [t('fee.id'), id(fee.lago_id)],
            [t('fee.id.subscription'), id(fee.lago_subscription_id)],
            [t('fee.id.item'), id(item.lago_item_id)],
            [t('fee.id.charge'), id(fee.lago_charge_id)],
            [t('fee.id.filter'), id(fee.lago_charge_filter_id)],
            [t('fee.id.fixed_charge'), id(fee.lago_fixed_charge_id)],
            [t('fee.id.parent'), id(fee.lago_true_up_parent_fee_id)],
            [t('fee.id.true_up'), id(fee.lago_true_up_fee_id)],
            [t('fee.id.original'), id(fee.lago_original_fee_id)],
          ]}
        />
      </Section>
    </Sheet>
  )
}

function Id({ text }: { readonly text: string }) {
  return (
    <span className="flex items-center gap-0.5">
      <InlineCode>{text}</InlineCode>
      <CopyButton text={text} label={t('common.copy_id')} />
    </span>
  )
}
