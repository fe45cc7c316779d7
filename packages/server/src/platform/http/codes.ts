import type { FastifyInstance } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { readRoot } from './input.ts'

/** The two ways a code is found in a path: as one segment, or as everything that is left. */
export interface CodeParams {
  readonly code?: string
  readonly '*'?: string
}

/** No stored code has a NUL character, and the database refuses to be asked for one. */
export function codeOf(params: CodeParams): string {
  return (params.code ?? params['*'] ?? '').replaceAll('\0', '\ufffd')
}

/** Codes may contain slashes: where no other path fits, all that follows the collection is the code. */
export function routeByCode<Route extends { Params: CodeParams }>(
  api: FastifyInstance,
  collection: string,
  route: Omit<Parameters<typeof api.route<Route>>[0], 'url'>,
): void {
  api.route<Route>({ ...route, url: `${collection}/:code` })
  api.route<Route>({ ...route, url: `${collection}/*`, schema: { hide: true } })
}

/**
 * Reads the root of a body below an object that is named in the path: when both are missing, it is the object that is
 * reported.
 */
export async function readRootBelow<T extends TSchema>(
  body: unknown,
  root: string,
  schema: T,
  requireParents: () => Promise<unknown>,
): Promise<Static<T>> {
  try {
    return readRoot(body, root, schema)
  } catch (missing) {
    await requireParents()
    throw missing
  }
}
