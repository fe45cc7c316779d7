import { type Ctx, transaction } from '../platform/context.ts'
import { claimingCode } from '../platform/db/unique-code.ts'
import { emit, emitAll } from '../platform/domain-events.ts'
import { notFound } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { replaceTaxes } from '../taxes/index.ts'
import { type ChangedCharge, changesOfPlan } from './cascades/changes.ts'
import { cascadeAmount, cascadeCharges } from './cascades/jobs.ts'
import { type ChargeSetting, replaceCharges } from './charge-set.ts'
import { chargeSettingOf, requireMetricsOfCharges } from './charge-setting.ts'
import { deleteEntitlementsOfPlan } from './entitlements/store.ts'
import { createFixedChargesOfPlan, replaceFixedChargesOfPlan } from './fixed-charges/fixed-charges.ts'
import { requireAddOnsOfFixedCharges } from './fixed-charges/setting.ts'
import { readMetadata } from './metadata.ts'
import { setMinimumCommitment } from './minimum-commitment.ts'
import { columnsOf, newTerms, type PlanTerms, planProblems, updatedTerms } from './plan-terms.ts'
import type { PlanInput } from './schema.ts'
import { getChargesOfPlans } from './store/charges.ts'
import { deletePlanFamily, markForDeletion } from './store/child-plans.ts'
import {
  findPlanIdByCode,
  getEntitledPlans,
  insertPlan,
  isPlanAttached,
  lockPlan,
  lockPlanByCode,
  type PlanRow,
  updatePlanRow,
} from './store/plans.ts'
import { saveCharges } from './store/save-charges.ts'
import type { EntitledPlan } from './types.ts'
import { emitThresholdsChanged, replaceUsageThresholds } from './usage-thresholds.ts'

const CODE_INDEX = 'plans_code'

/** @throws 404 `plan_not_found` */
export async function getPlanByCode(ctx: Ctx, code: string): Promise<EntitledPlan> {
  const id = await findPlanIdByCode(ctx, code)
  if (id === undefined) throw notFound('plan')
  return reload(ctx, id)
}

/**
 * Creates a plan with all its parts; what is wrong with any of them undoes all of it.
 *
 * @throws 404 `billable_metrics_not_found` before anything else is looked at, then 404 or 422 for the first part at fault
 */
export async function createPlan(ctx: Ctx, input: PlanInput): Promise<EntitledPlan> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const id = newId()
      const setting = await chargeSettingOf(tx, { planId: id, attached: false }, input.charges ?? [])
      requireMetricsOfCharges(setting, input.charges)
      await requireAddOnsOfFixedCharges(tx, input.fixed_charges)
      const terms = newTerms(input)
      await checkTerms(tx, terms, undefined)
      const metadata = input.metadata === undefined ? null : JSON.stringify(readMetadata(input.metadata))
      const { now } = setting
      await insertPlan(tx, {
        id,
        organization_id: tx.org.id,
        ...columnsOf(terms),
        metadata,
        created_at: now,
        updated_at: now,
      })
      await replaceTaxes(tx, 'plan', id, input.tax_codes)
      await replaceUsageThresholds(tx, { planId: id }, input.usage_thresholds ?? [])
      await saveCharges(tx, [], replaceCharges(setting, [], input.charges ?? []))
      await createFixedChargesOfPlan(tx, id, input.fixed_charges)
      if (!isEmpty(input.minimum_commitment)) await setMinimumCommitment(tx, id, input.minimum_commitment)
      await emit(tx, 'plan.created', id)
      return reload(tx, id)
    }),
  )
}

/**
 * Changes what is in the input; lists are the full new sets. Once a subscription points to the plan, only its names,
 * description, amount, prices and taxes can change; the rest of the input is then ignored. With `cascade_updates`, its
 * private copies follow in background.
 *
 * @throws 404 `plan_not_found`; 404 and 422 as {@link createPlan}
 */
export async function updatePlan(ctx: Ctx, code: string, input: PlanInput): Promise<EntitledPlan> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const row = await lockPlanByCode(tx, code)
      if (row === undefined) throw notFound('plan')
      return changePlan(tx, row, input)
    }),
  )
}

