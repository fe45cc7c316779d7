import { ApiFailure } from '../api/client.ts'
import { t, tWord } from '../messages/index.ts'

/** Why the server refused, in words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ApiFailure)) return t('error.network')
  if (error.status === 403) return t('error.no_access.text')
  if (error.status >= 500) return t('error.server')
  const codes = Object.entries(error.details).map(
    ([field, list]) =>
      `${field.replaceAll('_', ' ')}: ${[list]
        .flat()
        .map(code => tWord('code', String(code)))
        .join(', ')}`,
  )
  return codes.length > 0 ? codes.join('. ') : tWord('code', error.code ?? error.message)
}

/** What may not be read by whoever is signed in. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 403
}
