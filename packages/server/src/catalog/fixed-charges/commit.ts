import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { saveFixedCharges } from '../store/save-fixed-charges.ts'
import type { FixedCharge } from '../types.ts'
import type { FixedChargeChange } from './fixed-charge-set.ts'

/** Units of a fixed charge that its plan gives from now on. */
export interface UnitsChange {
  readonly fixedChargeId: string
  /** A decimal. */
  readonly units: string
  /** Whether what is paid in advance is billed when it applies at once: a fixed charge that is added by itself is not. */
  readonly billed: boolean
  /** Otherwise from the next period of each subscription on. */
  readonly immediately: boolean
}

export interface CommitOptions {
  readonly planId: string
  /** When it was asked for. */
  readonly at: Temporal.Instant
  /** The payload of the plan, or an endpoint of its fixed charges. */
  readonly source: 'plan' | 'endpoint'
}

/**
 * Stores what became of the fixed charges of a plan, and tells of it: `plan.fixed_charge_units_changed` with the units
 * that its subscriptions have from now on, which those who own them write down. The caller holds the plan's lock.
 */
export async function commitFixedCharges(
  tx: Ctx,
  before: readonly FixedCharge[],
  after: readonly FixedCharge[],
  changes: readonly FixedChargeChange[],
  options: CommitOptions,
): Promise<void> {
  await saveFixedCharges(tx, before, after)
  const units = unitsChangesOf(changes, options.source)
  if (units.length > 0) {
    await emit(tx, 'plan.fixed_charge_units_changed', options.planId, { at: options.at.toString(), changes: units })
  }
}

/** A new fixed charge gives its units; a changed one if they are others. */
export function unitsChangesOf(changes: readonly FixedChargeChange[], source: CommitOptions['source']): UnitsChange[] {
  return changes.flatMap((change): UnitsChange[] => {
    if (change.kind === 'deleted') return []
    if (change.kind === 'updated' && change.before.units === change.after.units) return []
    const { after, immediately } = change
    const billed = after.payInAdvance && (source === 'plan' || change.kind === 'updated')
    return [{ fixedChargeId: after.id, units: after.units, billed, immediately }]
  })
}
