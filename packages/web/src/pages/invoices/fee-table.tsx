import { ChevronRight, Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { AdjustedFee, Fee, Invoice, InvoiceExplanation } from '../../api/invoices.ts'
import { useGet } from '../../app/queries.ts'
import { formatPeriod } from '../../format/dates.ts'
import { formatUnitPrice } from '../../format/money.ts'
import { formatRate, formatUnits } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { Load } from '../../ui/load.tsx'
import { Money } from '../../ui/money.tsx'
import { Badge } from '../../ui/status.tsx'
import { Computation } from './computation.tsx'
import { type FeeGroup, groupFees } from './fee-groups.ts'
import { feeName } from './fee-name.ts'

interface Props {
  readonly invoice: Invoice
  /** The edits of a draft, and what edits one more. */
  readonly edits?: readonly AdjustedFee[]
  readonly onEdit?: (fee: Fee) => void
}

/** The lines of an invoice by subscription and period; each opens to what it was computed from. */
export function FeeTable({ invoice, edits = [], onEdit }: Props) {
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
  if ((invoice.fees ?? []).length === 0) return <p className="text-soft">{t('invoice.no_lines')}</p>
  const zone = invoice.customer?.applicable_timezone ?? 'UTC'
  const columns = onEdit === undefined ? 5 : 6
  const explained = (fee: Fee) => (
    <Load query={explanation} lines={3}>
      {data => {
        const found = data.explanation.fees.find(candidate => candidate.lago_fee_id === fee.lago_id)
        return found === undefined ? (
          <p className="text-soft">{t('invoice.explain.none')}</p>
        ) : (
          <Computation fee={fee} explanation={found} taxes={invoice.applied_taxes ?? []} zone={zone} />
        )
      }}
    </Load>
  )
  return (
    <div className="-mx-4 overflow-x-auto px-4 md:mx-0 md:px-0">
      <table className="w-full" aria-label={t('invoice.lines')}>
        <Head editable={onEdit !== undefined} />
        {groupFees(invoice).map(group => (
          <tbody key={group.key}>
            {group.subscription !== null && <GroupHead invoice={invoice} group={group} zone={zone} columns={columns} />}
            {group.fees.map((fee, index) => {
              const id = fee.lago_id ?? `${group.key} ${index}`
              return (
                <Line
                  key={id}
                  id={id}
                  fee={fee}
                  columns={columns}
                  isOpen={opened.has(id)}
                  isEdited={edits.some(edit => edit.lago_fee_id === fee.lago_id)}
                  onToggle={() => toggle(id)}
                  {...(onEdit !== undefined && { onEdit })}
                >
                  {explained(fee)}
                </Line>
              )
            })}
          </tbody>
        ))}
      </table>
    </div>
  )
}

function Head({ editable }: { readonly editable: boolean }) {
  return (
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
          {t('invoice.taxes')}
        </th>
        <th scope="col" className="pb-1.5 pl-3 text-right font-medium">
          {t('common.amount')}
        </th>
        {editable && (
          <td className="w-0 pb-1.5">
            <span className="sr-only">{t('invoice.edit_line')}</span>
          </td>
        )}
      </tr>
    </thead>
  )
}

function GroupHead({
  invoice,
  group,
  zone,
  columns,
}: {
  readonly invoice: Invoice
  readonly group: FeeGroup
  readonly zone: string
  readonly columns: number
}) {
  const id = group.subscription ?? ''
  const subscription = invoice.subscriptions?.find(candidate => candidate.external_id === id)
  return (
    <tr className="border-b border-rule">
      <th scope="rowgroup" colSpan={columns} className="pt-4 pb-1.5 text-left font-medium">
        {subscription?.name || subscription?.plan_code || id}
        <span className="ml-2 font-normal text-faint">
          {id}
          {group.from !== null && group.to !== null && ` · ${formatPeriod(group.from, group.to, zone)}`}
        </span>
      </th>
    </tr>
  )
}

interface LineProps {
  readonly id: string
  readonly fee: Fee
  readonly columns: number
  readonly isOpen: boolean
  readonly isEdited: boolean
  readonly onToggle: () => void
  readonly onEdit?: (fee: Fee) => void
  /** What it was computed from. */
  readonly children: ReactNode
}

function Line({ id, fee, columns, isOpen, isEdited, onToggle, onEdit, children }: LineProps) {
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
              <span className="flex flex-wrap items-center gap-x-2">
                {feeName(fee)}
                {isEdited && <Badge tone="warn">{t('invoice.edited')}</Badge>}
              </span>
              <span className="block text-sm text-faint">{kindOf(fee)}</span>
            </span>
          </button>
        </td>
        <td className="px-3 py-2 text-right tabular">{formatUnits(fee.units)}</td>
        <td className="hidden px-3 py-2 text-right tabular sm:table-cell">
          {formatUnitPrice(fee.precise_unit_amount, currency)}
        </td>
        <td className="hidden px-3 py-2 text-right text-soft tabular md:table-cell">
          {fee.taxes_rate === 0 ? '–' : formatRate(fee.taxes_rate)}
        </td>
        <td className="py-2 pl-3 text-right">
          <Money cents={fee.amount_cents} currency={currency} className="font-medium" />
        </td>
        {onEdit !== undefined && (
          <td className="py-0.5 text-right">
            {isEditable(fee) && (
              <IconButton
                label={t('invoice.edit_named', { name: feeName(fee) })}
                icon={Pencil}
                onClick={() => onEdit(fee)}
              />
            )}
          </td>
        )}
      </tr>
      {isOpen && (
        <tr className="border-b border-rule">
          <td id={`explain-${id}`} colSpan={columns} className="pb-4 pl-5">
            {children}
          </td>
        </tr>
      )}
    </>
  )
}

/** What tops up another line, or the whole invoice, follows from the others. */
function isEditable(fee: Fee): boolean {
  return fee.lago_true_up_parent_fee_id === null && fee.item.type !== 'commitment' && fee.lago_id !== null
}

function kindOf(fee: Fee): string {
  return [
    tWord('fee_type', fee.item.type),
    fee.lago_true_up_parent_fee_id !== null && t('invoice.true_up'),
    fee.event_transaction_id != null && t('invoice.of_event', { id: fee.event_transaction_id }),
  ]
    .filter(part => part !== false)
    .join(' · ')
}
