import { type ReactNode, useState } from 'react'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { Buttons, Sheet } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import type { ChargeDraft, FixedChargeDraft } from '../plans/charge-draft.ts'
import { NameInput, PriceFields } from '../plans/price-fields.tsx'
import { filterName } from './prices.tsx'

interface Props<Draft> {
  readonly name: string
  readonly currency: string
  readonly start: Draft
  readonly onDone: (draft: Draft) => void
  readonly onClose: () => void
  /** Back to the price of the plan, where it is another one. */
  readonly onReset?: (() => void) | undefined
}

const NO_ERRORS = {}

/** What one usage charge of the plan costs this subscription: in general, by filter, and at least. */
export function ChargeSheet({ start, currency, ...props }: Props<ChargeDraft>) {
  const [draft, setDraft] = useState(start)
  const patch = (changes: Partial<ChargeDraft>) => setDraft({ ...draft, ...changes })
  const unit = draft.unit?.code ?? currency
  return (
    <Frame {...props} done={() => props.onDone(draft)}>
      <Part title={draft.filters.length > 0 ? t('sub.override.rest') : t('sub.override.price')}>
        <PriceFields
          model={draft.model}
          value={draft.price}
          errors={NO_ERRORS}
          unit={unit}
          onChange={price => patch({ price })}
        />
      </Part>
      {draft.filters.map(filter => (
        <Part key={filter.key} title={filterName({ invoice_display_name: filter.displayName, values: filter.values })}>
          <PriceFields
            model={draft.model}
            value={filter.price}
            errors={NO_ERRORS}
            unit={unit}
            onChange={price =>
              patch({ filters: draft.filters.map(one => (one.key === filter.key ? { ...one, price } : one)) })
            }
          />
        </Part>
      ))}
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t('sub.plan.display_name')} optional={t('common.optional')}>
          <NameInput value={draft.displayName} onChange={displayName => patch({ displayName })} />
        </Field>
        {!draft.payInAdvance && (
          <Field label={t('sub.override.least')} optional={t('common.optional')}>
            <AmountInput value={draft.minAmount} unit={unit} onChange={minAmount => patch({ minAmount })} />
          </Field>
        )}
      </div>
    </Frame>
  )
}

/** How many units of an add-on this subscription has, and what they cost it. */
export function FixedChargeSheet({ start, currency, ...props }: Props<FixedChargeDraft>) {
  const [draft, setDraft] = useState(start)
  const patch = (changes: Partial<FixedChargeDraft>) => setDraft({ ...draft, ...changes })
  return (
    <Frame {...props} done={() => props.onDone(draft)}>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t('common.units')}>
          <AmountInput
            value={draft.units}
            unit={t('common.units').toLowerCase()}
            onChange={units => patch({ units })}
          />
        </Field>
        <Field label={t('sub.plan.display_name')} optional={t('common.optional')}>
          <NameInput value={draft.displayName} onChange={displayName => patch({ displayName })} />
        </Field>
      </div>
      <Part title={t('sub.override.price')}>
        <PriceFields
          model={draft.model}
          value={draft.price}
          errors={NO_ERRORS}
          unit={currency}
          onChange={price => patch({ price })}
        />
      </Part>
    </Frame>
  )
}

function Frame({
  name,
  done,
  onClose,
  onReset,
  children,
}: {
  readonly name: string
  readonly done: () => void
  readonly onClose: () => void
  readonly onReset?: (() => void) | undefined
  readonly children: ReactNode
}) {
  return (
    <Sheet wide open onOpenChange={onClose} title={t('sub.override.change_named', { name })}>
      {children}
      <Buttons>
        {onReset !== undefined && (
          <Button
            kind="quiet"
            onClick={() => {
              onReset()
              onClose()
            }}
          >
            {t('sub.override.reset_one')}
          </Button>
        )}
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          kind="primary"
          onClick={() => {
            done()
            onClose()
          }}
        >
          {t('sub.override.apply')}
        </Button>
      </Buttons>
    </Sheet>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="border-t border-rule pt-3">
      <h3 className="pb-2 font-medium">{title}</h3>
      {children}
    </section>
  )
}
