import type { ReactNode } from 'react'
import type { PlanMetric, PricingUnit } from '../../api/plans.ts'
import { useGet } from '../../app/queries.ts'
import { t, tWord } from '../../messages/index.ts'
import { ListPicker } from '../../pickers/list-picker.tsx'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Checkbox, Field, Select } from '../../ui/field.tsx'
import { WordList } from '../../ui/word-list.tsx'
import type { ChargeDraft, Invoicing } from './charge-draft.ts'
import { FilterEditor } from './filter-editor.tsx'
import { CHARGE_MODELS } from './price-draft.ts'
import { NameInput, PriceFields } from './price-fields.tsx'
import { advanceLimit, allowed, type Errors, errorsAt, errorsBelow, modelLimit, prorateLimit } from './problems.ts'

/** What cannot be changed, each with the reason. */
export interface ChargeLocks {
  /** Metric, model, code, and when the charge is asked for. */
  readonly terms?: string
  readonly minimum?: string
  /** Which pricing unit, if any; its rate can be changed all the same. */
  readonly unit?: string
}

interface Props {
  readonly value: ChargeDraft
  readonly onChange: (value: ChargeDraft) => void
  /** By field: `price.tiers.<key>.to`, `filters.<key>.values`, … */
  readonly errors: Errors
  /** Of the plan. */
  readonly currency: string
  readonly locks?: ChargeLocks
}

/** A usage charge: what is measured, what it costs, for which values it costs otherwise, and when it is asked for. */
export function ChargeEditor({ value, onChange, errors, currency, locks = {} }: Props) {
  const units = useGet<{ pricing_units: PricingUnit[] }>('/pricing_units', { per_page: 100 })
  const patch = (changes: Partial<ChargeDraft>) => onChange(allowed({ ...value, ...changes }))
  const shortName = units.data?.pricing_units.find(({ code }) => code === value.unit?.code)?.short_name
  const unit = value.unit === null ? currency : (shortName ?? value.unit.code)
  const isLocked = locks.terms !== undefined
  return (
    <div className="flex flex-col gap-5">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field
          label={t('plans.charge.metric')}
          errors={errorsAt(errors, 'billable_metric_id')}
          {...(isLocked && { hint: locks.terms })}
        >
          {isLocked ? (
            <Fixed>{value.metric?.name ?? value.code}</Fixed>
          ) : (
            <ListPicker<PlanMetric>
              label={t('plans.charge.metric')}
              path="/billable_metrics"
              root="billable_metrics"
              option={metric => ({ value: metric.code, label: metric.name, note: metric.code })}
              chosen={value.metric && { value: value.metric.code, label: value.metric.name }}
              placeholder={t('plans.charge.choose_metric')}
              onChange={metric => patch({ metric, filters: value.metric?.code === metric.code ? value.filters : [] })}
            />
          )}
        </Field>
        <Field
          label={t('plans.charge.model')}
          errors={errorsAt(errors, 'charge_model')}
          hint={isLocked ? locks.terms : tWord('plans.model_hint', value.model)}
        >
          <Select value={value.model} disabled={isLocked} onChange={event => patch({ model: event.target.value })}>
            {CHARGE_MODELS.map(model => {
              const limit = modelLimit(model, value.metric)
              return (
                <option key={model} value={model} disabled={limit !== undefined && model !== value.model}>
                  {tWord('charge_model', model)}
                  {limit !== undefined && ` – ${t(limit)}`}
                </option>
              )
            })}
          </Select>
        </Field>
      </div>
      <Part title={value.filters.length > 0 ? t('plans.charge.price_rest') : t('plans.charge.price')}>
        <PriceFields
          model={value.model}
          value={value.price}
          onChange={price => patch({ price })}
          errors={errorsBelow(errors, 'price')}
          unit={unit}
        />
        <General errors={errorsAt(errors, 'properties')} />
      </Part>
      <Part title={t('plans.filters')}>
        <FilterEditor
          charge={value}
          onChange={filters => patch({ filters })}
          errors={errorsBelow(errors, 'filters')}
          unit={unit}
        />
      </Part>
      <Timing value={value} patch={patch} errors={errors} lock={locks.terms} />
      <details className="group">
        <summary className="w-fit cursor-pointer text-sm font-medium text-soft hover:text-ink">
          {t('plans.charge.more')}
        </summary>
        <div className="mt-3 grid items-start gap-4 sm:grid-cols-2">
          <Field
            label={t('plans.invoice_name')}
            optional={t('common.optional')}
            errors={errorsAt(errors, 'invoice_display_name')}
          >
            <NameInput
              value={value.displayName}
              placeholder={value.metric?.name ?? ''}
              onChange={displayName => patch({ displayName })}
            />
          </Field>
          <Field
            label={t('plans.charge.minimum')}
            optional={t('common.optional')}
            errors={errorsAt(errors, 'min_amount_cents')}
            hint={
              value.payInAdvance ? t('plans.limit.minimum_advance') : (locks.minimum ?? t('plans.charge.minimum_hint'))
            }
          >
            <AmountInput
              value={value.minAmount}
              unit={unit}
              disabled={value.payInAdvance || locks.minimum !== undefined}
              onChange={minAmount => patch({ minAmount })}
            />
          </Field>
          <Field label={t('plans.taxes')} errors={errorsAt(errors, 'tax_codes')} hint={t('plans.taxes.charge_hint')}>
            <TaxPicker codes={value.taxCodes} onChange={taxCodes => patch({ taxCodes })} />
          </Field>
          <Field
            label={t('plans.charge.code')}
            errors={errorsAt(errors, 'code')}
            hint={isLocked ? locks.terms : t('plans.charge.code_hint')}
          >
            {isLocked ? (
              <Fixed>{value.code}</Fixed>
            ) : (
              <NameInput value={value.code} placeholder={value.metric?.code ?? ''} onChange={code => patch({ code })} />
            )}
          </Field>
          <Field label={t('plans.group_keys')} optional={t('common.optional')} hint={t('plans.group_keys.hint')}>
            <WordList
              words={value.price.groupKeys}
              onChange={groupKeys => patch({ price: { ...value.price, groupKeys } })}
            />
          </Field>
          <Field
            label={t('plans.presentation_keys')}
            optional={t('common.optional')}
            hint={t('plans.presentation_keys.hint')}
          >
            <WordList
              words={value.price.presentation.map(one => one.value)}
              onChange={words => patch({ price: { ...value.price, presentation: presentationOf(value, words) } })}
            />
          </Field>
          <PricingUnitFields
            value={value}
            patch={patch}
            errors={errors}
            units={units.data?.pricing_units ?? []}
            locks={locks}
            currency={currency}
          />
          <Checkbox
            label={t('plans.charge.target_wallet')}
            hint={t('plans.charge.target_wallet_hint')}
            checked={value.acceptsTargetWallet}
            onChange={event => patch({ acceptsTargetWallet: event.target.checked })}
          />
        </div>
      </details>
    </div>
  )
}

