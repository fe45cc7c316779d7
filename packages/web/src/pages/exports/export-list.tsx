import { Download } from 'lucide-react'
import { type DataExport, isUnderWay } from '../../api/exports.ts'
import { apiCall } from '../../app/api-call.ts'
import { useOrganization } from '../../app/organization.ts'
import { formatInstant } from '../../format/dates.ts'
import { formatCount } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Badge } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { documentAddress } from '../invoices/document-address.ts'
import { useExport } from './export-button.tsx'
import { filterWords } from './filter-words.ts'

/** Files that were made of lists, by whom, of what, and the way to have them again. */
export default function ExportList() {
  return (
    <>
      <PageHeader title={t('exports.title')} facts={t('exports.about')} />
      <ListPage
        label={t('exports.title')}
        path="/data_exports"
        root="data_exports"
        searchable={false}
        columns={COLUMNS}
        rowKey={(row: DataExport) => row.lago_id}
        empty={
          <Empty
            title={t('exports.empty.title')}
            text={t('exports.empty.text')}
            call={apiCall('POST', '/data_exports', {
              data_export: { resource_type: 'invoices', format: 'csv', filters: { status: ['finalized'] } },
            })}
          />
        }
      />
    </>
  )
}

const COLUMNS: readonly Column<DataExport>[] = [
  {
    key: 'what',
    head: t('exports.what'),
    cell: row => (
      <>
        <span className="font-medium">{tWord('export_type', row.resource_type)}</span>
        <span className="block text-sm text-soft">
          <FilterText row={row} />
        </span>
      </>
    ),
  },
  {
    key: 'by',
    head: t('exports.by'),
    wide: true,
    cell: row => (
      <>
        <span className="whitespace-nowrap">{formatInstant(row.created_at)}</span>
        <span className="block text-sm text-soft">{row.requested_by?.name ?? t('exports.by_key')}</span>
      </>
    ),
  },
  { key: 'rows', head: t('exports.rows'), numeric: true, wide: true, cell: row => <Rows row={row} /> },
  { key: 'file', head: t('exports.file'), cell: row => <File row={row} /> },
]

function FilterText({ row }: { readonly row: DataExport }) {
  const { currency } = useOrganization()
  const words = filterWords(row.filters, currency)
  return words.length === 0 ? t('exports.all') : words.map(([name, value]) => `${name}: ${value}`).join(' · ')
}

function Rows({ row }: { readonly row: DataExport }) {
  const now = useExport(row)
  return now.status === 'completed' ? formatCount(now.rows_count) : '–'
}

function File({ row }: { readonly row: DataExport }) {
  const now = useExport(row)
  if (isUnderWay(now)) {
    return (
      <span className="block w-28 pt-2">
        <Progress label={t('export.writing')} share={now.processed_count / Math.max(now.total_count, 1)} />
      </span>
    )
  }
  if (now.status === 'failed') {
    return (
      <>
        <Badge tone="bad">{t('exports.failed')}</Badge>
        <span className="block text-sm text-soft">{now.error}</span>
      </>
    )
  }
  if (now.file_url === null) return <Badge>{t('exports.expired')}</Badge>
  return (
    <>
      <a
        href={documentAddress(now.file_url)}
        download
        aria-label={t('exports.download_of', { name: now.file_name ?? '' })}
        className="inline-flex items-center gap-1.5 font-medium whitespace-nowrap text-accent hover:underline"
      >
        <Download size={15} strokeWidth={1.75} aria-hidden />
        {t('export.download')}
      </a>
      {now.expires_at !== null && (
        <span className="block text-sm text-faint md:whitespace-nowrap">
          {t('exports.until', { date: formatInstant(now.expires_at) })}
        </span>
      )}
    </>
  )
}
