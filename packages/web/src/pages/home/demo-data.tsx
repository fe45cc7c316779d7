import { Sparkles } from 'lucide-react'
import type { DemoSummary } from '../../api/demo.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCount } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Section } from '../../ui/page.tsx'
import { Progress } from '../../ui/progress.tsx'
import type { DemoLoad } from './demo-load.ts'

/** Of an empty sandbox: a year of somebody else's business to look at. */
export function DemoOffer({ onStart }: { readonly onStart: () => void }) {
  return (
    <Section title={t('home.demo.title')}>
      <p className="max-w-prose pb-4 text-soft">{t('home.demo.text')}</p>
      <Button kind="primary" icon={Sparkles} onClick={onStart}>
        {t('home.demo.load')}
      </Button>
    </Section>
  )
}

/** The year as it goes by, then what was made of it. */
export function DemoStory({ load, onDismiss }: { readonly load: DemoLoad; readonly onDismiss: () => void }) {
  const { progress, summary, error } = load
  const title = error !== undefined ? t('home.demo.failed') : summary ? t('home.demo.done') : t('home.demo.running')
  return (
    <Section
      title={title}
      actions={
        (summary !== undefined || error !== undefined) && (
          <Button kind="quiet" onClick={onDismiss}>
            {t('common.close')}
          </Button>
        )
      }
    >
      <div role="status" aria-live="polite">
        {error !== undefined && <p className="max-w-prose text-bad">{error}</p>}
        {error === undefined && summary === undefined && (
          <>
            <Progress label={t('home.demo.running')} share={progress?.share ?? 0} />
            <p className="flex max-w-xl flex-wrap justify-between gap-x-6 pt-2">
              <span>{progress?.tells ?? t('home.demo.beginning')}</span>
              {progress !== undefined && <span className="text-soft tabular">{formatDate(progress.day)}</span>}
            </p>
            <p className="pt-3 text-sm text-soft">{t('home.demo.wait')}</p>
          </>
        )}
        {error === undefined && summary !== undefined && <Made summary={summary} />}
      </div>
    </Section>
  )
}

function Made({ summary }: { readonly summary: DemoSummary }) {
  const items = [
    [summary.customers, t('home.demo.customers'), paths.customers],
    [summary.subscriptions, t('home.demo.subscriptions'), paths.subscriptions],
    [summary.invoices, t('home.demo.invoices'), paths.invoices],
    [summary.payments, t('home.demo.payments'), paths.payments],
    [summary.credit_notes, t('home.demo.credit_notes'), paths.creditNotes],
    [summary.events, t('home.demo.events'), paths.events],
  ] as const
  return (
    <>
      <p className="max-w-prose pb-4 text-soft">{t('home.demo.made', { seconds: Math.ceil(summary.seconds) })}</p>
      <dl className="grid max-w-3xl grid-cols-2 gap-x-8 gap-y-3 sm:grid-cols-3">
        {items.map(([count, label, to]) => (
          <div key={label} className="flex flex-row-reverse justify-end gap-2">
            <dt className="text-soft">
              <OrgLink to={to} className="text-accent hover:underline">
                {label}
              </OrgLink>
            </dt>
            <dd className="font-semibold tabular">{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
