import { patchEntitlement, removeFeature, removePrivilege } from '@weir/engine'
import { type Feature, holdFeaturesByCodes, readEntitlements } from '../../catalog/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notFound } from '../../platform/errors.ts'
import { getSelected, lockSelected, type Selection } from '../overrides/selection.ts'
import { type PresentedEntitlement, presentEntitlements } from './present.ts'
import { entitled, loadEntitlements, type SubscriptionEntitlements, saveState, stateOf } from './store.ts'

/** @throws 404 `subscription_not_found` */
export async function getEntitlements(ctx: Ctx, selection: Selection): Promise<PresentedEntitlement[]> {
  return presentEntitlements(ctx, entitled(await getSelected(ctx, selection)))
}

/**
 * Sets privileges for one subscription beside, or in place of, those of its plan; see the engine's `patchEntitlement`.
 *
 * @returns all that the subscription is entitled to
 * @throws 404 `subscription_not_found`, `feature_not_found`, `privilege_not_found`; 422
 */
export async function patchEntitlements(
  ctx: Ctx,
  selection: Selection,
  given: Readonly<Record<string, unknown>> | undefined,
): Promise<PresentedEntitlement[]> {
  return change(ctx, selection, async (tx, current) => {
    for (const { feature, values } of await readEntitlements(tx, given)) {
      await saveState(tx, current, feature.id, patchEntitlement(stateOf(current, feature.id), values))
    }
  })
}

/**
 * Takes a feature away from one subscription.
 *
 * @returns all that the subscription is entitled to
 * @throws 404 `subscription_not_found`, `feature_not_found`
 */
export async function deleteEntitlement(
  ctx: Ctx,
  selection: Selection,
  featureCode: string,
): Promise<PresentedEntitlement[]> {
  return change(ctx, selection, async (tx, current) => {
    const feature = await holdFeature(tx, featureCode)
    await saveState(tx, current, feature.id, removeFeature(stateOf(current, feature.id)))
  })
}

/**
 * Takes a privilege away from one subscription.
 *
 * @returns all that the subscription is entitled to
 * @throws 404 `subscription_not_found`, `feature_not_found`, `privilege_not_found`
 */
export async function deleteEntitlementPrivilege(
  ctx: Ctx,
  selection: Selection,
  featureCode: string,
  privilegeCode: string,
): Promise<PresentedEntitlement[]> {
  return change(ctx, selection, async (tx, current) => {
    const feature = await holdFeature(tx, featureCode)
    const privilege = feature.privileges.find(candidate => candidate.code === privilegeCode)
    if (privilege === undefined) throw notFound('privilege')
    await saveState(tx, current, feature.id, removePrivilege(stateOf(current, feature.id), privilege.id))
  })
}

/** One request after another; the subscription counts as updated, whatever changed. */
async function change(
  ctx: Ctx,
  selection: Selection,
  apply: (tx: Ctx, current: SubscriptionEntitlements) => Promise<void>,
): Promise<PresentedEntitlement[]> {
  return transaction(ctx, async tx => {
    const record = await lockSelected(tx, selection)
    await apply(tx, await loadEntitlements(tx, entitled(record)))
    await emit(tx, 'subscription.updated', record.subscription.id)
    return presentEntitlements(tx, entitled(record))
  })
}

async function holdFeature(tx: Ctx, code: string): Promise<Feature> {
  const feature = (await holdFeaturesByCodes(tx, [code])).get(code)
  if (feature === undefined) throw notFound('feature')
  return feature
}
