import type { FastifyRequest } from 'fastify'
import { boolean, isRecord } from '../../platform/http/input.ts'

/**
 * Whether a deletion is to reach the private copies of the plan: `cascade_updates` below the root of the body, which such
 * a request need not have, or in the query string, as `charge[cascade_updates]=true`.
 */
export function readCascade(
  { body, query }: Pick<FastifyRequest, 'body' | 'query'>,
  root: string,
): { readonly cascade_updates: boolean | null } {
  const given = [body, query].map(source => {
    const input = isRecord(source) ? source[root] : undefined
    return isRecord(input) ? input.cascade_updates : undefined
  })
  return { cascade_updates: boolean(given[0] ?? given[1] ?? false) }
}
