import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { SubscriptionActivationRules } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import { formatInstant } from '../../platform/wire.ts'

/** What has to happen before a subscription starts. */
export type ActivationRule = Selectable<SubscriptionActivationRules>

export interface NewRule {
  readonly type: 'payment'
  /** 0: waits for ever. */
  readonly timeoutHours: number
}

/** Gives a subscription these rules and no others. */
export async function replaceRules(tx: Ctx, subscriptionId: string, rules: readonly NewRule[]): Promise<void> {
  await tx.db
    .deleteFrom('subscription_activation_rules')
    .where('organization_id', '=', tx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .execute()
  if (rules.length === 0) return
  const now = tx.clock.now()
  await tx.db
    .insertInto('subscription_activation_rules')
    .values(
      rules.map(({ type, timeoutHours }) => ({
        id: newId(),
        organization_id: tx.org.id,
        subscription_id: subscriptionId,
        type,
        timeout_hours: timeoutHours,
        created_at: now,
        updated_at: now,
      })),
    )
    .execute()
}

/** The rules of subscriptions, by subscription; one without any has no entry. */
export async function listRules(ctx: Ctx, subscriptionIds: readonly string[]): Promise<Map<string, ActivationRule[]>> {
  if (subscriptionIds.length === 0) return new Map()
  const rules = await ctx.db
    .selectFrom('subscription_activation_rules')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`subscription_id = any(${subscriptionIds}::uuid[])`)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return Map.groupBy(rules, rule => rule.subscription_id)
}

export async function hasRules(ctx: Ctx, subscriptionId: string): Promise<boolean> {
  return (await listRules(ctx, [subscriptionId])).size > 0
}

/**
 * Decides what the rules of a subscription mean now that it could start, once: those that do not concern it are set aside,
 * the others begin to wait.
 *
 * @returns whether the subscription has to wait
 */
export async function evaluateRules(
  tx: Ctx,
  subscriptionId: string,
  options: { readonly applicable: boolean },
): Promise<boolean> {
  const now = tx.clock.now()
  const expiresAt = sql<Temporal.Instant | null>`
    case when timeout_hours > 0 then ${now}::timestamptz + timeout_hours * interval '1 hour' end`
  const evaluated = await tx.db
    .updateTable('subscription_activation_rules')
    .set({
      status: options.applicable ? 'pending' : 'not_applicable',
      updated_at: now,
      ...(options.applicable && { expires_at: expiresAt }),
    })
    .where('organization_id', '=', tx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .where('status', '=', 'inactive')
    .returning('id')
    .execute()
  return options.applicable && evaluated.length > 0
}

/** Writes how the waiting of a subscription ended. */
export async function closeRules(
  tx: Ctx,
  subscriptionId: string,
  status: 'satisfied' | 'failed' | 'expired',
): Promise<void> {
  await tx.db
    .updateTable('subscription_activation_rules')
    .set({ status, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('subscription_id', '=', subscriptionId)
    .where('status', '=', 'pending')
    .execute()
}

export function serializeRule(rule: ActivationRule) {
  return {
    lago_id: rule.id,
    type: rule.type,
    timeout_hours: rule.timeout_hours,
    status: rule.status,
    expires_at: formatInstant(rule.expires_at),
    created_at: formatInstant(rule.created_at),
    updated_at: formatInstant(rule.updated_at),
  }
}
