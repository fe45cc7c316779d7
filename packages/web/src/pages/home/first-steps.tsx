import { CheckCircle2, Circle, KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { OrgLink } from '../../app/org-link.tsx'
import { useConsoleApi, useIsAdmin } from '../../app/organization.ts'
import { type MessageKey, t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Code } from '../../ui/code.tsx'
import { Section } from '../../ui/page.tsx'
import { reasonOf } from '../../ui/reason.ts'
import { toast } from '../../ui/toast.tsx'

const KEY_VARIABLE = '$WEIR_API_KEY'

export interface Step {
  readonly key: 'metric' | 'plan' | 'customer' | 'subscription' | 'event'
  readonly done: boolean
  /** The form that does the same, where there is one and what it needs is there. */
  readonly form?: string | undefined
  readonly call: string
}

/** Five calls from nothing to usage; the next one is open. */
export function FirstSteps({ steps }: { readonly steps: readonly Step[] }) {
  const next = steps.find(step => !step.done)
  const [key, setKey] = useState<string>()
  return (
    <Section title={t('home.start.title')}>
      <p className="max-w-prose pb-4 text-soft">{t('home.start.text')}</p>
      <KeyForCalls apiKey={key} onMade={setKey} />
      <ol className="max-w-3xl">
        {steps.map((step, index) => {
          const Icon = step.done ? CheckCircle2 : Circle
          return (
            <li key={step.key} className="border-t border-rule py-3">
              <details open={step.key === next?.key}>
                <summary className="flex cursor-pointer items-start gap-3">
                  <Icon
                    size={19}
                    strokeWidth={1.75}
                    aria-hidden
                    className={step.done ? 'mt-0.5 text-good' : 'mt-0.5 text-faint'}
                  />
                  <span>
                    <span className="font-medium">
                      {index + 1}. {t(`home.step.${step.key}` as 'home.step.metric')}
                    </span>
                    {step.done && <span className="ml-2 text-sm text-good">{t('home.step.done')}</span>}
                    <span className="block text-soft">
                      {t(`home.step.${step.key}_text` as MessageKey as 'home.step.metric_text')}
                    </span>
                  </span>
                </summary>
                <div className="pt-3 pl-8">
                  {step.form !== undefined && (
                    <p className="pb-3">
                      <OrgLink
                        to={step.form}
                        className="inline-flex items-center gap-1.5 font-medium text-accent hover:underline"
                      >
                        <Plus size={15} strokeWidth={1.75} aria-hidden />
                        {t('home.step.form')}
                      </OrgLink>
                    </p>
                  )}
                  <Code label={t('common.api_call')}>{step.call.replace(KEY_VARIABLE, key ?? KEY_VARIABLE)}</Code>
                </div>
              </details>
            </li>
          )
        })}
      </ol>
    </Section>
  )
}

/** The calls need a key: a new one is put into them, or stands in a variable of the terminal. */
function KeyForCalls({
  apiKey,
  onMade,
}: {
  readonly apiKey: string | undefined
  readonly onMade: (key: string) => void
}) {
  const api = useConsoleApi()
  const isAdmin = useIsAdmin()
  const [busy, setBusy] = useState(false)
  if (apiKey !== undefined) return <p className="pb-5 text-good">{t('home.key.filled')}</p>
  const make = async () => {
    setBusy(true)
    try {
      const { api_key: made } = await api.post<{ api_key: { value: string } }>('/api_keys', {
        name: t('home.key.name'),
      })
      onMade(made.value)
    } catch (error) {
      toast(reasonOf(error), 'bad')
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="flex flex-wrap items-center gap-3 pb-5">
      {isAdmin && (
        <Button icon={KeyRound} busy={busy} onClick={() => void make()}>
          {t('home.key.make')}
        </Button>
      )}
      <span className="text-soft">{t('home.key', { variable: KEY_VARIABLE })}</span>
    </div>
  )
}
