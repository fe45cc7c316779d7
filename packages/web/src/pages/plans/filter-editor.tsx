import { Plus, X } from 'lucide-react'
import type { PlanMetric } from '../../api/plans.ts'
import { t } from '../../messages/index.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { WordList } from '../../ui/word-list.tsx'
import type { ChargeDraft, FilterDraft } from './charge-draft.ts'
import { ALL_VALUES, filterName } from './filter-name.ts'
import { emptyPrice, newKey } from './price-draft.ts'
import { NameInput, PriceFields } from './price-fields.tsx'
import { type Errors, errorsAt, errorsBelow } from './problems.ts'

/** Prices of their own for some values of the metric's filters. */
export function FilterEditor({
  charge,
  onChange,
  errors,
  unit,
}: {
  readonly charge: ChargeDraft
  readonly onChange: (filters: readonly FilterDraft[]) => void
  readonly errors: Errors
  readonly unit: string
}) {
  const { metric, filters } = charge
  const declared = metric?.filters ?? []
  if (declared.length === 0 && filters.length === 0) {
    return (
      <p className="text-sm text-faint">{metric === undefined ? t('plans.filters.choose') : t('plans.filters.none')}</p>
    )
  }
  const edit = (key: string, changes: Partial<FilterDraft>) =>
    onChange(filters.map(filter => (filter.key === key ? { ...filter, ...changes } : filter)))
  const twins = (filter: FilterDraft) =>
    filters.some(other => other !== filter && identity(other.values) === identity(filter.values))
  return (
    <div className="flex flex-col gap-4">
      {filters.map((filter, index) => {
        const wrong = errorsBelow(errors, filter.key)
        return (
          <fieldset key={filter.key} className="flex min-w-0 flex-col gap-3 border-l-2 border-rule pl-4">
            <legend className="sr-only">{t('plans.filter', { number: index + 1 })}</legend>
            <div className="flex items-start gap-2">
              <div className="grid min-w-0 grow gap-3 sm:grid-cols-2">
                {declared.map(({ key, values }) => (
                  <ValuesOf
                    key={key}
                    name={key}
                    declared={values}
                    chosen={filter.values[key] ?? []}
                    onChange={chosen => edit(filter.key, { values: withValues(filter.values, key, chosen) })}
                  />
                ))}
              </div>
              <IconButton
                label={t('plans.filters.remove', { name: filterName(filter) })}
                icon={X}
                onClick={() => onChange(filters.filter(other => other !== filter))}
              />
            </div>
            {errorsAt(wrong, 'values').length > 0 && (
              <p role="alert" className="text-sm text-bad">
                {t('plans.filters.choose_values')}
              </p>
            )}
            {twins(filter) && <p className="text-sm text-warn">{t('plans.filters.twin')}</p>}
            <Field label={t('plans.invoice_name')} optional={t('common.optional')}>
              <NameInput
                value={filter.displayName}
                placeholder={filterName({ ...filter, displayName: '' })}
                onChange={displayName => edit(filter.key, { displayName })}
              />
            </Field>
            <PriceFields
              model={charge.model}
              value={filter.price}
              onChange={price => edit(filter.key, { price })}
              errors={errorsBelow(wrong, 'price')}
              unit={unit}
            />
            {(charge.price.groupKeys.length > 0 || filter.price.groupKeys.length > 0) && (
              <Field label={t('plans.group_keys')} hint={t('plans.group_keys.filter_hint')}>
                <WordList
                  words={filter.price.groupKeys}
                  onChange={groupKeys => edit(filter.key, { price: { ...filter.price, groupKeys } })}
                />
              </Field>
            )}
          </fieldset>
        )
      })}
      <div>
        <Button
          kind="quiet"
          icon={Plus}
          className="-ml-3"
          disabled={declared.length === 0}
          onClick={() => onChange([...filters, newFilter(charge, metric)])}
        >
          {t('plans.filters.add')}
        </Button>
        {filters.length > 0 && <span className="ml-1 text-sm text-faint">{t('plans.filters.rest')}</span>}
      </div>
    </div>
  )
}

/** The next value that has no filter yet; with one key there is nothing else to say. */
function newFilter(charge: ChargeDraft, metric: PlanMetric | undefined): FilterDraft {
  const [first, ...others] = metric?.filters ?? []
  const taken = charge.filters.flatMap(({ values }) => (first === undefined ? [] : (values[first.key] ?? [])))
  const next = others.length === 0 ? first?.values.find(value => !taken.includes(value)) : undefined
  return {
    key: newKey(),
    displayName: '',
    values: first === undefined || next === undefined ? {} : { [first.key]: [next] },
    price: { ...emptyPrice(), tiers: charge.price.tiers.map(tier => ({ ...tier, key: newKey() })) },
  }
}

function ValuesOf({
  name,
  declared,
  chosen,
  onChange,
}: {
  readonly name: string
  readonly declared: readonly string[]
  readonly chosen: readonly string[]
  readonly onChange: (values: readonly string[]) => void
}) {
  const isAll = chosen.length === 1 && chosen[0] === ALL_VALUES
  const toggle = (value: string) =>
    onChange(
      chosen.includes(value)
        ? chosen.filter(one => one !== value)
        : [...chosen.filter(one => one !== ALL_VALUES), value],
    )
  return (
    <fieldset className="min-w-0">
      <legend className="pb-1 text-sm font-medium">{name}</legend>
      <div className="flex flex-wrap gap-1">
        {[ALL_VALUES, ...declared].map(value => {
          const isAllButton = value === ALL_VALUES
          const isOn = isAllButton ? isAll : chosen.includes(value)
          return (
            <button
              key={value}
              type="button"
              aria-pressed={isOn}
              onClick={() => (isAllButton ? onChange(isAll ? [] : [ALL_VALUES]) : toggle(value))}
              className={
                isOn
                  ? 'h-7 rounded-full border border-transparent bg-accent-wash px-2.5 text-sm font-medium text-accent'
                  : 'h-7 rounded-full border border-rule-strong px-2.5 text-sm text-soft hover:bg-sunk hover:text-ink'
              }
            >
              {isAllButton ? t('plans.filters.any') : value}
            </button>
          )
        })}
      </div>
    </fieldset>
  )
}

function withValues(values: FilterDraft['values'], key: string, chosen: readonly string[]): FilterDraft['values'] {
  const { [key]: _, ...others } = values
  return chosen.length === 0 ? others : { ...values, [key]: chosen }
}

function identity(values: FilterDraft['values']): string {
  return JSON.stringify(Object.entries(values).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
