import type { CreditNote } from '../../api/invoices.ts'
import { OrgLink, RowLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { formatDate } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Money } from '../../ui/money.tsx'
import { Badge, Status } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { customerName } from '../customers/name.ts'

/** What lists of credit notes show; customer and invoice are left out on their own pages. */
export function noteColumns(leaves: 'customer' | 'invoice' | 'nothing' = 'nothing'): readonly Column<CreditNote>[] {
  const customer: Column<CreditNote> = {
    key: 'customer',
    head: t('invoices.customer'),
    wide: true,
    cell: note =>
      note.customer && (
        <OrgLink to={paths.customer(note.customer.external_id)} className="hover:text-accent hover:underline">
          {customerName(note.customer)}
        </OrgLink>
      ),
  }
  const invoice: Column<CreditNote> = {
    key: 'invoice',
    head: t('note.invoice'),
    wide: true,
    cell: note => (
      <OrgLink to={paths.invoice(note.lago_invoice_id)} className="whitespace-nowrap hover:text-accent hover:underline">
        {note.invoice_number}
      </OrgLink>
    ),
  }
  return [
    {
      key: 'number',
      head: t('note.number'),
      cell: note => (
        <>
          <RowLink to={paths.creditNote(note.lago_id)} className="whitespace-nowrap">
            {note.number}
          </RowLink>
          {leaves === 'nothing' && note.customer && (
            <span className="block text-sm text-soft md:hidden">{customerName(note.customer)}</span>
          )}
        </>
      ),
    },
    ...(leaves === 'nothing' ? [customer] : []),
    ...(leaves === 'invoice' ? [] : [invoice]),
    { key: 'kind', head: t('note.gives'), cell: note => <NoteStatus note={note} /> },
    { key: 'date', head: t('invoices.issued'), wide: true, cell: note => formatDate(note.issuing_date) },
    {
      key: 'left',
      head: t('note.left'),
      numeric: true,
      wide: true,
      cell: note => <Money cents={note.balance_amount_cents} currency={note.currency} />,
    },
    {
      key: 'total',
      head: t('common.total'),
      numeric: true,
      cell: note => <Money cents={note.total_amount_cents} currency={note.currency} className="font-medium" />,
    },
  ]
}

/** What a note gives back, each with what became of it. */
export function NoteStatus({ note }: { readonly note: CreditNote }) {
  return (
    <span className="flex flex-wrap gap-1">
      {note.credit_amount_cents > 0 && note.credit_status !== null && (
        <Status kind="credit_note_credit" value={note.credit_status} />
      )}
      {note.refund_amount_cents > 0 && note.refund_status !== null && (
        <Status kind="refund_status" value={note.refund_status} />
      )}
      {note.offset_amount_cents > 0 && <Badge>{t('note.offset_done')}</Badge>}
    </span>
  )
}
