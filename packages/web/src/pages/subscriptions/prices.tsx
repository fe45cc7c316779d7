import type { PricedCharge, PricedFilter, PricedFixedCharge, PricedPlan } from '../../api/subscriptions.ts'
import { formatMoney } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/page.tsx'
import { Badge } from '../../ui/status.tsx'
import { type PriceLines, priceLines } from './price-text.ts'

/** The base fee of a plan and what goes with it. */
export function PlanTerms({ plan }: { readonly plan: PricedPlan }) {
  const { amount_currency: currency, minimum_commitment: commitment } = plan
  return (
    <Facts
      items={[
        [t('subscriptions.plan'), `${plan.name} (${plan.code})`],
        [
          t('sub.plan.fee'),
          `${formatMoney(plan.amount_cents, currency)} ${t('sub.plan.per', { interval: tWord('interval', plan.interval) })}`,
        ],
        [t('sub.plan.paid'), plan.pay_in_advance ? t('sub.plan.in_advance') : t('sub.plan.in_arrears')],
        [t('sub.plan.trial'), plan.trial_period ? t('sub.plan.days', { count: plan.trial_period }) : null],
        [t('sub.plan.minimum'), commitment && formatMoney(commitment.amount_cents, currency)],
        [t('sub.plan.display_name'), plan.invoice_display_name],
        [t('form.description'), plan.description],
      ]}
    />
  )
}

export function UsagePrices({
  charges,
  currency,
  onEdit,
}: {
  readonly charges: readonly PricedCharge[]
  readonly currency: string
  /** Undefined where nobody may change a price. */
  readonly onEdit?: ((charge: PricedCharge) => void) | undefined
}) {
  if (charges.length === 0) return <p className="text-soft">{t('sub.plan.no_charges')}</p>
  return (
    <ul>
      {charges.map(charge => (
        <li key={charge.lago_id} className="border-t border-rule py-3 first:border-t-0 first:pt-0">
          <Head
            name={charge.invoice_display_name || charge.billable_metric_code}
            code={charge.code}
            onEdit={onEdit && (() => onEdit(charge))}
            words={[
              tWord('charge_model', charge.charge_model),
              charge.pay_in_advance && t('sub.plan.in_advance'),
              charge.prorated && t('sub.plan.prorated'),
              charge.applied_pricing_unit?.code ?? false,
              charge.min_amount_cents > 0 &&
                t('sub.plan.at_least', { amount: formatMoney(charge.min_amount_cents, currency) }),
            ]}
          />
          <Lines lines={priceLines(charge.charge_model, charge.properties, currency)} />
          {charge.filters.map(filter => (
            <div key={filterName(filter)} className="pt-2 pl-4">
              <p className="text-sm font-medium">{filterName(filter)}</p>
              <Lines lines={priceLines(charge.charge_model, filter.properties, currency)} />
            </div>
          ))}
        </li>
      ))}
    </ul>
  )
}

export function FixedPrices({
  charges,
  currency,
  onEdit,
}: {
  readonly charges: readonly PricedFixedCharge[]
  readonly currency: string
  readonly onEdit?: ((charge: PricedFixedCharge) => void) | undefined
}) {
  return (
    <ul>
      {charges.map(charge => (
        <li key={charge.lago_id} className="border-t border-rule py-3 first:border-t-0 first:pt-0">
          <Head
            name={charge.invoice_display_name || charge.add_on_code}
            code={charge.code}
            onEdit={onEdit && (() => onEdit(charge))}
            words={[
              t('sub.plan.units', { units: formatUnits(charge.units) }),
              tWord('charge_model', charge.charge_model),
              charge.pay_in_advance && t('sub.plan.in_advance'),
              charge.prorated && t('sub.plan.prorated'),
            ]}
          />
          <Lines lines={priceLines(charge.charge_model, charge.properties, currency)} />
        </li>
      ))}
    </ul>
  )
}

/** What a filter is called: its name, else its values. */
export function filterName({
  invoice_display_name: name,
  values,
}: Pick<PricedFilter, 'invoice_display_name' | 'values'>): string {
  if (name) return name
  return Object.entries(values)
    .map(
      ([key, list]) => `${key}: ${list.includes('__ALL_FILTER_VALUES__') ? t('sub.plan.any_value') : list.join(', ')}`,
    )
    .join(' · ')
}

function Head({
  name,
  code,
  words,
  onEdit,
}: {
  readonly name: string
  readonly code: string
  readonly words: readonly (string | false)[]
  readonly onEdit: (() => void) | undefined
}) {
  return (
    <div className="flex items-start justify-between gap-3">
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1 pb-1">
        <span className="font-medium">{name}</span>
        <span className="font-mono text-xs text-faint">{code}</span>
        {words
          .filter(word => word !== false)
          .map(word => (
            <Badge key={word}>{word}</Badge>
          ))}
      </p>
      {onEdit !== undefined && (
        <Button aria-label={t('sub.override.change_named', { name })} onClick={onEdit}>
          {t('sub.override.change')}
        </Button>
      )}
    </div>
  )
}

function Lines({ lines }: { readonly lines: PriceLines }) {
  return (
    <ul className="text-soft tabular">
      {lines.map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
