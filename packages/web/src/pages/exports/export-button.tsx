import { Download, FileDown } from 'lucide-react'
import { useState } from 'react'
import type { Api, Query } from '../../api/client.ts'
import { type DataExport, type ExportedType, isUnderWay } from '../../api/exports.ts'
import type { Meta } from '../../api/types.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatInstant } from '../../format/dates.ts'
import { formatBytes } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Buttons, Dialog } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/page.tsx'
import { Progress } from '../../ui/progress.tsx'
import { documentAddress } from '../invoices/document-address.ts'
import { filterWords } from './filter-words.ts'

interface ExportProps {
  /** The list that is exported, and what its rows may be. */
  readonly list: '/invoices' | '/credit_notes'
  readonly types: readonly ExportedType[]
  /** As the list is filtered now, search included. */
  readonly filters: Query
}

const COUNTS = { '/invoices': 'export.count_invoices', '/credit_notes': 'export.count_notes' } as const
const LOOK_MS = 700

/** Has the list, as it is filtered, written into a file. */
export function ExportButton(props: ExportProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button icon={FileDown} onClick={() => setOpen(true)}>
        {t('export.open')}
      </Button>
      {isOpen && <ExportDialog {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

function ExportDialog({ list, types, filters, onClose }: ExportProps & { readonly onClose: () => void }) {
  const [started, setStarted] = useState<DataExport>()
  return (
    <Dialog open onOpenChange={onClose} title={t('export.title')}>
      {started === undefined ? (
        <Choice list={list} types={types} filters={filters} onStarted={setStarted} onClose={onClose} />
      ) : (
        <Outcome started={started} list={list} onClose={onClose} />
      )}
    </Dialog>
  )
}

function Choice({
  list,
  types,
  filters,
  onStarted,
  onClose,
}: ExportProps & { readonly onStarted: (started: DataExport) => void; readonly onClose: () => void }) {
  const { currency } = useOrganization()
  const [type, setType] = useState(types[0] ?? 'invoices')
  const found = useGet<{ meta: Meta }>(list, { ...filters, per_page: 1 })
  const start = useAction(
    (api: Api, resource_type: ExportedType) =>
      api.post<{ data_export: DataExport }>('/data_exports', {
        data_export: { resource_type, format: 'csv', filters },
      }),
    { invalidates: ['data_exports'] },
  )
  const words = filterWords(filters, currency)
  const run = async () => onStarted((await start.mutateAsync(type)).data_export)
  return (
    <>
      <p className="text-xl font-semibold tabular">
        {found.data === undefined ? '…' : t(COUNTS[list], { count: found.data.meta.total_count })}
      </p>
      {words.length === 0 ? (
        <p className="-mt-2 text-soft">{t('export.of_all')}</p>
      ) : (
        <section aria-label={t('export.of')} className="-mt-2">
          <Facts items={words} />
        </section>
      )}
      <RadioGroup<ExportedType>
        label={t('export.rows_are')}
        value={type}
        onChange={setType}
        options={types.map(value => ({
          value,
          label: tWord('export_row', value),
          hint: tWord('export_hint', value),
        }))}
      />
      <Buttons>
        <EarlierExports onClose={onClose} />
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          kind="primary"
          busy={start.isPending}
          disabled={found.data === undefined}
          onClick={() => void run().catch(() => undefined)}
        >
          {t('export.start')}
        </Button>
      </Buttons>
    </>
  )
}

/** How far it has come, then the file. */
function Outcome({
  started,
  list,
  onClose,
}: {
  readonly started: DataExport
  readonly list: ExportProps['list']
  readonly onClose: () => void
}) {
  const now = useExport(started)
  const { status, total_count: total, processed_count: done, file_url: url } = now
  return (
    <>
      <div role="status" aria-live="polite" className="flex flex-col gap-2">
        {isUnderWay(now) && (
          <>
            <p className="font-medium">{t('export.writing')}</p>
            <Progress label={t('export.writing')} share={total === 0 ? 0 : done / total} />
            <p className="text-soft tabular">
              {t('export.written', { done, total: t(COUNTS[list], { count: total }) })}
            </p>
            <p className="text-sm text-faint">{t('export.may_close')}</p>
          </>
        )}
        {status === 'completed' && (
          <>
            <p className="font-medium">
              {t('export.done', { count: now.rows_count, size: formatBytes(now.byte_size) })}
            </p>
            {now.expires_at !== null && (
              <p className="text-soft">{t('export.stays', { date: formatInstant(now.expires_at) })}</p>
            )}
          </>
        )}
        {status === 'failed' && <p className="text-bad">{t('export.did_not_work', { reason: now.error ?? '' })}</p>}
      </div>
      <Buttons>
        <EarlierExports onClose={onClose} />
        <Button onClick={onClose}>{t('common.close')}</Button>
        {url !== null && (
          <Button kind="primary" icon={Download} onClick={() => location.assign(documentAddress(url))}>
            {t('export.download')}
          </Button>
        )}
      </Buttons>
    </>
  )
}

/** An export as it stands: it is looked at again while it is under way. */
export function useExport(known: DataExport): DataExport {
  const { data } = useGet<{ data_export: DataExport }>(
    `/data_exports/${known.lago_id}`,
    {},
    {
      enabled: isUnderWay(known),
      refetchInterval: ({ state }) => {
        const read = (state.data as { data_export: DataExport } | undefined)?.data_export
        return read === undefined || isUnderWay(read) ? LOOK_MS : false
      },
    },
  )
  return data?.data_export ?? known
}

function EarlierExports({ onClose }: { readonly onClose: () => void }) {
  return (
    <OrgLink
      to={paths.exports}
      onClick={onClose}
      className="mr-auto self-center text-sm text-soft hover:text-ink hover:underline"
    >
      {t('exports.earlier')}
    </OrgLink>
  )
}
