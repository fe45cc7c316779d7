import { useState } from 'react'
import { apiCall } from '../../app/api-call.ts'
import { t } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { Code } from '../../ui/code.tsx'

interface Counted {
  readonly code: string
  readonly aggregation_type: string
  readonly field_name: string | null
  readonly recurring: boolean
  readonly expression: string | null
  readonly filters: readonly { readonly key: string; readonly values: readonly string[] }[]
}

/** The properties that an expression reads. */
export function propertiesOf(expression: string): string[] {
  const names = [...expression.matchAll(/event\.properties\.([A-Za-z]\w*)/g)].map(([, name = '']) => name)
  return [...new Set(names)]
}

/** What an event has to carry to count for a metric. */
export function samplePropertiesOf(metric: Counted): Record<string, unknown> {
  const { aggregation_type: type, expression, field_name: field } = metric
  const measured: Record<string, unknown> = {}
  if (expression !== null && expression !== '') for (const name of propertiesOf(expression)) measured[name] = 10
  else if (type !== 'count_agg' && field !== null && field !== '') {
    measured[field] = type === 'unique_count_agg' ? 'user_42' : 10
  }
  return {
    ...measured,
    ...(type === 'unique_count_agg' && metric.recurring && { operation_type: 'add' }),
    ...Object.fromEntries(
      metric.filters
        .filter(({ key, values }) => key !== '' && values.length > 0)
        .map(({ key, values }) => [key, values[0]]),
    ),
  }
}

/** How an event of a metric is sent, with curl and with the official client. */
export function SampleEvent({ metric }: { readonly metric: Counted }) {
  const [way, setWay] = useState<'curl' | 'sdk'>('curl')
  const event = {
    transaction_id: 'your-own-id-1',
    external_subscription_id: 'acme-1',
    code: metric.code === '' ? 'code' : metric.code,
    properties: samplePropertiesOf(metric),
  }
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <h2 className="text-lg font-semibold">{t('metric.section.code')}</h2>
        <div className="flex gap-1">
          {(['curl', 'sdk'] as const).map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={way === one}
              onClick={() => setWay(one)}
              className={cx(
                'h-7 rounded-full px-3 text-sm font-medium',
                way === one ? 'bg-ink text-paper' : 'text-soft hover:bg-sunk hover:text-ink',
              )}
            >
              {t(`metric.sample.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <Code label={t('metric.section.code')}>
        {way === 'curl' ? apiCall('POST', '/events', { event }) : sdkCall(event)}
      </Code>
      <p className="text-sm text-faint">{t('metric.sample_hint')}</p>
    </div>
  )
}

function sdkCall(event: object): string {
  return [
    "import { Client } from 'lago-javascript-client'",
    '',
    `const client = Client(process.env.WEIR_API_KEY, { baseUrl: '${location.origin}/api/v1' })`,
    `await client.events.createEvent(${JSON.stringify({ event }, null, 2)})`,
  ].join('\n')
}
