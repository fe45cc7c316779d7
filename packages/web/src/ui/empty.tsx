import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiFailure } from '../api/client.ts'
import { t } from '../messages/index.ts'
import { Button } from './button.tsx'
import { Code } from './code.tsx'

/** Nothing here yet: what to do next, with the API call that does it. */
export function Empty({
  title,
  text,
  action,
  call,
  page = false,
}: {
  readonly title: string
  readonly text?: string
  readonly action?: ReactNode
  /** The request as it is typed in a terminal. */
  readonly call?: string
  /** In the place of a whole page, whose title it is then. */
  readonly page?: boolean
}) {
  const Heading = page ? 'h1' : 'h2'
  return (
    <div className="flex max-w-2xl flex-col gap-3 py-8">
      <Heading className={page ? 'text-2xl font-semibold tracking-tight' : 'text-lg font-semibold'}>{title}</Heading>
      {text !== undefined && <p className="max-w-prose text-soft">{text}</p>}
      {action !== undefined && <div className="flex gap-2">{action}</div>}
      {call !== undefined && (
        <details className="group mt-1" open>
          <summary className="flex w-fit cursor-pointer items-center gap-1 text-sm text-soft hover:text-ink">
            <ChevronRight size={14} aria-hidden className="transition-transform group-open:rotate-90" />
            {t('common.api_call')}
          </summary>
          <div className="mt-2">
            <Code label={t('common.api_call')}>{call}</Code>
          </div>
        </details>
      )}
    </div>
  )
}

interface FailureProps {
  readonly error: unknown
  readonly onRetry?: () => void
  /** In the place of a whole page. */
  readonly page?: boolean
}

/** What could not be loaded, why, and the way to try again. Missing rights and missing objects are told apart. */
export function Failure({ error, onRetry, page = false }: FailureProps) {
  const status = error instanceof ApiFailure ? error.status : undefined
  if (status === 403) return <Empty page={page} title={t('error.no_access.title')} text={t('error.no_access.text')} />
  if (status === 404) return <Empty page={page} title={t('error.not_found.title')} text={t('error.not_found.text')} />
  const reason =
    status === undefined ? t('error.network') : status >= 500 ? t('error.server') : (error as Error).message
  return (
    <div role="alert" className="flex flex-col items-start gap-3 border-l-2 border-bad py-1 pl-4">
      <div>
        <p className="font-medium">{t('error.title')}</p>
        <p className="text-soft">{reason}</p>
      </div>
      {onRetry !== undefined && <Button onClick={onRetry}>{t('common.retry')}</Button>}
    </div>
  )
}
