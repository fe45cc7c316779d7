import type { AddOnOption } from '../../api/plans.ts'
import { t, tWord } from '../../messages/index.ts'
import { ListPicker } from '../../pickers/list-picker.tsx'
import { TaxPicker } from '../../pickers/tax-picker.tsx'
import { AmountInput } from '../../ui/amount.tsx'
import { Checkbox, Field, Select } from '../../ui/field.tsx'
import type { FixedChargeDraft } from './charge-draft.ts'
import { Fixed, General, Part } from './charge-editor.tsx'
import { FIXED_CHARGE_MODELS } from './price-draft.ts'
import { NameInput, PriceFields } from './price-fields.tsx'
import { type Errors, errorsAt, errorsBelow, type PriceLimit } from './problems.ts'

interface Props {
  readonly value: FixedChargeDraft
  readonly onChange: (value: FixedChargeDraft) => void
  readonly errors: Errors
  readonly currency: string
  /** Why model and code cannot be changed. */
  readonly lock?: string | undefined
  /** The units that count so far, where a change of them may count at once. */
  readonly unitsBefore?: string | undefined
}

/** So many units of an add-on each period, without events. */
export function FixedChargeEditor({ value, onChange, errors, currency, lock, unitsBefore }: Props) {
  const patch = (changes: Partial<FixedChargeDraft>) => onChange(allowed({ ...value, ...changes }))
  const isKept = value.id !== undefined
  const advance = advanceLimit(value)
  const prorate = prorateLimit(value)
  return (
    <div className="flex flex-col gap-5">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t('plans.fixed.add_on')} errors={errorsAt(errors, 'add_on_id')}>
          {isKept ? (
            <Fixed>{value.addOn?.name}</Fixed>
          ) : (
            <ListPicker<AddOnOption>
              label={t('plans.fixed.add_on')}
              path="/add_ons"
              root="add_ons"
              option={addOn => ({ value: addOn.code, label: addOn.name, note: addOn.code })}
              chosen={value.addOn && { value: value.addOn.code, label: value.addOn.name }}
              placeholder={t('plans.fixed.choose')}
              onChange={addOn => patch({ addOn: { id: addOn.lago_id, code: addOn.code, name: addOn.name } })}
            />
          )}
        </Field>
        <Field label={t('plans.fixed.units')} errors={errorsAt(errors, 'units')}>
          <AmountInput value={value.units} unit={t('plans.price.units')} onChange={units => patch({ units })} />
        </Field>
        <Field
          label={t('plans.charge.model')}
          errors={errorsAt(errors, 'charge_model')}
          hint={lock ?? tWord('plans.model_hint', value.model)}
        >
          <Select
            value={value.model}
            disabled={lock !== undefined}
            onChange={event => patch({ model: event.target.value })}
          >
            {FIXED_CHARGE_MODELS.map(model => (
              <option key={model} value={model}>
                {tWord('charge_model', model)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t('plans.invoice_name')} optional={t('common.optional')}>
          <NameInput
            value={value.displayName}
            placeholder={value.addOn?.name ?? ''}
            onChange={displayName => patch({ displayName })}
          />
        </Field>
      </div>
      {isKept && unitsBefore !== undefined && unitsBefore !== value.units && (
        <Checkbox
          label={t('plans.fixed.apply_now')}
          hint={t('plans.fixed.apply_now_hint')}
          checked={value.applyNow}
          onChange={event => patch({ applyNow: event.target.checked })}
        />
      )}
      <Part title={t('plans.charge.price')}>
        <PriceFields
          model={value.model}
          value={value.price}
          onChange={price => patch({ price })}
          errors={errorsBelow(errors, 'price')}
          unit={currency}
        />
        <General errors={errorsAt(errors, 'properties')} />
      </Part>
      <div className="flex flex-col gap-2">
        <Checkbox
          label={t('plans.fixed.advance')}
          hint={
            isKept ? t('plans.lock.fixed_timing') : advance === undefined ? t('plans.fixed.advance_hint') : t(advance)
          }
          checked={value.payInAdvance}
          disabled={isKept || advance !== undefined}
          onChange={event => patch({ payInAdvance: event.target.checked })}
        />
        <Checkbox
          label={t('plans.charge.prorated')}
          hint={
            isKept ? t('plans.lock.fixed_timing') : prorate === undefined ? t('plans.charge.prorated_hint') : t(prorate)
          }
          checked={value.prorated}
          disabled={isKept || prorate !== undefined}
          onChange={event => patch({ prorated: event.target.checked })}
        />
        <General errors={[...errorsAt(errors, 'pay_in_advance'), ...errorsAt(errors, 'prorated')]} />
      </div>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t('plans.taxes')} errors={errorsAt(errors, 'tax_codes')} hint={t('plans.taxes.charge_hint')}>
          <TaxPicker codes={value.taxCodes} onChange={taxCodes => patch({ taxCodes })} />
        </Field>
        <Field
          label={t('plans.charge.code')}
          errors={errorsAt(errors, 'code')}
          hint={lock ?? t('plans.charge.code_hint')}
        >
          {lock === undefined ? (
            <NameInput value={value.code} placeholder={value.addOn?.code ?? ''} onChange={code => patch({ code })} />
          ) : (
            <Fixed>{value.code}</Fixed>
          )}
        </Field>
      </div>
    </div>
  )
}

function advanceLimit({ model }: FixedChargeDraft): PriceLimit | undefined {
  return model === 'volume' ? 'plans.limit.fixed_advance_volume' : undefined
}

function prorateLimit({ model, payInAdvance }: FixedChargeDraft): PriceLimit | undefined {
  return model === 'graduated' && payInAdvance ? 'plans.limit.fixed_prorate' : undefined
}

function allowed(charge: FixedChargeDraft): FixedChargeDraft {
  if (charge.id !== undefined) return charge
  const payInAdvance = charge.payInAdvance && advanceLimit(charge) === undefined
  return {
    ...charge,
    payInAdvance,
    prorated: charge.prorated && prorateLimit({ ...charge, payInAdvance }) === undefined,
  }
}
