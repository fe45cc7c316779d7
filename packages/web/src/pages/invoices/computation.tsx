import { useState } from 'react'
import type { Fee, FeeExplanation, Tax } from '../../api/invoices.ts'
import { formatInstant } from '../../format/dates.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ShareBar } from '../../ui/chart.tsx'
import { cx } from '../../ui/classes.ts'
import { FeeDrawer } from './fee-drawer.tsx'
import { type ReadStep, readSteps } from './read-steps.ts'

/** Where the units of a line come from, and the arithmetic down to the cents. */
export function Computation({
  fee,
  explanation,
  taxes,
  zone,
}: {
  readonly fee: Fee
  readonly explanation: FeeExplanation
  readonly taxes: readonly Tax[]
  readonly zone: string
}) {
  const [drawer, setDrawer] = useState(false)
  const { inputs } = explanation
  const names = Object.fromEntries(taxes.map(tax => [tax.tax_code, tax.tax_name]))
  const about = [
    inputs.from_datetime !== null &&
      inputs.to_datetime !== null &&
      `${formatInstant(inputs.from_datetime, zone)} – ${formatInstant(inputs.to_datetime, zone)}`,
    inputs.events_count !== null && t('common.events', { count: inputs.events_count }),
    typeof inputs.computed_from.charge_model === 'string' && tWord('charge_model', inputs.computed_from.charge_model),
    inputs.computed_from.adjusted != null && t('invoice.edited'),
  ].filter(part => part !== false)
  return (
    <div className="border-l-2 border-accent pl-4">
      <p className="pb-2 text-sm text-soft">{about.join(' · ')}</p>
      <table className="w-full max-w-3xl text-sm" aria-label={t('invoice.computation')}>
        <tbody>
          {readSteps(explanation, names).map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps are an order, and two may look alike
            <StepRow key={index} step={step} />
          ))}
        </tbody>
      </table>
      <Breakdown fee={fee} />
      <Button kind="quiet" className="mt-1 -ml-3" onClick={() => setDrawer(true)}>
        {t('invoice.fee_details')}
      </Button>
      <FeeDrawer fee={fee} open={drawer} onOpenChange={setDrawer} zone={zone} />
    </div>
  )
}

function StepRow({ step }: { readonly step: ReadStep }) {
  return (
    <tr className="border-t border-rule first:border-t-0">
      <th
        scope="row"
        className={cx('py-1 pr-4 text-left', step.strong === true ? 'font-medium' : 'font-normal text-soft')}
      >
        {step.label}
        {step.share !== undefined && (
          <span className="mt-1 block w-24">
            <ShareBar share={step.share} />
          </span>
        )}
      </th>
      <td className="py-1 pr-4 break-words tabular">{step.formula}</td>
      <td className={cx('py-1 text-right tabular', step.strong === true && 'font-medium')}>
        {step.before !== undefined && <span className="mr-2 text-faint">{step.before} →</span>}
        <span className="whitespace-nowrap">{step.result}</span>
      </td>
    </tr>
  )
}

/** The units by the properties that the charge shows on invoices. */
function Breakdown({ fee }: { readonly fee: Fee }) {
  const { presentation_breakdowns: parts } = fee
  if (parts.length === 0) return null
  return (
    <dl className="mt-3 grid max-w-md grid-cols-[1fr_auto] gap-x-6 gap-y-0.5 text-sm">
      {parts.map(part => {
        const name = Object.values(part.presentation_by)
          .map(value => value ?? t('common.none'))
          .join(' · ')
        return (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="text-right tabular">{formatUnits(part.units)}</dd>
          </div>
        )
      })}
    </dl>
  )
}
