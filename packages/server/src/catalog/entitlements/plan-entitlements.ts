import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notFound } from '../../platform/errors.ts'
import { findPlanIdByCode, lockPlanByCode, updatePlanRow } from '../store/plans.ts'
import { type RequestedEntitlement, readEntitlements } from './read-entitlements.ts'
import {
  deleteEntitlements,
  deleteEntitlementValues,
  getEntitlementsOf,
  insertEntitlement,
  setEntitlementValue,
} from './store.ts'
import type { Entitlement } from './types.ts'

type GivenMap = Readonly<Record<string, unknown>> | undefined

/** @throws 404 `plan_not_found` */
export async function getPlanEntitlements(ctx: Ctx, planCode: string): Promise<Entitlement[]> {
  const planId = await findPlanIdByCode(ctx, planCode)
  if (planId === undefined) throw notFound('plan')
  return entitlementsOf(ctx, planId)
}

/** @throws 404 `plan_not_found`, `entitlement_not_found` */
export async function getPlanEntitlement(ctx: Ctx, planCode: string, featureCode: string): Promise<Entitlement> {
  return findEntitlement(await getPlanEntitlements(ctx, planCode), featureCode)
}

/**
 * Entitles a plan to the features of the request and to nothing else. Of a feature that it had, the privileges that are
 * not named lose their value, unless none is named at all.
 *
 * @returns all that the plan entitles to
 * @throws 404 `plan_not_found`, `feature_not_found`, `privilege_not_found`; 422
 */
export async function replacePlanEntitlements(ctx: Ctx, planCode: string, given: GivenMap): Promise<Entitlement[]> {
  return changeEntitlements(ctx, planCode, async (tx, planId, current) => {
    const requested = await readEntitlements(tx, given)
    const byFeature = new Map(requested.map(item => [item.feature.id, item.values]))
    const dropped = current.filter(entitlement => !byFeature.has(entitlement.feature.id))
    await deleteEntitlements(
      tx,
      dropped.map(entitlement => entitlement.id),
    )
    for (const { id, feature, values } of current) {
      const named = byFeature.get(feature.id)
      if (named === undefined || named.size === 0) continue
      const unnamed = values.map(value => value.privilege.id).filter(privilegeId => !named.has(privilegeId))
      await deleteEntitlementValues(tx, id, unnamed)
    }
    await addEntitlements(tx, planId, current, requested)
  })
}

/**
 * Adds to what a plan entitles to, and changes the values that are named.
 *
 * @returns all that the plan entitles to
 * @throws 404 `plan_not_found`, `feature_not_found`, `privilege_not_found`; 422
 */
export async function patchPlanEntitlements(ctx: Ctx, planCode: string, given: GivenMap): Promise<Entitlement[]> {
  return changeEntitlements(ctx, planCode, async (tx, planId, current) => {
    await addEntitlements(tx, planId, current, await readEntitlements(tx, given))
  })
}

/**
 * @returns the entitlement as it was
 * @throws 404 `plan_not_found`, `entitlement_not_found`
 */
export async function deletePlanEntitlement(ctx: Ctx, planCode: string, featureCode: string): Promise<Entitlement> {
  return transaction(ctx, async tx => {
    const before = await getPlanEntitlement(tx, planCode, featureCode)
    await changeEntitlements(tx, planCode, async (_tx, _planId, current) => {
      await deleteEntitlements(tx, [findEntitlement(current, featureCode).id])
    })
    return before
  })
}

/**
 * @returns the entitlement without the privilege
 * @throws 404 `plan_not_found`, `entitlement_not_found`, `privilege_not_found` where the plan has no value for it
 */
export async function deletePlanPrivilege(
  ctx: Ctx,
  planCode: string,
  featureCode: string,
  privilegeCode: string,
): Promise<Entitlement> {
  const left = await changeEntitlements(ctx, planCode, async (tx, _planId, current) => {
    const { id, values } = findEntitlement(current, featureCode)
    const value = values.find(candidate => candidate.privilege.code === privilegeCode)
    if (value === undefined) throw notFound('privilege')
    await deleteEntitlementValues(tx, id, [value.privilege.id])
  })
  return findEntitlement(left, featureCode)
}

/** Changes what a plan entitles to, one request after another; the plan counts as updated, whatever changed. */
async function changeEntitlements(
  ctx: Ctx,
  planCode: string,
  change: (tx: Ctx, planId: string, current: readonly Entitlement[]) => Promise<void>,
): Promise<Entitlement[]> {
  return transaction(ctx, async tx => {
    const plan = await lockPlanByCode(tx, planCode)
    if (plan === undefined) throw notFound('plan')
    await change(tx, plan.id, await entitlementsOf(tx, plan.id))
    await updatePlanRow(tx, plan.id, {})
    await emit(tx, 'plan.updated', plan.id)
    return entitlementsOf(tx, plan.id)
  })
}

async function addEntitlements(
  tx: Ctx,
  planId: string,
  current: readonly Entitlement[],
  requested: readonly RequestedEntitlement[],
): Promise<void> {
  for (const { feature, values } of requested) {
    const existing = current.find(entitlement => entitlement.feature.id === feature.id)
    const id = existing?.id ?? (await insertEntitlement(tx, 'plan', planId, feature.id))
    for (const [privilegeId, text] of values) await setEntitlementValue(tx, id, privilegeId, text)
  }
}

async function entitlementsOf(ctx: Ctx, planId: string): Promise<Entitlement[]> {
  return (await getEntitlementsOf(ctx, 'plan', [planId])).get(planId) ?? []
}

function findEntitlement(entitlements: readonly Entitlement[], featureCode: string): Entitlement {
  const entitlement = entitlements.find(candidate => candidate.feature.code === featureCode)
  if (entitlement === undefined) throw notFound('entitlement')
  return entitlement
}
