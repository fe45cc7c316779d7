/** Values by privilege, as kept texts. Privileges are told apart by any key. */
export type PrivilegeTexts = ReadonlyMap<string, string>

/**
 * All that decides what a subscription has of one feature: what its plan gives, what the subscription has of its own, and
 * what the plan gives but this subscription does not have.
 */
export interface SubscriptionEntitlement {
  /** Undefined: the plan does not have the feature. */
  readonly plan: PrivilegeTexts | undefined
  /** Undefined: the subscription has nothing of its own of the feature. */
  readonly own: PrivilegeTexts | undefined
  readonly featureRemoved: boolean
  readonly removedPrivileges: ReadonlySet<string>
}

/** A privilege that a subscription has: at least one of the two values is set, and its own one counts. */
export interface EffectivePrivilege {
  readonly privilege: string
  readonly planText: string | null
  readonly ownText: string | null
}

/**
 * The privileges that a subscription has of a feature, those of the plan first; undefined when it does not have the
 * feature. What the plan does not give cannot be removed from a subscription that has it of its own.
 */
export function effectivePrivileges(state: SubscriptionEntitlement): EffectivePrivilege[] | undefined {
  const { plan, own } = state
  if (plan === undefined ? own === undefined : state.featureRemoved) return undefined
  const privileges = new Set([...(plan?.keys() ?? []), ...(own?.keys() ?? [])])
  return [...privileges]
    .filter(privilege => !(plan?.has(privilege) && state.removedPrivileges.has(privilege)))
    .map(privilege => ({
      privilege,
      planText: plan?.get(privilege) ?? null,
      ownText: own?.get(privilege) ?? null,
    }))
}

/**
 * Sets privileges of a feature for a subscription; those that are not named stay as they are.
 *
 * - A removed feature comes back.
 * - A value that equals the plan's is no value of the subscription's own: it follows the plan again.
 * - Exactly what the plan gives, all of it, takes the feature back to the plan: also what was removed comes back.
 *
 * @param values by privilege, as kept texts
 */
export function patchEntitlement(state: SubscriptionEntitlement, values: PrivilegeTexts): SubscriptionEntitlement {
  const { plan } = state
  if (plan === undefined && state.own === undefined) return { ...state, own: new Map(values), featureRemoved: false }
  if (plan !== undefined && isSame(plan, values)) return asPlanned(plan)
  const own = new Map(state.own)
  const removedPrivileges = new Set(state.removedPrivileges)
  for (const [privilege, text] of values) {
    if (plan?.get(privilege) === text) own.delete(privilege)
    else own.set(privilege, text)
    removedPrivileges.delete(privilege)
  }
  return { plan, own, featureRemoved: false, removedPrivileges }
}

/** Takes a feature away from a subscription, with all that it has of its own of it. */
export function removeFeature({ plan }: SubscriptionEntitlement): SubscriptionEntitlement {
  return { plan, own: undefined, featureRemoved: plan !== undefined, removedPrivileges: new Set() }
}

/**
 * Takes a privilege away from a subscription. Where the plan has the feature, it stays away, even if the plan gets a value
 * for the privilege only later.
 */
export function removePrivilege(state: SubscriptionEntitlement, privilege: string): SubscriptionEntitlement {
  const own = state.own && new Map([...state.own].filter(([key]) => key !== privilege))
  const removedPrivileges = new Set(state.removedPrivileges)
  if (state.plan !== undefined) removedPrivileges.add(privilege)
  return { ...state, own, removedPrivileges }
}

function asPlanned(plan: PrivilegeTexts): SubscriptionEntitlement {
  return { plan, own: undefined, featureRemoved: false, removedPrivileges: new Set() }
}

function isSame(one: PrivilegeTexts, other: PrivilegeTexts): boolean {
  return one.size === other.size && [...one].every(([privilege, text]) => other.get(privilege) === text)
}
