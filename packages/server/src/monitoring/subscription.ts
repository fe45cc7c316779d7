import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { findByExternalId, readStatus, type Subscription } from '../subscriptions/index.ts'

/**
 * The subscription that a path names: the active one, or the one with the status the query asks for.
 *
 * @throws 404 `subscription_not_found`
 */
export async function requireSubscription(
  ctx: Ctx,
  externalId: string,
  query: Record<string, unknown>,
): Promise<Subscription> {
  const subscription = await findByExternalId(ctx, externalId, readStatus(query))
  if (subscription === undefined) throw notFound('subscription')
  return subscription
}