/** As {@link updatePlan}, on a plan that is locked: one that is sold, or the private copy of a subscription. */
export async function changePlan(tx: Ctx, row: PlanRow, input: PlanInput): Promise<EntitledPlan> {
  const attached = await isPlanAttached(tx, row.id)
  const setting = await chargeSettingOf(tx, { planId: row.id, attached }, input.charges ?? [])
  requireMetricsOfCharges(setting, input.charges)
  await requireAddOnsOfFixedCharges(tx, input.fixed_charges)
  const terms = updatedTerms(row, input, attached)
  await checkTerms(tx, terms, row)
  const metadata = input.metadata === undefined ? {} : { metadata: JSON.stringify(readMetadata(input.metadata)) }
  const columns = columnsOf(terms)
  await updatePlanRow(tx, row.id, { ...columns, ...metadata })
  await replaceTaxes(tx, 'plan', row.id, input.tax_codes)
  const chargeChanges = await changeChargesOfPlan(tx, setting, input.charges)
  await replaceFixedChargesOfPlan(tx, { planId: row.id, attached }, input.fixed_charges, {
    cascade: input.cascade_updates ?? false,
  })
  await changeThresholdsOfPlan(tx, row.id, input)
  await setMinimumCommitment(tx, row.id, input.minimum_commitment)
  if (columns.amount_cents !== row.amount_cents) await emit(tx, 'plan.amount_changed', row.id)
  if (input.cascade_updates === true) {
    await cascadeAmount(tx, row.id, row.amount_cents, columns.amount_cents)
    await cascadeCharges(tx, row.id, chargeChanges)
  }
  await emit(tx, 'plan.prices_changed', row.id)
  await emit(tx, 'plan.updated', row.id)
  return reload(tx, row.id)
}

async function changeChargesOfPlan(
  tx: Ctx,
  setting: ChargeSetting,
  inputs: PlanInput['charges'],
): Promise<ChangedCharge[]> {
  if (inputs === undefined) return []
  const before = await getChargesOfPlans(tx, [setting.planId])
  const after = replaceCharges(setting, before, inputs)
  await saveCharges(tx, before, after)
  return changesOfPlan(before, after, inputs)
}

async function changeThresholdsOfPlan(tx: Ctx, planId: string, { usage_thresholds: inputs }: PlanInput): Promise<void> {
  if (inputs === undefined) return
  await replaceUsageThresholds(tx, { planId }, inputs)
  if (inputs.length > 0) await emitThresholdsChanged(tx, { planId })
}

/**
 * Marks the plan and its private copies for deletion and tells those who own their subscriptions to end them. Until that
 * is done, the plan is found and sold as before. Asking again does the same again.
 *
 * @throws 404 `plan_not_found`
 */
export async function requestPlanDeletion(ctx: Ctx, code: string): Promise<EntitledPlan> {
  return transaction(ctx, async tx => {
    const row = await lockPlanByCode(tx, code)
    if (row === undefined) throw notFound('plan')
    await markForDeletion(tx, row.id)
    await emit(tx, 'plan.deletion_requested', row.id)
    await emit(tx, 'plan.deleted', row.id)
    return reload(tx, row.id)
  })
}

/**
 * Soft-deletes a plan whose deletion was requested, after its private copies, once their subscriptions are ended. Its
 * charges stay: past fees refer to them. Does nothing when the plan is deleted already. Tells `plan.deletion_completed`
 * for each of them, from which their drafts are finalized.
 */
export async function completePlanDeletion(ctx: Ctx, planId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const plan = await lockPlan(tx, planId)
    if (plan === undefined || plan.deleted_at !== null || !plan.pending_deletion) return
    // Private copies entitle to nothing of their own.
    await deleteEntitlementsOfPlan(tx, planId)
    const planIds = await deletePlanFamily(tx, planId)
    await emitAll(
      tx,
      planIds.map(objectId => ({ type: 'plan.deletion_completed', objectId })),
    )
  })
}

/** Private copies share the code of their original. */
async function checkTerms(ctx: Ctx, terms: PlanTerms, plan: PlanRow | undefined): Promise<void> {
  const problems = planProblems(terms)
  const isCopy = plan !== undefined && plan.parent_id !== null
  const holder = isCopy ? undefined : await findPlanIdByCode(ctx, terms.code ?? '')
  if (holder !== undefined && holder !== plan?.id) problems.add('code', 'value_already_exist')
  problems.throwIfAny()
}

function isEmpty(value: object | undefined): boolean {
  return Object.keys(value ?? {}).length === 0
}

async function reload(ctx: Ctx, id: string): Promise<EntitledPlan> {
  const plan = (await getEntitledPlans(ctx, [id])).get(id)
  if (plan === undefined) throw notFound('plan')
  return plan
}
