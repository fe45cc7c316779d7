import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import type { Change } from './changes.ts'

const MOST_CHANGES = 12

/** Values, each with what it was and what it became; of what has only one side, that side. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  const [all, setAll] = useState(false)
  const shown = all ? changes : changes.slice(0, MOST_CHANGES)
  return (
    <>
      <dl className="grid max-w-3xl gap-x-6 gap-y-1.5 sm:grid-cols-[minmax(9rem,auto)_1fr]">
        {shown.map((change, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two members of a list may be called the same
          <div key={index} className="contents">
            <dt className="text-soft">{change.path}</dt>
            <dd className="flex min-w-0 flex-wrap items-baseline gap-x-2 pb-1 sm:pb-0">
              <Sides {...change} />
            </dd>
          </div>
        ))}
      </dl>
      {shown.length < changes.length && (
        <Button kind="quiet" className="-ml-3" onClick={() => setAll(true)}>
          {t('activity.more_changes', { count: changes.length - shown.length })}
        </Button>
      )}
    </>
  )
}

function Sides({ before, after, ofList = false }: Change) {
  if (before === undefined)
    return (
      <>
        <span className="font-medium break-words">{after}</span>
        {ofList && <span className="text-good">{t('activity.added')}</span>}
      </>
    )
  if (after === undefined)
    return (
      <>
        <span className="text-soft line-through">{before}</span>
        <span className="text-bad">{t('activity.removed')}</span>
      </>
    )
  return (
    <>
      <span className="min-w-0 text-soft break-words">
        <span className="sr-only">{t('activity.was')}: </span>
        {before}
      </span>
      <ArrowRight size={13} aria-hidden className="shrink-0 self-center text-faint" />
      <span className="min-w-0 font-medium break-words">
        <span className="sr-only">{t('activity.is')}: </span>
        {after}
      </span>
    </>
  )
}
