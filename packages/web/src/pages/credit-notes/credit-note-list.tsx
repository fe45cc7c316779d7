import type { CreditNote } from '../../api/invoices.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useUrlState } from '../../app/url-state.ts'
import { t, tWord } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { DateRange, FilterSelect } from '../../ui/filters.tsx'
import { Chips, ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { ExportButton } from '../exports/export-button.tsx'
import { useNoteMenu } from './note-menu.tsx'
import { noteColumns } from './note-table.tsx'
import { REASONS } from './reasons.ts'

const CREDIT_STATUSES = ['available', 'consumed', 'voided']
const REFUND_STATUSES = ['pending', 'succeeded', 'failed']

export default function CreditNoteList() {
  const [state] = useUrlState()
  const href = useOrgHref()
  const menu = useNoteMenu()
  const filters = {
    ...(state.type !== undefined && { types: [state.type] }),
    credit_status: state.credit_status,
    refund_status: state.refund_status,
    reason: state.reason,
    issuing_date_from: state.from,
    issuing_date_to: state.to,
  }
  return (
    <>
      <PageHeader
        title={t('notes.title')}
        actions={
          <ExportButton
            list="/credit_notes"
            types={['credit_notes', 'credit_note_items']}
            filters={{ ...filters, search_term: state.search }}
          />
        }
      />
      <div className="pb-3">
        <Chips
          label={t('notes.kinds')}
          name="type"
          options={[
            ['', t('common.all')],
            ['credit', t('notes.kind.credit')],
            ['refund', t('notes.kind.refund')],
            ['offset', t('notes.kind.offset')],
          ]}
        />
      </div>
      <ListPage
        label={t('notes.title')}
        path="/credit_notes"
        root="credit_notes"
        columns={[...noteColumns(), menu.column]}
        rowKey={note => note.lago_id}
        href={(note: CreditNote) => href(paths.creditNote(note.lago_id))}
        searchLabel={t('invoices.search')}
        filterKeys={['type', 'credit_status', 'refund_status', 'reason', 'from', 'to']}
        filters={filters}
        controls={
          <>
            <FilterSelect
              name="credit_status"
              label={t('notes.any_credit')}
              options={CREDIT_STATUSES.map(word => [word, tWord('credit_note_credit', word)])}
            />
            <FilterSelect
              name="refund_status"
              label={t('notes.any_refund')}
              options={REFUND_STATUSES.map(word => [word, tWord('refund_status', word)])}
            />
            <FilterSelect
              name="reason"
              label={t('notes.any_reason')}
              options={REASONS.map(word => [word, tWord('note_reason', word)])}
            />
            <DateRange />
          </>
        }
        empty={
          <Empty
            title={t('notes.empty.title')}
            text={t('notes.empty.text')}
            call={apiCall('POST', '/credit_notes', {
              credit_note: {
                invoice_id: '…',
                credit_amount_cents: 1000,
                items: [{ fee_id: '…', amount_cents: 1000 }],
              },
            })}
          />
        }
      />
      {menu.dialogs}
    </>
  )
}
