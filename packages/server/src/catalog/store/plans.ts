import type { Currency } from '@weir/engine'
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { namedLike } from '../../platform/db/search.ts'
import type { Plans } from '../../platform/db/types.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { getTaxesOf } from '../../taxes/index.ts'
import { getEntitlementsOf } from '../entitlements/store.ts'
import type { EntitledPlan, PlanInterval, PlanSnapshot } from '../types.ts'
import { getChargesOfPlans } from './charges.ts'
import { getMinimumCommitments } from './commitments.ts'
import { getFixedChargesOfPlans } from './fixed-charges.ts'
import { getThresholdsOfPlans } from './thresholds.ts'

export type PlanRow = Selectable<Plans>

/**
 * Plans by id with everything that prices them, deleted plans too; unknown ids are left out. A constant number of queries,
 * however many plans, and none for parts that no plan has.
 */
export async function getPlans(ctx: Ctx, ids: readonly string[]): Promise<Map<string, PlanSnapshot>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('plans')
    .selectAll()
    .select([
      sql<boolean>`exists (select from fixed_charges where plan_id = plans.id and deleted_at is null)`.as('has_fixed'),
      sql<boolean>`exists (select from plans_taxes where plan_id = plans.id)`.as('has_taxes'),
      sql<boolean>`exists (select from commitments where plan_id = plans.id)`.as('has_commitment'),
      sql<boolean>`exists (
        select from usage_thresholds where plan_id in (plans.id, plans.parent_id) and deleted_at is null
      )`.as('has_thresholds'),
    ])
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  const having = (part: (row: (typeof rows)[number]) => boolean) => rows.filter(part).map(row => row.id)
  const charges = Map.groupBy(await getChargesOfPlans(ctx, ids), charge => charge.planId)
  const fixedCharges = Map.groupBy(
    await getFixedChargesOfPlans(
      ctx,
      having(row => row.has_fixed),
    ),
    charge => charge.planId,
  )
  const taxes = await getTaxesOf(
    ctx,
    'plan',
    having(row => row.has_taxes),
  )
  const commitments = await getMinimumCommitments(
    ctx,
    having(row => row.has_commitment),
  )
  const withThresholds = rows.filter(row => row.has_thresholds).flatMap(row => [row.id, row.parent_id ?? row.id])
  const thresholds = await getThresholdsOfPlans(ctx, [...new Set(withThresholds)])
  return new Map(
    rows.map(row => [
      row.id,
      {
        ...toPlan(row),
        charges: charges.get(row.id) ?? [],
        fixedCharges: fixedCharges.get(row.id) ?? [],
        taxes: taxes.get(row.id) ?? [],
        minimumCommitment: commitments.get(row.id) ?? null,
        usageThresholds: thresholds.get(row.id) ?? [],
        parentUsageThresholds: row.parent_id === null ? [] : (thresholds.get(row.parent_id) ?? []),
      },
    ]),
  )
}

/** As {@link getPlans}, with what the plans entitle to. */
export async function getEntitledPlans(ctx: Ctx, ids: readonly string[]): Promise<Map<string, EntitledPlan>> {
  const plans = await getPlans(ctx, ids)
  const entitlements = await getEntitlementsOf(ctx, 'plan', [...plans.keys()])
  return new Map([...plans].map(([id, plan]) => [id, { ...plan, entitlements: entitlements.get(id) ?? [] }]))
}

/** The plan that is sold under a code, with everything that prices it. Private copies of subscriptions are not found. */
export async function findPlanByCode(ctx: Ctx, code: string): Promise<PlanSnapshot | undefined> {
  const id = await findPlanIdByCode(ctx, code)
  return id === undefined ? undefined : (await getPlans(ctx, [id])).get(id)
}

/** The id of the plan that is sold under a code. */
export async function findPlanIdByCode(ctx: Ctx, code: string): Promise<string | undefined> {
  return (await plansByCode(ctx, code).executeTakeFirst())?.id
}

/** The row of a plan; nobody else changes it, its charges, or subscribes to it until the transaction ends. */
export async function lockPlanByCode(ctx: Ctx, code: string): Promise<PlanRow | undefined> {
  return plansByCode(ctx, code).forUpdate().executeTakeFirst()
}

function plansByCode(ctx: Ctx, code: string) {
  return ctx.db
    .selectFrom('plans')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('code', '=', code)
    .where('parent_id', 'is', null)
    .where('deleted_at', 'is', null)
}

/** As {@link lockPlanByCode}, by id; a deleted plan too. */
export async function lockPlan(ctx: Ctx, id: string): Promise<PlanRow | undefined> {
  return ctx.db
    .selectFrom('plans')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/**
 * A page of the plans that are sold, the newest first, and how many there are in all. Those to be deleted are among
 * them.
 */
export async function listPlans(
  ctx: Ctx,
  searchTerm: string | undefined,
  page: Page,
): Promise<{ plans: EntitledPlan[]; total: number }> {
  let sold = ctx.db
    .selectFrom('plans')
    .where('organization_id', '=', ctx.org.id)
    .where('parent_id', 'is', null)
    .where('deleted_at', 'is', null)
  if (searchTerm !== undefined) sold = sold.where(namedLike(searchTerm))
  const { total } = await sold.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await sold
    .select('id')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  const plans = await getEntitledPlans(
    ctx,
    rows.map(row => row.id),
  )
  return { plans: rows.flatMap(row => plans.get(row.id) ?? []), total: Number(total) }
}

/** True when any subscription, whatever its status, points to the plan itself. */
export async function isPlanAttached(ctx: Ctx, planId: string): Promise<boolean> {
  const subscription = await ctx.db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('plan_id', '=', planId)
    .limit(1)
    .executeTakeFirst()
  return subscription !== undefined
}

/** The metrics that the kept charges of a plan are on. */
export async function getMetricIdsOfPlan(ctx: Ctx, planId: string): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('charges')
    .select('billable_metric_id')
    .distinct()
    .where('organization_id', '=', ctx.org.id)
    .where('plan_id', '=', planId)
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map(row => row.billable_metric_id)
}

/** Inserts a plan without its parts. @throws a violation of `plans_code` when one that is sold has the code */
export async function insertPlan(ctx: Ctx, row: Insertable<Plans>): Promise<void> {
  await ctx.db.insertInto('plans').values(row).execute()
}

/** Writes columns of a plan; without any, it only counts as touched. */
export async function updatePlanRow(ctx: Ctx, id: string, changes: Updateable<Plans>): Promise<void> {
  await ctx.db
    .updateTable('plans')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .execute()
}

type OwnColumns = Omit<
  PlanSnapshot,
  'charges' | 'fixedCharges' | 'taxes' | 'minimumCommitment' | 'usageThresholds' | 'parentUsageThresholds'
>

function toPlan(row: PlanRow): OwnColumns {
  return {
    id: row.id,
    parentId: row.parent_id,
    code: row.code,
    name: row.name,
    invoiceDisplayName: row.invoice_display_name,
    description: row.description,
    interval: row.interval as PlanInterval,
    amountCents: row.amount_cents,
    amountCurrency: row.amount_currency as Currency,
    payInAdvance: row.pay_in_advance,
    trialPeriod: row.trial_period,
    billChargesMonthly: row.bill_charges_monthly,
    billFixedChargesMonthly: row.bill_fixed_charges_monthly,
    pendingDeletion: row.pending_deletion,
    metadata: row.metadata as PlanSnapshot['metadata'],
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
  }
}
