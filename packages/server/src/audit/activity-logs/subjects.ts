import type { Ctx } from '../../platform/context.ts'
import type { Printed } from './changes.ts'

/** Whom an activity is about: what its lists are filtered by. */
export interface Subject {
  readonly resourceType: string
  readonly resourceId: string
  readonly externalCustomerId?: string | null
  readonly externalSubscriptionId?: string | null
  readonly object: Printed
}

/**
 * Finds objects as they are in `ctx`, by their ids, with a number of queries that does not grow with them. An object that is
 * gone, or that nobody may see, is left out: nothing is logged of it.
 *
 * @param after given by background work that asks how the objects were before: how they are now. What only people change of them
 * may be taken from there
 */
export type FindSubjects = (
  ctx: Ctx,
  ids: readonly string[],
  after?: ReadonlyMap<string, Subject>,
) => Promise<ReadonlyMap<string, Subject>>

/** The ids of customers as their owners know them. */
export async function externalCustomerIds(ctx: Ctx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('customers')
    .select(['id', 'external_id'])
    .where('organization_id', '=', ctx.org.id)
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Map(rows.map(row => [row.id, row.external_id]))
}