interface PartProps {
  readonly value: ChargeDraft
  readonly patch: (changes: Partial<ChargeDraft>) => void
  readonly errors: Errors
}

/** When the charge is asked for, and whether units count for the time that they were in force. */
function Timing({ value, patch, errors, lock }: PartProps & { readonly lock: string | undefined }) {
  const limit = advanceLimit(value)
  const prorate = prorateLimit(value)
  return (
    <Part title={t('plans.charge.timing')}>
      <RadioGroup
        label={t('plans.charge.asked')}
        value={value.payInAdvance ? 'advance' : 'arrears'}
        disabled={lock !== undefined}
        onChange={when => patch({ payInAdvance: when === 'advance' })}
        errors={[...errorsAt(errors, 'pay_in_advance')]}
        inline
        {...(lock !== undefined && { hint: lock })}
        options={[
          { value: 'arrears', label: t('plans.charge.arrears'), hint: t('plans.charge.arrears_hint') },
          {
            value: 'advance',
            label: t('plans.charge.advance'),
            hint: limit === undefined ? t('plans.charge.advance_hint') : t(limit),
            disabled: limit !== undefined,
          },
        ]}
      />
      {value.payInAdvance && (
        <RadioGroup<Invoicing>
          label={t('plans.charge.invoicing')}
          value={value.invoicing}
          disabled={lock !== undefined}
          onChange={invoicing => patch({ invoicing })}
          errors={[...errorsAt(errors, 'invoiceable'), ...errorsAt(errors, 'regroup_paid_fees')]}
          options={[
            { value: 'at_once', label: t('plans.charge.at_once') },
            { value: 'regroup', label: t('plans.charge.regroup') },
            { value: 'never', label: t('plans.charge.never') },
          ]}
        />
      )}
      <Checkbox
        label={t('plans.charge.prorated')}
        hint={prorate === undefined ? (lock ?? t('plans.charge.prorated_hint')) : t(prorate)}
        checked={value.prorated}
        disabled={lock !== undefined || prorate !== undefined}
        onChange={event => patch({ prorated: event.target.checked })}
      />
      <General errors={errorsAt(errors, 'prorated')} />
    </Part>
  )
}

function PricingUnitFields({
  value,
  patch,
  errors,
  units,
  locks,
  currency,
}: PartProps & { readonly units: readonly PricingUnit[]; readonly locks: ChargeLocks; readonly currency: string }) {
  if (units.length === 0 && value.unit === null) return null
  // An update neither adds a pricing unit to a charge nor takes it away.
  const lock = locks.unit ?? (value.id === undefined ? undefined : t('plans.lock.unit'))
  return (
    <>
      <Field
        label={t('plans.charge.unit')}
        errors={errorsAt(errors, 'applied_pricing_unit')}
        hint={lock ?? t('plans.charge.unit_hint')}
      >
        <Select
          value={value.unit?.code ?? ''}
          disabled={lock !== undefined}
          onChange={event =>
            patch({
              unit: event.target.value === '' ? null : { code: event.target.value, rate: value.unit?.rate ?? '' },
            })
          }
        >
          <option value="">{currency}</option>
          {units.map(({ code, name, short_name }) => (
            <option key={code} value={code}>{`${name} (${short_name})`}</option>
          ))}
        </Select>
      </Field>
      {value.unit !== null && (
        <Field label={t('plans.charge.conversion')} errors={errorsAt(errors, 'conversion_rate')}>
          <AmountInput
            value={value.unit.rate}
            unit={currency}
            onChange={rate => value.unit !== null && patch({ unit: { ...value.unit, rate } })}
          />
        </Field>
      )}
    </>
  )
}

function presentationOf(charge: ChargeDraft, words: readonly string[]) {
  return words.map(value => charge.price.presentation.find(one => one.value === value) ?? { value, onInvoice: true })
}

export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <h4 className="font-semibold">{title}</h4>
      {children}
    </section>
  )
}

/** What stands fast, in the place of its field. */
export function Fixed({ children }: { readonly children: ReactNode }) {
  return <p className="flex h-8.5 items-center rounded-md bg-sunk px-2.5 text-soft">{children}</p>
}

/** What is wrong with no single field. */
export function General({ errors }: { readonly errors: readonly string[] }) {
  if (errors.length === 0) return null
  return (
    <p role="alert" className="text-sm text-bad">
      {errors.map(code => tWord('code', code)).join('. ')}
    </p>
  )
}
