import { ChevronRight, Copy, Plus, X } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import type { PricingUnit } from '../../api/plans.ts'
import { useGet } from '../../app/queries.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { FormSection } from '../../ui/form.tsx'
import { type ChargeDraft, type FixedChargeDraft, newCharge, newFixedCharge } from './charge-draft.ts'
import { ChargeEditor } from './charge-editor.tsx'
import { chargeName, fixedChargeName, priceSummary } from './describe.ts'
import { FixedChargeEditor } from './fixed-charge-editor.tsx'
import type { PlanDraft } from './plan-draft.ts'
import type { PartProps } from './plan-form.tsx'
import { newKey } from './price-draft.ts'
import { type Errors, errorsBelow } from './problems.ts'

/** The usage charges: a line each, which opens to its editor. */
export function ChargesSection({ plan, patch, errors, lock }: PartProps) {
  const { charges } = plan
  const unitName = useUnitNames()
  const ofCharges = errorsBelow(errors, 'charges')
  const write = (next: readonly ChargeDraft[]) => patch({ charges: next })
  const [fresh, setFresh] = useState<string>()
  const add = (charge: ChargeDraft) => {
    write([...charges, charge])
    setFresh(charge.key)
  }
  return (
    <FormSection title={t('plans.usage_charges')} text={t('plans.usage_charges.text')}>
      <div>
        {charges.map(charge => {
          const wrong = errorsBelow(ofCharges, charge.key)
          const unit = charge.unit === null ? plan.currency : unitName(charge.unit.code)
          const twin = charges.some(other => other !== charge && other.metric?.code === charge.metric?.code)
          return (
            <Row
              key={charge.key}
              name={chargeName(charge)}
              summary={`${tWord('charge_model', charge.model)} · ${priceSummary(charge.model, charge.price, unit)}`}
              note={[
                charge.filters.length > 0 && t('plans.filters.count', { count: charge.filters.length }),
                twin && charge.metric !== undefined && t('plans.charge.twin'),
              ]}
              errors={wrong}
              startsOpen={charge.key === fresh}
              isKept={charge.id !== undefined}
              onCopy={() => add({ ...charge, key: newKey(), id: undefined, code: '' })}
              onRemove={() => write(charges.filter(other => other !== charge))}
            >
              <ChargeEditor
                value={charge}
                onChange={next => write(charges.map(other => (other === charge ? next : other)))}
                errors={wrong}
                currency={plan.currency}
                locks={lock === undefined || charge.id === undefined ? {} : { terms: lock, minimum: lock, unit: lock }}
              />
            </Row>
          )
        })}
        <Button kind="quiet" icon={Plus} className="mt-2 -ml-3" onClick={() => add(newCharge())}>
          {t('plans.usage_charges.add')}
        </Button>
      </div>
    </FormSection>
  )
}

/** The fixed charges, in the same manner. */
export function FixedChargesSection({ plan, patch, errors, lock, start }: PartProps & { readonly start: PlanDraft }) {
  const { fixedCharges: charges } = plan
  const ofCharges = errorsBelow(errors, 'fixed_charges')
  const write = (next: readonly FixedChargeDraft[]) => patch({ fixedCharges: next })
  const [fresh, setFresh] = useState<string>()
  const add = (charge: FixedChargeDraft) => {
    write([...charges, charge])
    setFresh(charge.key)
  }
  return (
    <FormSection title={t('plans.fixed_charges')} text={t('plans.fixed_charges.text')}>
      <div>
        {charges.map(charge => {
          const wrong = errorsBelow(ofCharges, charge.key)
          return (
            <Row
              key={charge.key}
              name={fixedChargeName(charge)}
              summary={`${t('plans.fixed.count', { units: charge.units })} · ${priceSummary(charge.model, charge.price, plan.currency)}`}
              note={[]}
              errors={wrong}
              startsOpen={charge.key === fresh}
              isKept={charge.id !== undefined}
              onCopy={() => add({ ...charge, key: newKey(), id: undefined, code: '' })}
              onRemove={() => write(charges.filter(other => other !== charge))}
            >
              <FixedChargeEditor
                value={charge}
                onChange={next => write(charges.map(other => (other === charge ? next : other)))}
                errors={wrong}
                currency={plan.currency}
                lock={charge.id === undefined ? undefined : lock}
                unitsBefore={lock && start.fixedCharges.find(({ id }) => id !== undefined && id === charge.id)?.units}
              />
            </Row>
          )
        })}
        <Button kind="quiet" icon={Plus} className="mt-2 -ml-3" onClick={() => add(newFixedCharge())}>
          {t('plans.fixed_charges.add')}
        </Button>
      </div>
    </FormSection>
  )
}

interface RowProps {
  readonly name: string
  readonly summary: string
  readonly note: readonly (string | false)[]
  readonly errors: Errors
  readonly startsOpen: boolean
  /** It is part of the plan already: taking it away asks first. */
  readonly isKept: boolean
  readonly onCopy: () => void
  readonly onRemove: () => void
  readonly children: ReactNode
}

function Row({ name, summary, note, errors, startsOpen, isKept, onCopy, onRemove, children }: RowProps) {
  const id = useId()
  const [isOpen, setIsOpen] = useState(startsOpen)
  const [isAsking, setIsAsking] = useState(false)
  const isWrong = Object.keys(errors).length > 0
  // What is wrong has to be seen.
  const isShown = isOpen || isWrong
  const notes = note.filter(part => part !== false)
  return (
    <div className="border-t border-rule first:border-t-0">
      <div className="flex items-start gap-1 py-2">
        <button
          type="button"
          aria-expanded={isShown}
          aria-controls={id}
          onClick={() => setIsOpen(!isShown)}
          className="flex min-w-0 grow items-start gap-1.5 text-left hover:text-accent"
        >
          <ChevronRight
            size={15}
            aria-hidden
            className={cx('mt-1 shrink-0 text-faint transition-transform', isShown && 'rotate-90')}
          />
          <span className="min-w-0">
            <span className={cx('block font-medium', isWrong && 'text-bad')}>{name}</span>
            <span className="block text-sm text-soft">{summary}</span>
            {notes.length > 0 && <span className="block text-sm text-faint">{notes.join(' · ')}</span>}
          </span>
        </button>
        <IconButton label={t('plans.charge.copy', { name })} icon={Copy} onClick={onCopy} />
        <IconButton
          label={t('form.take_out', { name })}
          icon={X}
          onClick={() => (isKept ? setIsAsking(true) : onRemove())}
        />
      </div>
      {isShown && (
        <div id={id} className="pt-2 pb-6 sm:pl-5">
          {children}
        </div>
      )}
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('plans.charge.remove_title', { name })}
        affects={t('plans.charge.remove_text')}
        confirm={t('plans.remove')}
        onConfirm={async () => onRemove()}
      />
    </div>
  )
}

/** The short names of pricing units by their codes. */
export function useUnitNames(): (code: string) => string {
  const { data } = useGet<{ pricing_units: PricingUnit[] }>('/pricing_units', { per_page: 100 })
  return code => data?.pricing_units.find(unit => unit.code === code)?.short_name ?? code
}
