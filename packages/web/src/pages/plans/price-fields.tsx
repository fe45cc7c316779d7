import { Plus, X } from 'lucide-react'
import { t, tWord } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Field, Input } from '../../ui/field.tsx'
import {
  isShare,
  type PriceDraft,
  type TierDraft,
  tiersKey,
  withoutTier,
  withTierAdded,
  withTierEnd,
} from './price-draft.ts'
import { type Errors, errorsAt, errorsBelow } from './problems.ts'

interface Props {
  readonly model: string
  readonly value: PriceDraft
  readonly onChange: (value: PriceDraft) => void
  readonly errors: Errors
  /** A currency, or the short name of a pricing unit. */
  readonly unit: string
}

/** What a charge model asks for: prices, tiers, what is free. */
export function PriceFields({ model, value, onChange, errors, unit }: Props) {
  const patch = (changes: Partial<PriceDraft>) => onChange({ ...value, ...changes })
  if (tiersKey(model) !== undefined) {
    return (
      <Tiers
        model={model}
        tiers={value.tiers}
        onChange={tiers => patch({ tiers })}
        errors={errorsBelow(errors, 'tiers')}
        unit={unit}
      />
    )
  }
  const amount = (field: NumberField, label: string, suffix: string, hint?: string, optional = false) => (
    <Field
      label={label}
      errors={errorsAt(errors, field)}
      {...(hint !== undefined && { hint })}
      {...(optional && { optional: t('common.optional') })}
    >
      <AmountInput value={value[field]} unit={suffix} onChange={text => patch({ [field]: text })} />
    </Field>
  )
  const units = t('plans.price.units')
  switch (model) {
    case 'standard':
      return <Columns>{amount('amount', t('plans.price.per_unit'), unit)}</Columns>
    case 'package':
      return (
        <Columns>
          {amount('amount', t('plans.price.per_package'), unit)}
          {amount('packageSize', t('plans.price.package_size'), units)}
          {amount('freeUnits', t('plans.price.free_units'), units, undefined, true)}
        </Columns>
      )
    case 'percentage':
      return (
        <Columns>
          {amount('rate', t('plans.price.rate'), '%')}
          {amount('fixedAmount', t('plans.price.fixed_amount'), unit, undefined, true)}
          {amount('freeEvents', t('plans.price.free_events'), t('plans.price.events'), undefined, true)}
          {amount('freeTotal', t('plans.price.free_total'), unit, undefined, true)}
          {amount('min', t('plans.price.min'), unit, undefined, true)}
          {amount('max', t('plans.price.max'), unit, undefined, true)}
        </Columns>
      )
    default:
      return <p className="max-w-prose text-soft">{tWord('plans.price.none', model)}</p>
  }
}

type NumberField =
  | 'amount'
  | 'packageSize'
  | 'freeUnits'
  | 'rate'
  | 'fixedAmount'
  | 'freeEvents'
  | 'freeTotal'
  | 'min'
  | 'max'

function Columns({ children }: { readonly children: React.ReactNode }) {
  return <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-3">{children}</div>
}

