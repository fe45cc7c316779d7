import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { notFound } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { requirePlanAvailable, requireTaxes } from './availability.ts'
import { replaceCharges } from './charge-set.ts'
import { chargeSettingOf, requireMetricsOfCharges } from './charge-setting.ts'
import { createFixedChargesOfPlan, replaceFixedChargesOfPlan } from './fixed-charges/fixed-charges.ts'
import { requireAddOnsOfFixedCharges } from './fixed-charges/setting.ts'
import { readMetadata } from './metadata.ts'
import { columnsOf, newTerms, type PlanTerms, planProblems, updatedTerms } from './plan-terms.ts'
import type { PlanInput } from './schema.ts'
import { getChargesOfPlans } from './store/charges.ts'
import {
  findPlanByCode,
  findPlanIdByCode,
  getPlans,
  insertPlan,
  isPlanAttached,
  lockPlan,
  lockPlanByCode,
  updatePlanRow,
} from './store/plans.ts'
import { saveCharges } from './store/save-charges.ts'
import type { PlanSnapshot } from './types.ts'
import { claimingCode } from './unique-code.ts'

const CODE_INDEX = 'plans_code'

/** @throws 404 `plan_not_found` */
export async function getPlanByCode(ctx: Ctx, code: string): Promise<PlanSnapshot> {
  const plan = await findPlanByCode(ctx, code)
  if (plan === undefined) throw notFound('plan')
  return plan
}

/**
 * Creates a plan with its charges; what is wrong with any of them undoes all of it.
 *
 * @throws 404 `billable_metrics_not_found` before anything else is looked at, then 422 for the first part at fault
 * @throws 403 `feature_unavailable` for prices that cannot be billed
 */
export async function createPlan(ctx: Ctx, input: PlanInput): Promise<PlanSnapshot> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const id = newId()
      const setting = await chargeSettingOf(tx, { planId: id, attached: false }, metricIdsOf(input))
      requireMetricsOfCharges(setting, input.charges)
      await requireAddOnsOfFixedCharges(tx, input.fixed_charges)
      const terms = newTerms(input)
      await checkTerms(tx, terms, undefined)
      requirePlanAvailable(input)
      const metadata = input.metadata === undefined ? null : JSON.stringify(readMetadata(input.metadata))
      requireTaxes(input.tax_codes)
      const { now } = setting
      await insertPlan(tx, {
        id,
        organization_id: tx.org.id,
        ...columnsOf(terms),
        metadata,
        created_at: now,
        updated_at: now,
      })
      await saveCharges(tx, [], replaceCharges(setting, [], input.charges ?? []))
      await createFixedChargesOfPlan(tx, id, input.fixed_charges)
      await emit(tx, 'plan.created', id)
      return reload(tx, id)
    }),
  )
}

/**
 * Changes what is in the input; a list of charges is the full new set. Once a subscription points to the plan, only its
 * names, description, amount and prices can change; the rest of the input is then ignored.
 *
 * @throws 404, 422 and 403 as {@link createPlan}
 */
export async function updatePlan(ctx: Ctx, code: string, input: PlanInput): Promise<PlanSnapshot> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const row = await lockPlanByCode(tx, code)
      if (row === undefined) throw notFound('plan')
      const attached = await isPlanAttached(tx, row.id)
      const setting = await chargeSettingOf(tx, { planId: row.id, attached }, metricIdsOf(input))
      requireMetricsOfCharges(setting, input.charges)
      await requireAddOnsOfFixedCharges(tx, input.fixed_charges)
      const terms = updatedTerms(row, input, attached)
      await checkTerms(tx, terms, row.id)
      requirePlanAvailable(input)
      const metadata = input.metadata === undefined ? {} : { metadata: JSON.stringify(readMetadata(input.metadata)) }
      requireTaxes(input.tax_codes)
      const columns = columnsOf(terms)
      await updatePlanRow(tx, row.id, { ...columns, ...metadata })
      if (input.charges !== undefined) {
        const current = await getChargesOfPlans(tx, [row.id])
        await saveCharges(tx, current, replaceCharges(setting, current, input.charges))
      }
      await replaceFixedChargesOfPlan(tx, { planId: row.id, attached }, input.fixed_charges, {
        cascade: input.cascade_updates ?? false,
      })
      if (columns.amount_cents !== row.amount_cents) await emit(tx, 'plan.amount_changed', row.id)
      await emit(tx, 'plan.prices_changed', row.id)
      await emit(tx, 'plan.updated', row.id)
      return reload(tx, row.id)
    }),
  )
}

/**
 * Marks the plan for deletion and tells those who own its subscriptions to end them. Until that is done, the plan is found
 * and sold as before. Asking again does the same again.
 *
 * @throws 404 `plan_not_found`
 */
export async function requestPlanDeletion(ctx: Ctx, code: string): Promise<PlanSnapshot> {
  return transaction(ctx, async tx => {
    const row = await lockPlanByCode(tx, code)
    if (row === undefined) throw notFound('plan')
    await updatePlanRow(tx, row.id, { pending_deletion: true })
    await emit(tx, 'plan.deletion_requested', row.id)
    await emit(tx, 'plan.deleted', row.id)
    return reload(tx, row.id)
  })
}

/**
 * Soft-deletes a plan whose deletion was requested, once its subscriptions are ended and its drafts are finalized. Its
 * charges stay: past fees refer to them. Does nothing when the plan is deleted already.
 */
export async function completePlanDeletion(ctx: Ctx, planId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const plan = await lockPlan(tx, planId)
    if (plan === undefined || plan.deleted_at !== null || !plan.pending_deletion) return
    await updatePlanRow(tx, planId, { pending_deletion: false, deleted_at: tx.clock.now() })
  })
}

async function checkTerms(ctx: Ctx, terms: PlanTerms, planId: string | undefined): Promise<void> {
  const problems = planProblems(terms)
  const holder = await findPlanIdByCode(ctx, terms.code ?? '')
  if (holder !== undefined && holder !== planId) problems.add('code', 'value_already_exist')
  problems.throwIfAny()
}

function metricIdsOf(input: PlanInput): string[] {
  return (input.charges ?? []).flatMap(charge => charge.billable_metric_id ?? [])
}

async function reload(ctx: Ctx, id: string): Promise<PlanSnapshot> {
  const plan = (await getPlans(ctx, [id])).get(id)
  if (plan === undefined) throw notFound('plan')
  return plan
}
