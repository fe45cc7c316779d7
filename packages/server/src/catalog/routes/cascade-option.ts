import type { FastifyRequest } from 'fastify'
import { boolean, isRecord } from '../../platform/http/input.ts'

/**
 * Whether a deletion is to reach the private copies of the plan: `cascade_updates` below the root of the body, which such
 * a request need not have, or in the query string, as `charge[cascade_updates]=true`.
 */
export function readCascade(
  request: Pick<FastifyRequest, 'body' | 'query'>,
  root: string,
): { readonly cascade_updates: boolean | null } {
  const body = isRecord(request.body) ? request.body[root] : undefined
  const query = isRecord(request.query) ? request.query[`${root}[cascade_updates]`] : undefined
  const given = isRecord(body) ? (body.cascade_updates ?? query) : query
  return { cascade_updates: boolean(given ?? false) }
}
