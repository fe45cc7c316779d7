import type { Fee } from '../../api/invoices.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { Input } from '../../ui/field.tsx'
import { feeOfLine, groupLines, type RegeneratedLine } from './regenerated-lines.ts'

/** The lines of the new invoice: which are on it, their names, units and prices, and what each comes to. */
export function RegeneratedLines({
  lines,
  wrong,
  fees,
  currency,
  fixed,
  onChange,
}: {
  readonly lines: readonly RegeneratedLine[]
  readonly wrong: ReadonlySet<string>
  /** Of the preview. */
  readonly fees: readonly Fee[]
  readonly currency: string
  /** What cannot be changed: units and prices of what was paid before, and all of what was bought but the name. */
  readonly fixed: { readonly amounts: boolean; readonly lines: boolean }
  readonly onChange: (lines: readonly RegeneratedLine[]) => void
}) {
  const change = (key: string, changes: Partial<RegeneratedLine>) =>
    onChange(lines.map(line => (line.key === key ? { ...line, ...changes } : line)))
  return (
    <div>
      <div aria-hidden className={cx('hidden pb-1.5 text-xs text-faint sm:grid', GRID)}>
        <span>{t('invoice.display_name')}</span>
        <span className="text-right">{t('common.units')}</span>
        <span className="text-right">
          {t('invoice.unit_price')}, {currency}
        </span>
        <span className="text-right">{t('common.amount')}</span>
      </div>
      {groupLines(lines).map(group => (
        <div key={group.heading ?? ''} className="border-t border-rule-strong pb-2">
          {group.heading !== undefined && (
            <p className="border-b border-rule py-1 text-sm text-faint">{group.heading}</p>
          )}
          <ul aria-label={group.heading ?? t('invoice.lines')} className="flex flex-col">
            {group.lines.map(line => {
              const fee = line.kept && !wrong.has(line.key) ? feeOfLine(fees, line) : undefined
              return (
                <li key={line.key} className={cx('grid gap-y-2 border-t border-rule py-3 first:border-t-0', GRID)}>
                  <label className="flex items-start gap-2 font-medium sm:col-span-3">
                    <input
                      type="checkbox"
                      checked={line.kept}
                      disabled={fixed.lines}
                      onChange={event => change(line.key, { kept: event.target.checked })}
                      className="mt-0.5 size-4 accent-accent"
                    />
                    <span className={cx(!line.kept && 'text-faint line-through')}>{line.label}</span>
                  </label>
                  <span className="pt-0.5 text-right font-medium tabular">
                    {fee === undefined ? (
                      <span className="text-faint">–</span>
                    ) : (
                      formatMoney(fee.amount_cents, currency)
                    )}
                  </span>
                  {line.kept && (
                    <>
                      <Input
                        aria-label={t('regenerate.name_of', { name: line.label })}
                        placeholder={t('invoice.display_name')}
                        value={line.name}
                        onChange={event => change(line.key, { name: event.target.value })}
                      />
                      <Input
                        aria-label={t('regenerate.units_of', { name: line.label })}
                        placeholder={t('common.units')}
                        inputMode="decimal"
                        disabled={fixed.amounts}
                        className="text-right tabular"
                        aria-invalid={wrong.has(line.key) || undefined}
                        value={line.units}
                        onChange={event => change(line.key, { units: event.target.value })}
                      />
                      <Input
                        aria-label={t('regenerate.price_of', { name: line.label })}
                        placeholder={line.formerPrice ?? t('regenerate.plan_price')}
                        inputMode="decimal"
                        disabled={fixed.amounts}
                        className="text-right tabular"
                        aria-invalid={wrong.has(line.key) || undefined}
                        value={line.price}
                        onChange={event => change(line.key, { price: event.target.value })}
                      />
                    </>
                  )}
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </div>
  )
}

const GRID = 'gap-x-3 sm:grid-cols-[1fr_7rem_8rem_6.5rem]'
