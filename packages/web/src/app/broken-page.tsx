import type { ErrorComponentProps } from '@tanstack/react-router'
import { ApiFailure } from '../api/client.ts'
import { t } from '../messages/index.ts'
import { Button } from '../ui/button.tsx'
import { Empty, Failure } from '../ui/empty.tsx'

/** In the place of a page that failed. */
export function BrokenPage({ error, reset }: ErrorComponentProps) {
  if (error instanceof ApiFailure) return <Failure page error={error} onRetry={reset} />
  return (
    <div className="p-6">
      <Empty
        page
        title={t('error.page.title')}
        text={t('error.page.text')}
        action={<Button onClick={() => location.reload()}>{t('common.retry')}</Button>}
      />
    </div>
  )
}

export function MissingPage() {
  return (
    <div className="p-6">
      <Empty page title={t('error.not_found.title')} text={t('error.not_found.text')} />
    </div>
  )
}
