import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { Fee, FeeExplanation, Invoice, InvoiceExplanation, Step } from '../../api/types.ts'
import { useGet } from '../../app/queries.ts'
import { formatInstant, formatPeriod } from '../../format/dates.ts'
import { formatUnitPrice } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { Load } from '../../ui/load.tsx'
import { Money } from '../../ui/money.tsx'
import { feeName } from './fee-name.ts'

/** The lines of an invoice by subscription and period; each opens to what it was computed from. */
export function FeeTable({ invoice }: { readonly invoice: Invoice }) {
  const fees = invoice.fees ?? []
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  // One answer explains all lines: it is asked for when the first one is opened.
  const explanation = useGet<{ explanation: InvoiceExplanation }>(
    `/invoices/${invoice.lago_id}/explain`,
    {},
    { enabled: opened.size > 0 },
  )
  const toggle = (id: string) => {
    const next = new Set(opened)
    if (!next.delete(id)) next.add(id)
    setOpened(next)
  }
  if (fees.length === 0) return <p className="text-soft">{t('invoice.no_lines')}</p>
  const groups = Map.groupBy(fees, fee => fee.external_subscription_id ?? '')
  return (
    <div className="-mx-4 overflow-x-auto px-4 md:mx-0 md:px-0">
      <table className="w-full" aria-label={t('invoice.lines')}>
        <thead>
          <tr className="border-b border-rule-strong text-xs text-faint">
            <th scope="col" className="pb-1.5 text-left font-medium">
              {t('invoice.line')}
            </th>
            <th scope="col" className="px-3 pb-1.5 text-right font-medium">
              {t('common.units')}
            </th>
            <th scope="col" className="hidden px-3 pb-1.5 text-right font-medium sm:table-cell">
              {t('invoice.unit_price')}
            </th>
            <th scope="col" className="hidden px-3 pb-1.5 text-right font-medium md:table-cell">
              {t('invoice.tax')}
            </th>
            <th scope="col" className="pb-1.5 pl-3 text-right font-medium">
              {t('common.amount')}
            </th>
          </tr>
        </thead>
        {[...groups].map(([subscription, rows]) => (
          <tbody key={subscription}>
            {subscription !== '' && <SubscriptionHead invoice={invoice} id={subscription} />}
            {rows.map((fee, index) => {
              const id = fee.lago_id ?? String(index)
              const isOpen = opened.has(id)
              return (
                <Line
                  key={id}
                  id={id}
                  fee={fee}
                  isOpen={isOpen}
                  onToggle={() => toggle(id)}
                  explanation={explanation}
                  zone={zoneOf(invoice)}
                />
              )
            })}
          </tbody>
        ))}
      </table>
    </div>
  )
}

function zoneOf(invoice: Invoice): string {
  return invoice.customer?.applicable_timezone ?? 'UTC'
}

function SubscriptionHead({ invoice, id }: { readonly invoice: Invoice; readonly id: string }) {
  const period = invoice.billing_periods?.find(candidate => candidate.external_subscription_id === id)
  const subscription = invoice.subscriptions?.find(candidate => candidate.external_id === id)
  return (
    <tr className="border-b border-rule">
      <th scope="rowgroup" colSpan={5} className="pt-4 pb-1.5 text-left font-medium">
        {subscription?.name ?? subscription?.plan_code ?? id}
        <span className="ml-2 font-normal text-faint">
          {id}
          {period !== undefined &&
            ` · ${formatPeriod(period.charges_from_datetime, period.charges_to_datetime, zoneOf(invoice))}`}
        </span>
      </th>
    </tr>
  )
}

interface LineProps {
  readonly id: string
  readonly fee: Fee
  readonly isOpen: boolean
  readonly zone: string
  readonly explanation: ReturnType<typeof useGet<{ explanation: InvoiceExplanation }>>
  readonly onToggle: () => void
}

function Line({ id, fee, isOpen, zone, explanation, onToggle }: LineProps) {
  const currency = fee.amount_currency
  return (
    <>
      <tr className={cx('border-rule', !isOpen && 'border-b')}>
        <td className="py-2">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={`explain-${id}`}
            onClick={onToggle}
            className="flex items-start gap-1 text-left hover:text-accent"
          >
            <ChevronRight
              size={15}
              aria-hidden
              className={cx('mt-1 shrink-0 text-faint transition-transform', isOpen && 'rotate-90')}
            />
            <span>
              {feeName(fee)}
              <span className="block text-sm text-faint">{tWord('fee_type', fee.item.type)}</span>
            </span>
          </button>
        </td>
        <td className="px-3 py-2 text-right">{formatUnits(fee.units)}</td>
        <td className="hidden px-3 py-2 text-right sm:table-cell">
          {formatUnitPrice(fee.precise_unit_amount, currency)}
        </td>
        <td className="hidden px-3 py-2 text-right text-soft md:table-cell">
          {fee.taxes_amount_cents === 0 ? '–' : <Money cents={fee.taxes_amount_cents} currency={currency} />}
        </td>
        <td className="py-2 pl-3 text-right">
          <Money cents={fee.amount_cents} currency={currency} className="font-medium" />
        </td>
      </tr>
      {isOpen && (
        <tr className="border-b border-rule">
          <td id={`explain-${id}`} colSpan={5} className="pb-4 pl-5">
            <Load query={explanation} lines={3}>
              {data => {
                const found = data.explanation.fees.find(candidate => candidate.lago_fee_id === id)
                return found === undefined ? (
                  <p className="text-soft">{t('invoice.explain.none')}</p>
                ) : (
                  <Explanation explanation={found} zone={zone} />
                )
              }}
            </Load>
          </td>
        </tr>
      )}
    </>
  )
}

/** Where the units come from, and the arithmetic down to the cents. */
function Explanation({ explanation, zone }: { readonly explanation: FeeExplanation; readonly zone: string }) {
  const { inputs, steps } = explanation
  const about = [
    inputs.from_datetime !== null &&
      inputs.to_datetime !== null &&
      `${formatInstant(inputs.from_datetime, zone)} – ${formatInstant(inputs.to_datetime, zone)}`,
    inputs.events_count !== null && t('common.events', { count: inputs.events_count }),
    typeof inputs.computed_from.charge_model === 'string' && tWord('charge_model', inputs.computed_from.charge_model),
  ].filter(part => part !== false)
  return (
    <div className="border-l-2 border-accent pl-4">
      <p className="pb-2 text-sm text-soft">{about.join(' · ')}</p>
      <table className="w-full max-w-3xl text-sm">
        <tbody>
          {steps.map(step => (
            <StepRow key={`${step.name} ${step.formula}`} step={step} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function StepRow({ step }: { readonly step: Step }) {
  const isRounded = step.rounded !== null && step.rounded !== step.unrounded
  return (
    <tr className="border-t border-rule first:border-t-0">
      <th scope="row" className="py-1 pr-4 text-left font-normal text-soft">
        {tWord('step', step.name)}
      </th>
      <td className="py-1 pr-4 font-mono text-xs break-words">{step.formula}</td>
      <td className="py-1 text-right whitespace-nowrap">
        {isRounded && <span className="mr-2 text-faint">{formatUnits(step.unrounded)} →</span>}
        {formatUnits(step.rounded ?? step.unrounded)}
      </td>
    </tr>
  )
}
