import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { ActivityLog } from '../../api/audit.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { formatInstant } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { Code } from '../../ui/code.tsx'
import { Table } from '../../ui/table.tsx'
import { ActivityDetail } from './activity-detail.tsx'
import { actorOf, amountOf, happeningInWords, readingOf, subjectOf } from './happening.ts'

interface Props {
  readonly rows: readonly ActivityLog[]
  readonly zone: string | undefined
  readonly loading?: boolean
  /** The page's own object: it is not named again in each line. */
  readonly subjectId?: string | undefined
  /** Lets those who call the API see what it answers. */
  readonly raw?: boolean
}

/** What happened, latest first; each line opens to what changed. */
export function ActivityTable({ rows, zone, loading = false, subjectId, raw = false }: Props) {
  return (
    <Table
      label={t('activity.tab')}
      rows={rows}
      loading={loading}
      rowKey={log => log.activity_id}
      columns={[
        {
          key: 'when',
          head: t('activity.when'),
          wide: true,
          className: 'w-44 text-soft tabular whitespace-nowrap',
          cell: log => formatInstant(log.logged_at, zone),
        },
        {
          key: 'what',
          head: t('activity.what'),
          className: 'max-md:pl-0',
          cell: log => <Happening log={log} zone={zone} subjectId={subjectId} raw={raw} />,
        },
        {
          key: 'who',
          head: t('activity.who'),
          wide: true,
          className: 'w-56 text-soft',
          cell: log => <span className="break-all">{actorOf(log)}</span>,
        },
      ]}
    />
  )
}

function Happening({
  log,
  zone,
  subjectId,
  raw,
}: {
  readonly log: ActivityLog
  readonly zone: string | undefined
  readonly subjectId: string | undefined
  readonly raw: boolean
}) {
  const [open, setOpen] = useState(false)
  const subject = log.resource_id === subjectId ? undefined : subjectOf(log)
  const amount = amountOf(log, readingOf(log, zone))
  const id = `activity-${log.activity_id}`
  return (
    <>
      <div className="flex flex-wrap items-start gap-x-2 pl-5">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className="-ml-5 flex items-start gap-1 text-left font-medium hover:text-accent"
        >
          <ChevronRight
            size={15}
            aria-hidden
            className={cx('mt-1 shrink-0 text-faint transition-transform', open && 'rotate-90')}
          />
          {happeningInWords(log)}
        </button>
        {subject !== undefined &&
          (subject.to === undefined ? (
            <span className="text-soft">{subject.name}</span>
          ) : (
            <OrgLink
              to={subject.to}
              {...(subject.search && { search: subject.search })}
              className="text-soft hover:text-accent hover:underline"
            >
              {subject.name}
            </OrgLink>
          ))}
        {amount !== undefined && <span className="text-faint tabular">{amount}</span>}
      </div>
      <p className="pl-5 text-sm text-faint md:hidden">
        {formatInstant(log.logged_at, zone)} · <span className="break-all">{actorOf(log)}</span>
      </p>
      {open && (
        <div id={id} className="flex flex-col gap-3 pt-2 pb-3 pl-5">
          <ActivityDetail log={log} zone={zone} />
          {raw && (
            <details>
              <summary className="w-fit cursor-pointer text-sm text-soft hover:text-ink">{t('activity.raw')}</summary>
              <div className="max-w-3xl pt-2">
                <Code label={t('activity.raw')}>{JSON.stringify(log, null, 2)}</Code>
              </div>
            </details>
          )}
        </div>
      )}
    </>
  )
}
