import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { findByExternalId, getSubscriptionRecord, lockSubscription, type SubscriptionRecord } from '../store.ts'

/** Which subscription a path below `/subscriptions/:external_id` is about. */
export interface Selection {
  readonly externalId: string
  readonly status: string
}

/** The status is that of the query string, `subscription_status` or `status`; without any, the active one is meant. */
export function readSelection(externalId: string, query: Record<string, unknown>): Selection {
  const { subscription_status: status = query.status ?? 'active' } = query
  return { externalId, status: typeof status === 'string' ? status.replaceAll('\0', '\ufffd') : '' }
}

/** @throws 404 `subscription_not_found` */
export async function getSelected(ctx: Ctx, { externalId, status }: Selection): Promise<SubscriptionRecord> {
  const found = await findByExternalId(ctx, externalId, status)
  if (found === undefined) throw notFound('subscription')
  return getSubscriptionRecord(ctx, found.id)
}

/** As {@link getSelected}; nobody else changes it until the transaction ends. @throws 404 `subscription_not_found` */
export async function lockSelected(tx: Ctx, { externalId, status }: Selection): Promise<SubscriptionRecord> {
  return lockSubscription(tx, () => findByExternalId(tx, externalId, status))
}
