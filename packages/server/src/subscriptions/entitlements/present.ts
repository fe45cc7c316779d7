import { type EffectivePrivilege, effectivePrivileges } from '@weir/engine'
import { type Entitlement, type EntitlementValue, serializePrivilege, serializeValue } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import {
  type EntitledSubscription,
  entitlementTo,
  loadEntitlements,
  type SubscriptionEntitlements,
  stateOf,
} from './store.ts'

export type PresentedEntitlement = ReturnType<typeof serializeEffective>

/** What a subscription is entitled to, as the API prints it. */
export async function presentEntitlements(
  ctx: Ctx,
  subscription: EntitledSubscription,
): Promise<PresentedEntitlement[]> {
  return serializeEntitlements(await loadEntitlements(ctx, subscription))
}

/** In order of creation: that of the plan's entitlement where there is one, else of the subscription's. */
function serializeEntitlements(all: SubscriptionEntitlements): PresentedEntitlement[] {
  const addedToPlan = all.own.filter(own => entitlementTo(all.ofPlan, own.feature.id) === undefined)
  return [...all.ofPlan, ...addedToPlan].toSorted(byCreation).flatMap(entitlement => {
    const privileges = effectivePrivileges(stateOf(all, entitlement.feature.id))
    if (privileges === undefined) return []
    const ofPlan = entitlementTo(all.ofPlan, entitlement.feature.id)
    const own = entitlementTo(all.own, entitlement.feature.id)
    const values = privileges.flatMap(effective => {
      const value = valueOfPrivilege(ofPlan, effective.privilege) ?? valueOfPrivilege(own, effective.privilege)
      return value === undefined ? [] : [{ value, effective }]
    })
    const inOrder = values.toSorted((left, right) => byCreation(left.value, right.value))
    return [serializeEffective(entitlement, inOrder)]
  })
}

function valueOfPrivilege(entitlement: Entitlement | undefined, privilegeId: string): EntitlementValue | undefined {
  return entitlement?.values.find(value => value.privilege.id === privilegeId)
}

function byCreation(left: Entitlement | EntitlementValue, right: Entitlement | EntitlementValue): number {
  return Temporal.Instant.compare(left.createdAt, right.createdAt) || (left.id < right.id ? -1 : 1)
}

function serializeEffective(
  { feature }: Entitlement,
  values: readonly { value: EntitlementValue; effective: EffectivePrivilege }[],
) {
  const privileges = values.map(({ value: { privilege }, effective: { planText, ownText } }) => {
    const planValue = planText === null ? null : serializeValue(privilege, planText)
    const ownValue = ownText === null ? null : serializeValue(privilege, ownText)
    return {
      ...serializePrivilege(privilege),
      value: ownValue ?? planValue,
      plan_value: planValue,
      override_value: ownValue,
    }
  })
  const overridden = privileges.filter(privilege => privilege.override_value !== null)
  return {
    code: feature.code,
    name: feature.name,
    description: feature.description,
    privileges,
    overrides: Object.fromEntries(overridden.map(privilege => [privilege.code, privilege.override_value])),
  }
}
