import type { Invoice } from '../../api/invoices.ts'
import { formatPeriod } from '../../format/dates.ts'
import { currencyDecimals, formatMoney, shift } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { groupFees } from '../invoices/fee-groups.ts'
import { feeName } from '../invoices/fee-name.ts'

/** The lines of the invoice, each with how much of it is credited: up to what is left of it. */
export function NoteLines({
  invoice,
  left,
  amounts,
  wrong,
  locked,
  onChange,
  onEverything,
}: {
  readonly invoice: Invoice
  readonly left: ReadonlyMap<string, number>
  readonly amounts: Readonly<Record<string, string>>
  readonly wrong: Readonly<Record<string, string>>
  readonly locked: boolean
  readonly onChange: (amounts: Readonly<Record<string, string>>) => void
  readonly onEverything: () => void
}) {
  const { currency } = invoice
  const zone = invoice.customer?.applicable_timezone ?? 'UTC'
  const groups = groupFees(invoice).map(group => ({
    ...group,
    fees: group.fees.filter(fee => fee.amount_cents > 0),
  }))
  return (
    <div>
      {groups.map(group => (
        <div key={group.key} className="pb-4">
          {group.subscription !== null && group.from !== null && group.to !== null && (
            <p className="border-b border-rule pb-1 text-sm text-faint">
              {group.subscription} · {formatPeriod(group.from, group.to, zone)}
            </p>
          )}
          <ul>
            {group.fees.map(fee => {
              const id = fee.lago_id ?? ''
              const rest = left.get(id) ?? 0
              const code = wrong[id]
              return (
                <li
                  key={id}
                  className="grid items-center gap-x-4 gap-y-1 border-b border-rule py-2 sm:grid-cols-[1fr_8rem_11rem]"
                >
                  <span>
                    {feeName(fee)}
                    <span className="block text-sm text-faint">
                      {tWord('fee_type', fee.item.type)} · {formatMoney(fee.amount_cents, currency)}
                    </span>
                  </span>
                  <Button
                    kind="quiet"
                    disabled={locked || rest <= 0}
                    className="justify-self-start sm:justify-self-end"
                    onClick={() => onChange({ ...amounts, [id]: shift(rest, currencyDecimals(currency)) })}
                  >
                    {rest <= 0 ? t('note.nothing_left') : t('note.all_of', { amount: formatMoney(rest, currency) })}
                  </Button>
                  <span>
                    <AmountInput
                      unit={currency}
                      aria-label={t('note.amount_of', { name: feeName(fee) })}
                      aria-invalid={code !== undefined || undefined}
                      aria-describedby={code === undefined ? undefined : `wrong-${id}`}
                      placeholder={shift(0, currencyDecimals(currency))}
                      disabled={locked || rest <= 0}
                      value={amounts[id] ?? ''}
                      onChange={text => onChange({ ...amounts, [id]: text })}
                    />
                    {code !== undefined && (
                      <span id={`wrong-${id}`} role="alert" className="text-sm text-bad">
                        {tWord('code', code)}
                      </span>
                    )}
                  </span>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
      {!locked && <Button onClick={onEverything}>{t('note.everything')}</Button>}
    </div>
  )
}
