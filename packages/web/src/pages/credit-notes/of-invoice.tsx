import type { CreditNote, Invoice } from '../../api/invoices.ts'
import { useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import type { Offer } from '../invoices/offers.ts'
import { noteColumns } from './note-table.tsx'

/** The credit notes that were issued on an invoice. */
export function useNotesOf(invoice: Invoice) {
  return useGet<{ credit_notes: CreditNote[] }>('/credit_notes', {
    invoice_number: invoice.number,
    external_customer_id: invoice.customer?.external_id,
    per_page: 100,
  })
}

export function InvoiceCreditNotes({
  invoice,
  offers,
}: {
  readonly invoice: Invoice
  readonly offers: ReadonlySet<Offer>
}) {
  const notes = useNotesOf(invoice)
  const href = useOrgHref()
  const navigate = useOrgNavigate()
  return (
    <Section
      title={t('notes.title')}
      actions={
        offers.has('credit_note') && (
          <Button onClick={() => navigate(paths.newCreditNote(invoice.lago_id))}>{t('note.issue')}</Button>
        )
      }
    >
      <Load query={notes}>
        {data =>
          data.credit_notes.length === 0 ? (
            <p className="text-soft">{t('notes.none_of_invoice')}</p>
          ) : (
            <Table
              label={t('notes.title')}
              rows={data.credit_notes}
              columns={noteColumns('invoice')}
              rowKey={note => note.lago_id}
              href={note => href(paths.creditNote(note.lago_id))}
            />
          )
        }
      </Load>
    </Section>
  )
}
