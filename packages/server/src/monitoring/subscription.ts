import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { findByExternalId, type Subscription } from '../subscriptions/index.ts'

/**
 * The subscription that a path names: the active one, or the one with the status the query asks for.
 *
 * @throws 404 `subscription_not_found`
 */
export async function requireSubscription(
  ctx: Ctx,
  externalId: string,
  query: Readonly<Record<string, unknown>>,
): Promise<Subscription> {
  const status = query.subscription_status ?? query.status ?? 'active'
  const subscription =
    typeof status === 'string' ? await findByExternalId(ctx, externalId, status.replaceAll('\0', '\ufffd')) : undefined
  if (subscription === undefined) throw notFound('subscription')
  return subscription
}
