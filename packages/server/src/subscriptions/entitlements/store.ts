import type { PrivilegeTexts, SubscriptionEntitlement } from '@weir/engine'
import { sql } from 'kysely'
import {
  deleteEntitlements,
  deleteEntitlementValues,
  type Entitlement,
  getEntitlementsOf,
  insertEntitlement,
  setEntitlementValue,
} from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import type { SubscriptionRecord } from '../store.ts'

/** A subscription, and the plan whose entitlements it has: the one that is sold, also where it has a private copy. */
export interface EntitledSubscription {
  readonly id: string
  readonly planId: string
}

/** What a subscription with a private copy of a plan is entitled to is said by the plan that was copied. */
export function entitled({ subscription, plan }: SubscriptionRecord): EntitledSubscription {
  return { id: subscription.id, planId: plan.parentId ?? plan.id }
}

/** Everything that a subscription's entitlements follow from. */
export interface SubscriptionEntitlements {
  readonly subscriptionId: string
  readonly ofPlan: readonly Entitlement[]
  readonly own: readonly Entitlement[]
  readonly removals: readonly Removal[]
}

/** What the plan gives and the subscription does not have: a privilege of a feature, or the feature (null). */
interface Removal {
  readonly feature_id: string
  readonly privilege_id: string | null
}

export async function loadEntitlements(
  ctx: Ctx,
  subscription: EntitledSubscription,
): Promise<SubscriptionEntitlements> {
  const { id, planId } = subscription
  const ofPlan = await getEntitlementsOf(ctx, 'plan', [planId])
  const own = await getEntitlementsOf(ctx, 'subscription', [id])
  const { rows: removals } = await sql<Removal>`
    select coalesce(removals.feature_id, privileges.feature_id) as feature_id, removals.privilege_id
    from entitlement_removals as removals
    left join privileges on privileges.id = removals.privilege_id
    where removals.organization_id = ${ctx.org.id}
      and removals.subscription_id = ${id}
      and removals.deleted_at is null`.execute(ctx.db)
  return { subscriptionId: id, ofPlan: ofPlan.get(planId) ?? [], own: own.get(id) ?? [], removals }
}

/** What decides the subscription's privileges of one feature. */
export function stateOf(entitlements: SubscriptionEntitlements, featureId: string): SubscriptionEntitlement {
  const removals = entitlements.removals.filter(removal => removal.feature_id === featureId)
  return {
    plan: textsOf(entitlementTo(entitlements.ofPlan, featureId)),
    own: textsOf(entitlementTo(entitlements.own, featureId)),
    featureRemoved: removals.some(removal => removal.privilege_id === null),
    removedPrivileges: new Set(removals.flatMap(removal => removal.privilege_id ?? [])),
  }
}

export function entitlementTo(entitlements: readonly Entitlement[], featureId: string): Entitlement | undefined {
  return entitlements.find(entitlement => entitlement.feature.id === featureId)
}

function textsOf(entitlement: Entitlement | undefined): PrivilegeTexts | undefined {
  return entitlement && new Map(entitlement.values.map(value => [value.privilege.id, value.text]))
}

/** Writes what changed of one feature since the entitlements were loaded. */
export async function saveState(
  ctx: Ctx,
  entitlements: SubscriptionEntitlements,
  featureId: string,
  after: SubscriptionEntitlement,
): Promise<void> {
  const before = stateOf(entitlements, featureId)
  await saveOwn(ctx, entitlements, featureId, after.own)
  const subscriptionId = entitlements.subscriptionId
  if (before.featureRemoved !== after.featureRemoved) {
    const change = after.featureRemoved ? addRemovals : dropRemovals
    await change(ctx, subscriptionId, 'feature_id', [featureId])
  }
  const added = [...after.removedPrivileges].filter(id => !before.removedPrivileges.has(id))
  const dropped = [...before.removedPrivileges].filter(id => !after.removedPrivileges.has(id))
  await addRemovals(ctx, subscriptionId, 'privilege_id', added)
  await dropRemovals(ctx, subscriptionId, 'privilege_id', dropped)
}

async function saveOwn(
  ctx: Ctx,
  { subscriptionId, own }: SubscriptionEntitlements,
  featureId: string,
  after: PrivilegeTexts | undefined,
): Promise<void> {
  const existing = entitlementTo(own, featureId)
  if (after === undefined) return deleteEntitlements(ctx, existing === undefined ? [] : [existing.id])
  const id = existing?.id ?? (await insertEntitlement(ctx, 'subscription', subscriptionId, featureId))
  const before: PrivilegeTexts = textsOf(existing) ?? new Map()
  const dropped = [...before.keys()].filter(privilegeId => !after.has(privilegeId))
  await deleteEntitlementValues(ctx, id, dropped)
  for (const [privilegeId, text] of after) {
    if (before.get(privilegeId) !== text) await setEntitlementValue(ctx, id, privilegeId, text)
  }
}

async function addRemovals(
  ctx: Ctx,
  subscriptionId: string,
  column: 'feature_id' | 'privilege_id',
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await ctx.db
    .insertInto('entitlement_removals')
    .values(
      ids.map(id => ({
        id: newId(),
        organization_id: ctx.org.id,
        subscription_id: subscriptionId,
        [column]: id,
        created_at: ctx.clock.now(),
      })),
    )
    .execute()
}

async function dropRemovals(
  ctx: Ctx,
  subscriptionId: string,
  column: 'feature_id' | 'privilege_id',
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update entitlement_removals set deleted_at = ${ctx.clock.now()}
    where organization_id = ${ctx.org.id}
      and subscription_id = ${subscriptionId}
      and ${sql.ref(column)} = any(${ids}::uuid[])
      and deleted_at is null`.execute(ctx.db)
}
