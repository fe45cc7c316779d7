import { SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { useUrlState } from '../../app/url-state.ts'
import { t, tWord } from '../../messages/index.ts'
import { CurrencyFilter } from '../../pickers/currency-filter.tsx'
import { Button } from '../../ui/button.tsx'
import { DateRange, FilterSelect, TypedFilter } from '../../ui/filters.tsx'

const TYPES = ['subscription', 'one_off', 'credit', 'progressive_billing', 'advance_charges']
const STATUSES = ['draft', 'pending', 'failed', 'finalized', 'voided']
const PAYMENT_STATUSES = ['pending', 'succeeded', 'failed']

const RARE = [
  'status',
  'payment_status',
  'partially_paid',
  'self_billed',
  'settled_by',
  'entity',
  'po_number',
  'least',
  'most',
] as const
export const FILTER_KEYS: readonly string[] = ['from', 'to', 'currency', 'type', ...RARE]

/** The filters of the list: those used daily, and the others behind a button. */
export function InvoiceFilters({
  entities,
}: {
  readonly entities: readonly { readonly code: string; readonly name: string }[]
}) {
  const [state] = useUrlState()
  const [isOpen, setOpen] = useState(RARE.some(key => state[key] !== undefined))
  const yesNo = (yes: string, no: string) => [['true', yes] as const, ['false', no] as const]
  return (
    <>
      <FilterSelect
        name="type"
        label={t('invoices.any_type')}
        options={TYPES.map(type => [type, tWord('invoice_type', type)])}
      />
      <CurrencyFilter />
      <DateRange />
      <Button kind="quiet" icon={SlidersHorizontal} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('invoices.more_filters')}
      </Button>
      {isOpen && (
        <div className="flex w-full flex-wrap items-center gap-2">
          <FilterSelect
            name="status"
            label={t('invoices.any_status')}
            options={STATUSES.map(status => [status, tWord('invoice_status', status)])}
          />
          <FilterSelect
            name="payment_status"
            label={t('invoices.any_payment')}
            options={PAYMENT_STATUSES.map(status => [status, tWord('payment_status', status)])}
          />
          <FilterSelect
            name="partially_paid"
            label={t('invoices.partially_or_not')}
            options={yesNo(t('invoices.partially'), t('invoices.not_partially'))}
          />
          <FilterSelect
            name="settled_by"
            label={t('invoices.any_settlement')}
            options={[
              ['payment', t('invoices.by_payment')],
              ['credit_note', t('invoices.by_credit_note')],
            ]}
          />
          <FilterSelect
            name="self_billed"
            label={t('invoices.self_billed_or_not')}
            options={yesNo(t('invoices.self_billed'), t('invoices.not_self_billed'))}
          />
          {entities.length > 1 && (
            <FilterSelect
              name="entity"
              label={t('invoices.any_entity')}
              options={entities.map(({ code, name }) => [code, name])}
            />
          )}
          <TypedFilter name="po_number" label={t('invoice.po_number')} className="w-40!" />
          <TypedFilter name="least" label={t('invoices.least')} className="w-32!" />
          <TypedFilter name="most" label={t('invoices.most')} className="w-32!" />
        </div>
      )}
    </>
  )
}
