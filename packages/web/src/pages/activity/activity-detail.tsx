import type { ActivityLog, Json } from '../../api/audit.ts'
import { t } from '../../messages/index.ts'
import { Facts } from '../../ui/page.tsx'
import { ChangeList } from './change-list.tsx'
import { changesOf, factsOf } from './changes.ts'
import { objectOf, readingOf } from './happening.ts'
import { isObject, keyInWords, valueInWords } from './value-words.ts'

/** What changed, each value before and after; of what is no change, how the object stood then. */
export function ActivityDetail({ log, zone }: { readonly log: ActivityLog; readonly zone: string | undefined }) {
  const reading = readingOf(log, zone)
  const changes = changesOf(log, reading)
  if (changes.length > 0) return <ChangeList changes={changes} />
  const object = objectOf(log)
  const facts =
    log.activity_type === 'email.sent' ? lettersOf(object.email, object.status, object.error) : factsOf(object, reading)
  if (facts.length === 0) return <p className="text-soft">{t('activity.no_changes')}</p>
  return (
    <div className="max-w-xl">
      <Facts items={facts} />
    </div>
  )
}

/** An e-mail: to whom, about what, and whether it went out. */
function lettersOf(email: Json | undefined, status: Json | undefined, error: Json | undefined) {
  const reading = { currency: undefined, zone: undefined, statusKind: 'email_status' }
  const parts = isObject(email) ? email : {}
  const message = isObject(error) ? error.message : undefined
  const lines: readonly (readonly [string, Json | undefined])[] = [
    ['status', status],
    ...['subject', 'to', 'cc', 'bcc', 'body_preview'].map((key): [string, Json | undefined] => [key, parts[key]]),
    ['error', message],
  ]
  return lines.flatMap(([key, value]): [string, string][] => {
    const isEmpty =
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
    return isEmpty ? [] : [[keyInWords(key), valueInWords(key, value, reading)]]
  })
}
