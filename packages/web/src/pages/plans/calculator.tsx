import { ChevronRight, Plus } from 'lucide-react'
import { useState } from 'react'
import { formatMoney, formatUnitPrice } from '../../format/money.ts'
import { formatRate, formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ShareBar } from '../../ui/chart.tsx'
import { cx } from '../../ui/classes.ts'
import { Input } from '../../ui/field.tsx'
import { type CalculatedLine, calculate } from './calculate.ts'
import { useUnitNames } from './charges-section.tsx'
import { amountText, tierText } from './describe.ts'
import { type PlanDraft, splitsMonths } from './plan-draft.ts'
import { PriceChart } from './price-chart.tsx'
import type { Tried } from './tried-usage.ts'
import { usePlanTaxes } from './use-plan.ts'

/** What an invoice would say for the usage that is typed: the engine that makes the invoices, in the browser. */
export default function Calculator({ plan }: { readonly plan: PlanDraft }) {
  const taxes = usePlanTaxes()
  const unitName = useUnitNames()
  const [tried, setTried] = useState<Readonly<Record<string, Tried>>>({})
  const [opened, setOpened] = useState<string>()
  const result = calculate(plan, tried, { taxes, unitName })
  const change = (key: string, changes: Tried) => setTried(held => ({ ...held, [key]: { ...held[key], ...changes } }))
  const typeUnits = (key: string, units: string) => {
    const [bucket = '', group] = key.split('#')
    if (group === undefined) return change(bucket, { units })
    const groups = tried[bucket]?.groups ?? []
    change(bucket, { groups: groups.map((held, index) => (index === Number(group) - 1 ? units : held)) })
  }
  return (
    <section aria-label={t('plans.calculator')} className="flex flex-col gap-3">
      <div>
        <h2 className="text-lg font-semibold">{t('plans.calculator')}</h2>
        <p className="text-sm text-soft">
          {t('plans.calculator.text', { interval: tWord('interval', plan.interval) })}
          {splitsMonths(plan.interval) && plan.billChargesMonthly && ` ${t('plans.calculator.months')}`}
        </p>
      </div>
      <ul className="border-t border-rule-strong">
        {result.lines.map(line => (
          <Line
            key={line.key}
            line={line}
            plan={plan}
            tried={tried[line.key.split('#')[0] ?? ''] ?? {}}
            isOpen={opened === line.key}
            onToggle={() => setOpened(opened === line.key ? undefined : line.key)}
            onUnits={units => typeUnits(line.key, units)}
            onChange={changes => change(line.key, changes)}
          />
        ))}
      </ul>
      <dl className="flex flex-col gap-1">
        {result.taxes.length > 0 && (
          <>
            <Sum label={t('plans.calculator.subtotal')} cents={result.feesCents} currency={plan.currency} />
            {result.taxes.map(tax => (
              <Sum
                key={tax.name}
                label={`${tax.name} ${formatRate(tax.rate)}`}
                cents={tax.cents}
                currency={plan.currency}
              />
            ))}
          </>
        )}
        <Sum label={t('common.total')} cents={result.totalCents} currency={plan.currency} strong />
      </dl>
      {result.taxes.length > 0 && <p className="text-sm text-faint">{t('plans.calculator.taxes')}</p>}
      <PriceChart plan={plan} tried={tried} unitName={unitName} />
    </section>
  )
}

function Sum({
  label,
  cents,
  currency,
  strong = false,
}: {
  readonly label: string
  readonly cents: bigint
  readonly currency: string
  readonly strong?: boolean
}) {
  return (
    <div className={cx('flex justify-between gap-3', strong && 'text-lg font-semibold')}>
      <dt className={strong ? '' : 'text-soft'}>{label}</dt>
      <dd className="tabular">{formatMoney(Number(cents), currency)}</dd>
    </div>
  )
}

interface LineProps {
  readonly line: CalculatedLine
  readonly plan: PlanDraft
  readonly tried: Tried
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly onUnits: (units: string) => void
  readonly onChange: (changes: Tried) => void
}

