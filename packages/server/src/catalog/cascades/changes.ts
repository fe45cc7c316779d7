import { isDeepStrictEqual } from 'node:util'
import type { ChargeModelName, ChargeProperties } from '@weir/engine'
import { isBlank } from '../../platform/http/input.ts'
import { filterIdentity } from '../charge-filter-set.ts'
import type { PlanChargeInput } from '../schema.ts'
import type { Charge, ChargeFilter } from '../types.ts'

/** What a charge costs, as far as private copies are compared with it. */
export interface ChargePrice {
  readonly chargeModel: ChargeModelName
  readonly properties: ChargeProperties
}

export interface ChargeUpdate {
  readonly type: 'charge_updated'
  readonly before: ChargePrice
  readonly after: ChargePrice
  /** Null: copies keep theirs, as for the next two. */
  readonly code: string | null
  readonly acceptsTargetWallet: boolean | null
  /** Decimals. */
  readonly conversionRate: { readonly before: string; readonly after: string } | null
}

export interface FilterCreation {
  readonly type: 'filter_created'
  /** What the properties are for. */
  readonly chargeModel: ChargeModelName
  readonly values: ChargeFilter['values']
  readonly properties: ChargeProperties
  readonly invoiceDisplayName: string | null
}

export interface FilterUpdate extends Omit<FilterCreation, 'type'> {
  readonly type: 'filter_updated'
  readonly propertiesBefore: ChargeProperties
}

/** A change of a charge that its copies on private plans may follow. It is kept as JSON until they do. */
export type ChargeChange =
  | { readonly type: 'charge_created' }
  | { readonly type: 'charge_deleted' }
  | ChargeUpdate
  | FilterCreation
  | FilterUpdate
  | { readonly type: 'filter_deleted'; readonly values: ChargeFilter['values'] }

export interface ChangedCharge {
  readonly chargeId: string
  readonly change: ChargeChange
}

/** What the charges in the payload of a plan changed. */
export function changesOfPlan(
  before: readonly Charge[],
  after: readonly Charge[],
  inputs: readonly PlanChargeInput[],
): ChangedCharge[] {
  const old = new Map(before.map(charge => [charge.id, charge]))
  const kept = new Set(after.map(charge => charge.id))
  const inputOf = new Map(inputs.map(input => [input.id?.toLowerCase(), input]))
  const deleted = before.filter(charge => !kept.has(charge.id))
  return [
    ...after.flatMap(charge => {
      const current = old.get(charge.id)
      if (current === undefined) return [{ chargeId: charge.id, change: { type: 'charge_created' } as const }]
      return changesOfUpdate(current, charge, payloadTerms(current, charge, inputOf.get(charge.id) ?? {}))
    }),
    ...deleted.map(charge => ({ chargeId: charge.id, change: { type: 'charge_deleted' } as const })),
  ]
}

type FollowedTerms = Pick<ChargeUpdate, 'code' | 'acceptsTargetWallet' | 'conversionRate'>

/** What the copies follow beside the price: in the payload of a plan, what is named there. */
function payloadTerms(before: Charge, after: Charge, input: PlanChargeInput): FollowedTerms {
  const units = [before.appliedPricingUnit, after.appliedPricingUnit].map(unit => unit?.conversionRate.toFixed())
  const [rateBefore, rateAfter] = isBlank(input.applied_pricing_unit?.conversion_rate) ? [] : units
  return {
    code: isBlank(input.code) ? null : (input.code ?? null),
    acceptsTargetWallet: input.accepts_target_wallet ?? null,
    conversionRate:
      rateBefore === undefined || rateAfter === undefined ? null : { before: rateBefore, after: rateAfter },
  }
}

/** What an update of one charge changed; on its own endpoint, copies take its code. */
export function changesOfUpdate(
  before: Charge,
  after: Charge,
  followed: FollowedTerms = { code: after.code, acceptsTargetWallet: null, conversionRate: null },
): ChangedCharge[] {
  const update: ChargeUpdate = {
    type: 'charge_updated',
    before: { chargeModel: before.chargeModel, properties: before.properties },
    after: { chargeModel: after.chargeModel, properties: after.properties },
    ...followed,
  }
  return [update, ...filterChanges(before, after)].map(change => ({ chargeId: after.id, change }))
}

/**
 * Filters are the same when they have the same keys with the same lists of values. One of several that were the same
 * and are still there under another id is no deletion: copies know filters by their values alone.
 */
function filterChanges(before: Charge, after: Charge): ChargeChange[] {
  const kept = new Set(after.filters.map(filter => filterIdentity(filter.values)))
  const left = [...before.filters]
  const changes = after.filters.flatMap((filter): ChargeChange[] => {
    const index = left.findIndex(other => filterIdentity(other.values) === filterIdentity(filter.values))
    const [current] = index < 0 ? [] : left.splice(index, 1)
    if (current === undefined) return [filterCreation(after, filter)]
    const same =
      current.invoiceDisplayName === filter.invoiceDisplayName &&
      isDeepStrictEqual(current.properties, filter.properties)
    return same ? [] : [filterUpdate(after, current, filter)]
  })
  return [...changes, ...left.filter(({ values }) => !kept.has(filterIdentity(values))).map(filterDeletion)]
}

/** What copies of the charge follow of a new filter. */
export function filterCreation({ chargeModel }: Charge, filter: ChargeFilter): FilterCreation {
  const { values, properties, invoiceDisplayName } = filter
  return { type: 'filter_created', chargeModel, values, properties, invoiceDisplayName }
}

/** What copies of the charge follow of a filter whose name or price changed; its values never do. */
export function filterUpdate(charge: Charge, before: ChargeFilter, after: ChargeFilter): FilterUpdate {
  return { ...filterCreation(charge, after), type: 'filter_updated', propertiesBefore: before.properties }
}

/** What copies of the charge follow of a filter that is gone: they find theirs by its values. */
export function filterDeletion({ values }: ChargeFilter): ChargeChange {
  return { type: 'filter_deleted', values }
}
