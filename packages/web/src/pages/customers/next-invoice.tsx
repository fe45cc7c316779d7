import { useState } from 'react'
import type { Invoice, Subscription } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatUnits } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { Select } from '../../ui/field.tsx'
import { Load } from '../../ui/load.tsx'
import { Money } from '../../ui/money.tsx'
import { Section } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { feeName } from '../invoices/fee-name.ts'
import { InvoiceTotals } from '../invoices/totals.tsx'
import { type CustomerProps, useNextInvoice } from './reads.ts'

/** The invoice of the running period before it exists. */
export function NextInvoice({ customer, active }: CustomerProps & { readonly active: readonly Subscription[] }) {
  const [chosen, setChosen] = useState(active[0]?.external_id)
  const subscription = active.find(({ external_id }) => external_id === chosen) ?? active[0]
  const next = useNextInvoice(customer, subscription)
  return (
    <Section
      title={t('customer.next_invoice.title')}
      actions={
        active.length > 1 && (
          <Select
            aria-label={t('customer.next_invoice.choose')}
            className="w-auto!"
            value={subscription?.external_id}
            onChange={event => setChosen(event.target.value)}
          >
            {active.map(({ external_id: id, name, plan_code: plan }) => (
              <option key={id} value={id}>
                {name ?? plan} · {id}
              </option>
            ))}
          </Select>
        )
      }
    >
      <Load query={next}>{({ invoice }) => <Preview invoice={invoice} />}</Load>
    </Section>
  )
}

function Preview({ invoice }: { readonly invoice: Invoice }) {
  const fees = (invoice.fees ?? []).filter(fee => fee.amount_cents !== 0 || fee.item.type === 'subscription')
  return (
    <>
      <p className="pb-3 text-soft">
        {t('customer.next_invoice.on', { date: formatDate(invoice.issuing_date) })}. {t('customer.next_invoice.live')}
      </p>
      <Table
        label={t('customer.next_invoice.title')}
        rows={fees.map((fee, index) => ({ fee, index }))}
        rowKey={({ index }) => String(index)}
        columns={[
          { key: 'item', head: t('common.name'), cell: ({ fee }) => feeName(fee) },
          { key: 'units', head: t('common.units'), numeric: true, cell: ({ fee }) => formatUnits(fee.units) },
          {
            key: 'amount',
            head: t('common.amount'),
            numeric: true,
            cell: ({ fee }) => <Money cents={fee.amount_cents} currency={fee.amount_currency} />,
          },
        ]}
      />
      <InvoiceTotals invoice={invoice} />
    </>
  )
}
