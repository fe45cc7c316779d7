import { useQueryClient } from '@tanstack/react-query'
import { Clock } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Api } from '../api/client.ts'
import type { TestClock } from '../api/types.ts'
import { meQuery, useMay, useOrganization } from '../app/organization.ts'
import { useAction } from '../app/queries.ts'
import { formatInstant } from '../format/dates.ts'
import { t, tWord } from '../messages/index.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { reasonOf } from '../ui/reason.ts'

type Result = TestClock & Readonly<Record<string, unknown>> & { readonly failed?: readonly unknown[] }

/** Over every page of a sandbox: that it is one, and what time it is there. */
export function ClockBar() {
  const { test_clock_now: now } = useOrganization()
  const may = useMay()
  const [open, setOpen] = useState(false)
  return (
    <div className="sticky top-0 z-30 flex h-(--bar) items-center gap-x-4 border-b border-sandbox-line bg-sandbox-wash px-4 text-sm whitespace-nowrap text-sandbox">
      <span className="font-semibold">{t('org.sandbox')}</span>
      <span className="flex items-center gap-1.5 tabular">
        <Clock size={14} aria-hidden />
        {now === null ? t('clock.real') : `${formatInstant(now, 'UTC')} UTC`}
      </span>
      {may('organization', 'write') && (
        <button
          type="button"
          onClick={() => setOpen(true)}
          className="ml-auto rounded-sm font-medium underline underline-offset-2"
        >
          {t('clock.change')}
        </button>
      )}
      <Dialog open={open} onOpenChange={setOpen} title={t('clock.title')} description={t('clock.text')}>
        <ClockControls now={now} />
      </Dialog>
    </div>
  )
}

function ClockControls({ now }: { readonly now: string | null }) {
  const client = useQueryClient()
  const [moment, setMoment] = useState(() => toInput(now ?? new Date().toISOString()))
  const [result, setResult] = useState<Result>()
  const action = useAction(
    async (api: Api, run: (api: Api) => Promise<{ test_clock: Result }>) => {
      const { test_clock } = await run(api)
      setResult(test_clock)
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
      setMoment(toInput(test_clock.now ?? new Date().toISOString()))
    },
    { toastFailure: false },
  )
  const run = (call: (api: Api) => Promise<{ test_clock: Result }>) => {
    setResult(undefined)
    action.mutate(call)
  }
  const advance = (to: string) =>
    run(async api => {
      // A clock that never stood still starts from the real time.
      if (now === null) await api.put('/test_clock', { test_clock: { now: new Date().toISOString() } })
      return api.post('/test_clock/advance', { test_clock: { to } })
    })
  const after = (step: (date: Date) => void) => {
    const date = new Date(now ?? Date.now())
    step(date)
    advance(date.toISOString())
  }
  const busy = action.isPending
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap gap-2">
        <Button disabled={busy} onClick={() => after(date => date.setUTCDate(date.getUTCDate() + 1))}>
          + {t('clock.advance_day')}
        </Button>
        <Button disabled={busy} onClick={() => after(date => date.setUTCDate(date.getUTCDate() + 7))}>
          + {t('clock.advance_week')}
        </Button>
        <Button disabled={busy} onClick={() => after(date => date.setUTCMonth(date.getUTCMonth() + 1))}>
          + {t('clock.advance_month')}
        </Button>
      </div>
      <Field label={t('clock.to')}>
        <Input type="datetime-local" step={1} value={moment} onChange={event => setMoment(event.target.value)} />
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" busy={busy} onClick={() => advance(`${moment}Z`)}>
          {t('clock.advance')}
        </Button>
        <Button
          disabled={busy}
          onClick={() => run(api => api.put('/test_clock', { test_clock: { now: `${moment}Z` } }))}
        >
          {t('clock.set')}
        </Button>
        {now !== null && (
          <>
            <Button disabled={busy} onClick={() => run(api => api.post('/test_clock/run'))}>
              {t('clock.run')}
            </Button>
            <Button kind="quiet" disabled={busy} onClick={() => run(api => api.delete('/test_clock'))}>
              {t('clock.reset')}
            </Button>
          </>
        )}
      </div>
      <div role="status" aria-live="polite">
        {busy && <p className="text-soft">{t('clock.running')}</p>}
        {action.isError && <p className="text-bad">{reasonOf(action.error)}</p>}
        {result !== undefined && <Outcome result={result} />}
      </div>
    </div>
  )
}

/** What moving the clock did: the counts that the API gives, those that are zero left out. */
function Outcome({ result }: { readonly result: Result }) {
  const counts = Object.entries(result).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
  )
  const failed = result.failed?.length ?? 0
  const time: ReactNode = result.now === null ? t('clock.real') : `${formatInstant(result.now, 'UTC')} UTC`
  return (
    <div className="border-l-2 border-accent pl-3">
      <p className="font-medium">{t('clock.done', { now: String(time) })}</p>
      {counts.length === 0 ? (
        <p className="text-soft">{t('clock.nothing')}</p>
      ) : (
        <ul>
          {counts.map(([name, count]) => (
            <li key={name} className="flex justify-between gap-4">
              <span className="text-soft first-letter:uppercase">{tWord('clock.count', name)}</span>
              <span className="tabular">{count}</span>
            </li>
          ))}
        </ul>
      )}
      {failed > 0 && <p className="text-bad">{t('clock.failed', { count: failed })}</p>}
    </div>
  )
}

/** What the browser's input takes: no zone, and here it means UTC. */
function toInput(instant: string): string {
  return new Date(instant).toISOString().slice(0, 19)
}