function Line({ line, plan, tried, isOpen, onToggle, onUnits, onChange }: LineProps) {
  const opens = line.steps.length > 0
  const [bucket, group] = line.key.split('#')
  const isFirst = group === undefined
  const name = [line.name, line.note].filter(Boolean).join(' · ')
  const units = isFirst
    ? (tried.units ?? (line.kind === 'fixed_charge' ? line.units : ''))
    : tried.groups?.[Number(group) - 1]
  return (
    <li className="border-b border-rule py-2">
      <div className="flex items-baseline justify-between gap-3">
        <button
          type="button"
          disabled={!opens}
          aria-expanded={opens ? isOpen : undefined}
          onClick={onToggle}
          className={cx('flex min-w-0 items-start gap-1 text-left', opens && 'hover:text-accent')}
        >
          {opens && (
            <ChevronRight
              size={14}
              aria-hidden
              className={cx('mt-1 shrink-0 text-faint transition-transform', isOpen && 'rotate-90')}
            />
          )}
          <span className="min-w-0">
            {line.name}
            {line.note !== undefined && <span className="block text-sm text-faint">{line.note}</span>}
          </span>
        </button>
        <span className={cx('tabular whitespace-nowrap', line.fault ? 'text-sm text-faint' : 'font-medium')}>
          {line.fault !== undefined
            ? t(`plans.calculator.${line.fault}`)
            : formatMoney(Number(line.cents), plan.currency)}
        </span>
      </div>
      {line.asks.length > 0 && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1 text-sm text-soft">
          <Small
            label={t('plans.calculator.units_of', { name: isFirst ? name : `${name} ${Number(group) + 1}` })}
            text={t('plans.price.units')}
            value={units ?? ''}
            onChange={onUnits}
          />
          {isFirst && line.asks.includes('events') && (
            <Small
              label={t('plans.calculator.events_of', { name })}
              text={t('plans.price.events')}
              value={tried.events ?? ''}
              placeholder="1"
              onChange={events => onChange({ events })}
            />
          )}
          {isFirst && line.asks.includes('amount') && (
            <Small
              label={t('plans.calculator.amount_of', { name })}
              text={plan.currency}
              value={tried.amount ?? ''}
              onChange={amount => onChange({ amount })}
            />
          )}
          {line.unitPrice !== undefined && line.units !== undefined && Number(line.units) > 0 && (
            <span className="tabular">
              {t('plans.calculator.average', { price: formatUnitPrice(line.unitPrice, plan.currency) })}
            </span>
          )}
          {isFirst && line.splits && (
            <Button
              kind="quiet"
              icon={Plus}
              className="-ml-3"
              onClick={() => onChange({ groups: [...(tried.groups ?? []), ''] })}
            >
              {t('plans.calculator.group')}
            </Button>
          )}
        </div>
      )}
      {line.tiers.length > 1 && <Tiers key={bucket} line={line} currency={plan.currency} />}
      {isOpen && (
        <table className="mt-2 w-full border-l-2 border-accent text-sm">
          <tbody>
            {line.steps.map(step => (
              <tr key={`${step.name} ${step.formula}`}>
                <th scope="row" className="py-0.5 pr-2 pl-3 text-left font-normal text-soft">
                  {tWord('step', step.name)}
                </th>
                <td className="py-0.5 pr-2 font-mono text-xs break-all">{step.formula}</td>
                <td className="py-0.5 text-right tabular">{formatUnits(step.rounded ?? step.unrounded)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  )
}

/** A bar a tier that the units reach: what it adds to the line. */
function Tiers({ line, currency }: { readonly line: CalculatedLine; readonly currency: string }) {
  return (
    <ul className="pt-2" aria-label={t('plans.calculator.tiers', { name: line.name })}>
      {line.tiers.map(tier => (
        <li
          key={tier.from}
          className="grid grid-cols-[6.5rem_minmax(0,1fr)_5.5rem] items-center gap-2 text-sm text-soft"
        >
          <span className="tabular">{tierText(tier)}</span>
          <ShareBar share={tier.share} />
          <span className="text-right tabular">{amountText(tier.amount, currency)}</span>
        </li>
      ))}
    </ul>
  )
}

function Small({
  label,
  text,
  value,
  placeholder = '0',
  onChange,
}: {
  readonly label: string
  readonly text: string
  readonly value: string
  readonly placeholder?: string
  readonly onChange: (value: string) => void
}) {
  return (
    <span className="flex items-center gap-1.5">
      <span className="w-24">
        <Input
          aria-label={label}
          inputMode="decimal"
          autoComplete="off"
          value={value}
          placeholder={placeholder}
          className="h-7! text-right tabular"
          onChange={event => onChange(event.target.value)}
        />
      </span>
      {text}
    </span>
  )
}
