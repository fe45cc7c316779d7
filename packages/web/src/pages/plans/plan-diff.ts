import { t } from '../../messages/index.ts'
import {
  advancedFacts,
  chargeFacts,
  chargeName,
  type Fact,
  feeFacts,
  fixedChargeFacts,
  fixedChargeName,
  priceSummary,
  settingsFacts,
} from './describe.ts'
import type { PlanDraft } from './plan-draft.ts'

/** What an edit changes, in words. `was` is absent for what is new, `becomes` for what goes. */
export interface Change {
  readonly what: string
  readonly was?: string
  readonly becomes?: string
}

export interface ChangeGroup {
  readonly key: string
  /** The part of the plan: its settings, one of its charges. */
  readonly title: string
  readonly kind: 'changed' | 'added' | 'removed'
  readonly changes: readonly Change[]
}

/**
 * What an edit of a plan changes, part by part, told with the same words as the plan itself.
 *
 * @param unitName the short name of a pricing unit by its code
 */
export function planChanges(before: PlanDraft, after: PlanDraft, unitName = (code: string) => code): ChangeGroup[] {
  const unit = (charge: { readonly unit: { readonly code: string } | null }, plan: PlanDraft) =>
    charge.unit === null ? plan.currency : unitName(charge.unit.code)
  return [
    ...group('settings', t('plans.settings'), settingsFacts(before), settingsFacts(after)),
    ...group('fee', t('plans.fee'), feeFacts(before), feeFacts(after)),
    ...parts(before.charges, after.charges, {
      name: chargeName,
      price: (charge, plan) => priceSummary(charge.model, charge.price, unit(charge, plan)),
      facts: (charge, plan) => chargeFacts(charge, unit(charge, plan)),
      before,
      after,
    }),
    ...parts(before.fixedCharges, after.fixedCharges, {
      name: fixedChargeName,
      price: (charge, plan) => priceSummary(charge.model, charge.price, plan.currency),
      facts: (charge, plan) => fixedChargeFacts(charge, plan.currency),
      before,
      after,
    }),
    ...group('advanced', t('plans.advanced'), advancedFacts(before), advancedFacts(after)),
  ]
}

interface About<Part> {
  readonly name: (part: Part) => string
  readonly price: (part: Part, plan: PlanDraft) => string
  readonly facts: (part: Part, plan: PlanDraft) => Fact[]
  readonly before: PlanDraft
  readonly after: PlanDraft
}

/** Parts that stay are compared by what is said of them; the others come and go as a whole. */
function parts<Part extends { readonly key: string; readonly id: string | undefined }>(
  before: readonly Part[],
  after: readonly Part[],
  about: About<Part>,
): ChangeGroup[] {
  const kept = (part: Part) => before.find(other => other.id !== undefined && other.id === part.id)
  const changed = after.flatMap(part => {
    const known = kept(part)
    if (known === undefined) {
      return [
        {
          key: part.key,
          title: about.name(part),
          kind: 'added' as const,
          changes: [{ what: t('plans.price'), becomes: about.price(part, about.after) }],
        },
      ]
    }
    return group(part.key, about.name(part), about.facts(known, about.before), about.facts(part, about.after))
  })
  const gone = before
    .filter(part => !after.some(other => other.id === part.id))
    .map(part => ({
      key: part.key,
      title: about.name(part),
      kind: 'removed' as const,
      changes: [{ what: t('plans.price'), was: about.price(part, about.before) }],
    }))
  return [...changed, ...gone]
}

function group(key: string, title: string, before: readonly Fact[], after: readonly Fact[]): ChangeGroup[] {
  const changes = compare(before, after)
  return changes.length === 0 ? [] : [{ key, title, kind: 'changed', changes }]
}

/** Facts by their labels; labels that occur several times are compared in order. */
function compare(before: readonly Fact[], after: readonly Fact[]): Change[] {
  const left = [...before]
  const changes: Change[] = []
  for (const { label, value } of after) {
    const place = left.findIndex(fact => fact.label === label)
    const [known] = place === -1 ? [] : left.splice(place, 1)
    if (known === undefined) changes.push({ what: label, becomes: value })
    else if (known.value !== value) changes.push({ what: label, was: known.value, becomes: value })
  }
  return [...changes, ...left.map(({ label, value }) => ({ what: label, was: value }))]
}
