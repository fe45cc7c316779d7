import type { CreditNote } from '../../api/types.ts'
import { useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { noteColumns } from '../credit-notes/note-table.tsx'
import { AppliedCoupons } from './applied-coupons.tsx'
import type { CustomerProps } from './reads.ts'

/** What reduces invoices: coupons that were applied and credit notes that were issued. */
export function Credits({ customer }: CustomerProps) {
  const query = { external_customer_id: customer.external_id, per_page: 50 }
  const notes = useGet<{ credit_notes: CreditNote[] }>('/credit_notes', query)
  return (
    <>
      <AppliedCoupons customer={customer} />
      <Section title={t('customer.credit_notes.title')}>
        <Load query={notes}>
          {data =>
            data.credit_notes.length === 0 ? (
              <p className="text-soft">{t('customer.credit_notes.empty')}</p>
            ) : (
              <Notes rows={data.credit_notes} />
            )
          }
        </Load>
      </Section>
    </>
  )
}

function Notes({ rows }: { readonly rows: readonly CreditNote[] }) {
  const href = useOrgHref()
  return (
    <Table
      label={t('customer.credit_notes.title')}
      rows={rows}
      rowKey={note => note.lago_id}
      href={note => href(paths.creditNote(note.lago_id))}
      columns={noteColumns('customer')}
    />
  )
}
