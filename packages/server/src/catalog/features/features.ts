import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { emit, emitAll } from '../../platform/domain-events.ts'
import { notFound, Problems } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import { characterCount } from '../../platform/validation/text.ts'
import { deleteEntitlementsToFeature, getPlanIdsWithFeature } from '../entitlements/store.ts'
import { LONGEST_TEXT, readPrivileges } from './privileges.ts'
import type { FeatureInput, NewFeatureInput } from './schema.ts'
import {
  deletePrivileges,
  findFeatureByCode,
  getFeatureByCode,
  insertFeature,
  lockFeatureByCode,
  updateFeatureRow,
  writePrivilege,
} from './store.ts'
import type { Feature } from './types.ts'

const CODE_INDEX = 'features_code'
const LONGEST_DESCRIPTION = 600

/** @throws 422 with what is wrong with the feature, else with the first privilege that is wrong */
export async function createFeature(ctx: Ctx, input: NewFeatureInput): Promise<Feature> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const code = (input.code ?? '').trim()
      const problems = textProblems(input)
      if (code === '') problems.add('code', 'value_is_mandatory')
      if (characterCount(code) > LONGEST_TEXT) problems.add('code', 'value_is_too_long')
      if ((await findFeatureByCode(tx, code)) !== undefined) problems.add('code', 'value_already_exist')
      problems.throwIfAny()
      const feature: Feature = {
        id: newId(),
        code,
        name: input.name ?? null,
        description: input.description ?? null,
        createdAt: tx.clock.now(),
        privileges: readPrivileges([], input.privileges ?? []),
      }
      await insertFeature(tx, feature)
      for (const privilege of feature.privileges) await writePrivilege(tx, feature.id, privilege)
      await emit(tx, 'feature.created', feature.id)
      return feature
    }),
  )
}

/**
 * Changes name and description where they are in the input, adds privileges that the feature does not have, and changes
 * those that are listed. The plans that have the feature count as updated.
 *
 * @throws 404 `feature_not_found`; 422 as {@link createFeature}
 */
export async function updateFeature(ctx: Ctx, code: string, input: FeatureInput): Promise<Feature> {
  return transaction(ctx, async tx => {
    const feature = await lockFeatureByCode(tx, code)
    textProblems(input).throwIfAny()
    const privileges = readPrivileges(feature.privileges, input.privileges ?? [])
    await updateFeatureRow(tx, feature.id, {
      ...(input.name !== undefined && { name: input.name }),
      ...(input.description !== undefined && { description: input.description }),
    })
    for (const privilege of privileges) await writePrivilege(tx, feature.id, privilege)
    const planIds = await getPlanIdsWithFeature(tx, feature.id)
    await emitAll(tx, [{ type: 'feature.updated', objectId: feature.id }, ...plansUpdated(planIds)])
    return getFeatureByCode(tx, code)
  })
}

/**
 * Deletes a feature with its privileges: no plan and no subscription has it any more. Its code is free again.
 *
 * @returns the feature, without privileges
 * @throws 404 `feature_not_found`
 */
export async function deleteFeature(ctx: Ctx, code: string): Promise<Feature> {
  return transaction(ctx, async tx => {
    const feature = await lockFeatureByCode(tx, code)
    const planIds = await getPlanIdsWithFeature(tx, feature.id)
    await deletePrivileges(
      tx,
      feature.privileges.map(privilege => privilege.id),
    )
    await deleteEntitlementsToFeature(tx, feature.id)
    await updateFeatureRow(tx, feature.id, { deleted_at: tx.clock.now() })
    await emitAll(tx, [...plansUpdated(planIds), { type: 'feature.deleted', objectId: feature.id }])
    return { ...feature, privileges: [] }
  })
}

/**
 * Deletes a privilege of a feature, and its value wherever it is set.
 *
 * @returns the feature without it
 * @throws 404 `feature_not_found`, `privilege_not_found`
 */
export async function deletePrivilege(ctx: Ctx, featureCode: string, privilegeCode: string): Promise<Feature> {
  return transaction(ctx, async tx => {
    const feature = await lockFeatureByCode(tx, featureCode)
    const privilege = feature.privileges.find(candidate => candidate.code === privilegeCode)
    if (privilege === undefined) throw notFound('privilege')
    await deletePrivileges(tx, [privilege.id])
    const planIds = await getPlanIdsWithFeature(tx, feature.id)
    await emitAll(tx, [{ type: 'feature.updated', objectId: feature.id }, ...plansUpdated(planIds)])
    return { ...feature, privileges: feature.privileges.filter(other => other !== privilege) }
  })
}

function plansUpdated(planIds: readonly string[]) {
  return planIds.map(objectId => ({ type: 'plan.updated', objectId }))
}

function textProblems({ name, description }: FeatureInput): Problems {
  const problems = new Problems()
  if (characterCount(name ?? '') > LONGEST_TEXT) problems.add('name', 'value_is_too_long')
  if (characterCount(description ?? '') > LONGEST_DESCRIPTION) problems.add('description', 'value_is_too_long')
  return problems
}
