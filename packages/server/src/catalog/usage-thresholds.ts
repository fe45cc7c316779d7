import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { validation } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import type { UsageThresholdInput } from './schema.ts'
import { deleteThresholds, insertThresholds, type ThresholdOwner } from './store/thresholds.ts'
import type { UsageThreshold } from './types.ts'

/**
 * Gives a plan, or a subscription, exactly these usage thresholds; an empty list removes all. They are new ones, even if
 * they look like those before. The caller holds the lock of the plan, or of the subscription's customer.
 *
 * @throws 422 on `usage_thresholds` for a list that contradicts itself, on `amount_cents` for an amount that is not positive
 */
export async function replaceUsageThresholds(
  ctx: Ctx,
  owner: ThresholdOwner,
  inputs: readonly UsageThresholdInput[],
): Promise<void> {
  const thresholds = readThresholds(inputs, ctx.clock.now())
  await transaction(ctx, async tx => {
    await deleteThresholds(tx, owner)
    await insertThresholds(tx, owner, thresholds)
  })
}

/** Tells those who watch lifetime usage that other amounts may be reached now. */
export async function emitThresholdsChanged(ctx: Ctx, { planId, subscriptionId }: ThresholdOwner): Promise<void> {
  const owner = planId === undefined ? 'subscription' : 'plan'
  await emit(ctx, 'usage_thresholds.changed', planId ?? subscriptionId, { owner })
}

/** New thresholds, the recurring one first. */
export function readThresholds(inputs: readonly UsageThresholdInput[], now: Temporal.Instant): UsageThreshold[] {
  if (inputs.some(input => input.amount_cents === undefined || input.amount_cents === null))
    refuse('missing_amount_cents')
  const thresholds = inputs.map(input => ({
    amount: input.amount_cents ?? 0,
    recurring: input.recurring ?? false,
    name: input.threshold_display_name ?? null,
  }))
  const distinct = new Set(thresholds.map(({ amount, recurring }) => `${amount} ${recurring}`))
  if (distinct.size < thresholds.length) refuse('duplicated_values')
  const recurring = thresholds.filter(threshold => threshold.recurring)
  if (recurring.length > 1) refuse('multiple_recurring_thresholds')
  const others = thresholds.filter(threshold => !threshold.recurring)
  return [...recurring, ...others].map(threshold => ({
    id: newId(),
    amountCents: readAmount(threshold.amount),
    recurring: threshold.recurring,
    thresholdDisplayName: threshold.name,
    createdAt: now,
    updatedAt: now,
  }))
}

function readAmount(cents: number): bigint {
  if (Number.isNaN(cents)) throw validation({ amount_cents: ['is not a number'] })
  if (cents <= 0 || !Number.isSafeInteger(cents)) throw validation({ amount_cents: ['value_is_out_of_range'] })
  return BigInt(cents)
}

function refuse(code: string): never {
  throw validation({ usage_thresholds: [code] })
}
