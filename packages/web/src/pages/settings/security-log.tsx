import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { JsonObject, SecurityLog } from '../../api/audit.ts'
import { useOrganization } from '../../app/organization.ts'
import { useUrlState } from '../../app/url-state.ts'
import { endOfDay, formatInstant } from '../../format/dates.ts'
import { startOfDay } from '../../format/zoned.ts'
import { t, tWord } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { Empty } from '../../ui/empty.tsx'
import { DateRange, FilterSelect } from '../../ui/filters.tsx'
import { ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import type { Column } from '../../ui/table.tsx'
import { ChangeList } from '../activity/change-list.tsx'
import { type Change, differencesOf } from '../activity/changes.ts'
import { isObject } from '../activity/value-words.ts'

const TYPES = ['user', 'role', 'api_key', 'webhook_endpoint', 'billing_entity', 'integration', 'export'] as const
/** The API wants both bounds. */
const EVER = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }

const COLUMNS: readonly Column<SecurityLog>[] = [
  {
    key: 'when',
    head: t('activity.when'),
    wide: true,
    className: 'w-44 text-soft tabular whitespace-nowrap',
    cell: log => formatInstant(log.logged_at),
  },
  { key: 'what', head: t('activity.what'), className: 'max-md:pl-0', cell: log => <Happening log={log} /> },
  {
    key: 'who',
    head: t('activity.who'),
    wide: true,
    className: 'w-56 text-soft',
    cell: log => <span className="break-all">{log.user_email ?? t('security.no_user')}</span>,
  },
]

/** Who changed what may be done here, and with what they signed in. */
export default function SecurityLogPage() {
  const [state] = useUrlState()
  const { timezone } = useOrganization()
  return (
    <>
      <PageHeader title={t('security.title')} />
      <ListPage
        label={t('security.title')}
        path="/security_logs"
        root="security_logs"
        searchable={false}
        columns={COLUMNS}
        rowKey={(log: SecurityLog) => log.log_id}
        filterKeys={['type', 'from', 'to']}
        filters={{
          log_types: state.type === undefined ? undefined : [state.type],
          from_date: state.from === undefined ? EVER.from : startOfDay(state.from, timezone),
          to_date: state.to === undefined ? EVER.to : endOfDay(state.to, timezone),
        }}
        controls={
          <>
            <FilterSelect
              name="type"
              label={t('security.any_type')}
              options={TYPES.map(type => [type, t(`security_type.${type}`)])}
            />
            <DateRange />
          </>
        }
        empty={<Empty title={t('security.empty.title')} text={t('security.empty.text')} />}
      />
    </>
  )
}

function Happening({ log }: { readonly log: SecurityLog }) {
  const [open, setOpen] = useState(false)
  const id = `security-${log.log_id}`
  const about = aboutOf(log.resources ?? {})
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
          {eventInWords(log)}
        </button>
        {about !== undefined && <span className="break-all text-soft">{about}</span>}
      </div>
      <p className="pl-5 text-sm text-faint md:hidden">
        {formatInstant(log.logged_at)} · <span className="break-all">{log.user_email ?? t('security.no_user')}</span>
      </p>
      {open && (
        <div id={id} className="pt-2 pb-3 pl-5">
          <ChangeList changes={[...differencesOf(log.resources ?? {}), ...deviceOf(log)]} />
        </div>
      )}
    </>
  )
}

/** The name of the event with or without its type before it: both are known. */
function eventInWords({ log_type: type, log_event: event }: SecurityLog): string {
  return tWord('security', event.includes('.') ? event : `${type}.${event}`)
}

const NAMES = ['name', 'email', 'invitee_email', 'webhook_url', 'billing_entity_name', 'role_code', 'export_type']

function aboutOf(resources: JsonObject): string | undefined {
  const name = NAMES.map(key => resources[key]).find(value => typeof value === 'string' && value !== '')
  const { value_ending: ending } = resources
  const key = typeof ending === 'string' ? `••••${ending}` : isObject(ending) ? `••••${ending.added ?? ''}` : undefined
  return [typeof name === 'string' ? name : undefined, key].filter(Boolean).join(' ') || undefined
}

/** With what somebody was there: a line where it is known. */
function deviceOf({ device_info: device }: SecurityLog): readonly Change[] {
  const parts = [device?.browser, device?.os, device?.ip_address].filter(Boolean)
  return parts.length === 0 ? [] : [{ path: t('security.device'), before: undefined, after: parts.join(', ') }]
}