/** A row a tier: where it ends is typed, where it begins follows. */
function Tiers({
  model,
  tiers,
  onChange,
  errors,
  unit,
}: {
  readonly model: string
  readonly tiers: readonly TierDraft[]
  readonly onChange: (tiers: readonly TierDraft[]) => void
  readonly errors: Errors
  readonly unit: string
}) {
  const share = isShare(model)
  const edit = (place: number, changes: Partial<TierDraft>) =>
    onChange(tiers.map((tier, index) => (index === place ? { ...tier, ...changes } : tier)))
  const price = share ? 'rate' : 'perUnit'
  const faults = tiers.flatMap(({ key }) =>
    ['from', 'to', price, 'flat'].flatMap(field => errorsAt(errors, `${key}.${field}`)),
  )
  const cell = (
    tier: TierDraft,
    index: number,
    field: 'to' | 'perUnit' | 'rate' | 'flat',
    label: string,
    suffix: string,
  ) => (
    <AmountInput
      aria-label={t('plans.tier.field', { field: label, tier: index + 1 })}
      aria-invalid={errorsAt(errors, `${tier.key}.${field}`).length > 0 || undefined}
      value={tier[field]}
      unit={suffix}
      placeholder={field === 'flat' ? '0' : ''}
      onChange={text => (field === 'to' ? onChange(withTierEnd(tiers, index, text)) : edit(index, { [field]: text }))}
    />
  )
  return (
    <div>
      <div className="relative -mx-1 overflow-x-auto px-1 pb-1">
        <table className="w-full sm:min-w-120" aria-label={t('plans.tiers')}>
          <thead className="max-sm:sr-only">
            <tr className="text-left text-xs text-faint">
              <th scope="col" className="w-24 pb-1 font-medium">
                {t('plans.tier.from')}
              </th>
              <th scope="col" className="pb-1 pr-2 font-medium">
                {t('plans.tier.to')}
              </th>
              <th scope="col" className="pb-1 pr-2 font-medium">
                {share ? t('plans.price.rate') : t('plans.price.per_unit')}
              </th>
              <th scope="col" className="pb-1 pr-2 font-medium">
                {t('plans.tier.flat')}
              </th>
              <th scope="col" className="w-8 pb-1">
                <span className="sr-only">{t('common.more_actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tiers.map((tier, index) => (
              <tr key={tier.key} className={TIER}>
                <td className="py-0.5 pr-2 leading-8.5 text-soft tabular">
                  <CellLabel>{t('plans.tier.from')}</CellLabel>
                  {tier.from}
                </td>
                <td className="py-0.5 pr-2">
                  <CellLabel>{t('plans.tier.to')}</CellLabel>
                  {index === tiers.length - 1 ? (
                    <span className="block px-2.5 leading-8.5 text-soft" title={t('plans.tier.no_end')}>
                      ∞
                    </span>
                  ) : (
                    cell(tier, index, 'to', t('plans.tier.to'), '')
                  )}
                </td>
                <td className="py-0.5 pr-2">
                  <CellLabel>{share ? t('plans.price.rate') : t('plans.price.per_unit')}</CellLabel>
                  {share
                    ? cell(tier, index, 'rate', t('plans.price.rate'), '%')
                    : cell(tier, index, 'perUnit', t('plans.price.per_unit'), unit)}
                </td>
                <td className="py-0.5 pr-2">
                  <CellLabel>{t('plans.tier.flat')}</CellLabel>
                  {cell(tier, index, 'flat', t('plans.tier.flat'), unit)}
                </td>
                <td className="py-0.5 max-sm:col-start-3 max-sm:row-start-1">
                  {tiers.length > 1 && (
                    <IconButton
                      label={t('plans.tier.remove', { tier: index + 1 })}
                      icon={X}
                      onClick={() => onChange(withoutTier(tiers, index))}
                    />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {faults.length > 0 && (
        <p role="alert" className="pt-1 text-sm text-bad">
          {[...new Set(faults)].map(code => tWord('code', code)).join('. ')}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3 pt-1">
        <Button kind="quiet" icon={Plus} className="-ml-3" onClick={() => onChange(withTierAdded(tiers))}>
          {t('plans.tier.add')}
        </Button>
        <span className="text-sm text-faint">{tWord('plans.tier.how', model)}</span>
      </div>
    </div>
  )
}

/** On narrow screens a tier takes two lines, so that all of its fields are in sight. */
const TIER = 'align-top max-sm:grid max-sm:grid-cols-[1fr_1fr_2rem] max-sm:border-t max-sm:border-rule max-sm:py-2'

/** What a field of a tier is, where the heads of the columns are not shown; read aloud, it is named anyway. */
function CellLabel({ children }: { readonly children: string }) {
  return (
    <span aria-hidden className="block text-xs leading-normal text-faint sm:hidden">
      {children}
    </span>
  )
}

/** A name that is typed. */
export function NameInput({
  value,
  onChange,
  placeholder,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
}) {
  return (
    <Input
      value={value}
      onChange={event => onChange(event.target.value)}
      {...(placeholder !== undefined && { placeholder })}
    />
  )
}
