import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { toPrivilege } from '../features/store.ts'
import type { Entitlement, EntitlementValue } from './types.ts'

/** Who has entitlements. */
const OWNERS = { plan: 'plan_id', subscription: 'subscription_id' } as const

export type EntitlementOwner = keyof typeof OWNERS

interface EntitlementRow {
  readonly owner_id: string
  readonly id: string
  readonly created_at: Temporal.Instant
  readonly feature_id: string
  readonly code: string
  readonly name: string | null
  readonly description: string | null
}

/** Their entitlements by the id of the owner, in order of creation; owners without any are left out. Two queries. */
export async function getEntitlementsOf(
  ctx: Ctx,
  owner: EntitlementOwner,
  ownerIds: readonly string[],
): Promise<Map<string, Entitlement[]>> {
  if (ownerIds.length === 0) return new Map()
  const column = sql.ref(`entitlements.${OWNERS[owner]}`)
  const { rows } = await sql<EntitlementRow>`
    select ${column} as owner_id, entitlements.id, entitlements.created_at,
      features.id as feature_id, features.code, features.name, features.description
    from entitlements
    join features on features.id = entitlements.feature_id
    where entitlements.organization_id = ${ctx.org.id}
      and ${column} = any(${ownerIds}::uuid[])
      and entitlements.deleted_at is null
    order by entitlements.created_at, entitlements.id`.execute(ctx.db)
  const values = await getValues(
    ctx,
    rows.map(row => row.id),
  )
  const entitlements = new Map<string, Entitlement[]>()
  for (const row of rows) {
    const { owner_id: ownerId, id, created_at: createdAt, feature_id, code, name, description } = row
    const entitlement = {
      id,
      createdAt,
      feature: { id: feature_id, code, name, description },
      values: values.get(id) ?? [],
    }
    entitlements.set(ownerId, [...(entitlements.get(ownerId) ?? []), entitlement])
  }
  return entitlements
}

async function getValues(ctx: Ctx, entitlementIds: readonly string[]): Promise<Map<string, EntitlementValue[]>> {
  if (entitlementIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('entitlement_values')
    .innerJoin('privileges', 'privileges.id', 'entitlement_values.privilege_id')
    .select([
      'entitlement_values.entitlement_id',
      'entitlement_values.id as value_id',
      'entitlement_values.value',
      'entitlement_values.created_at',
      'privileges.id',
      'privileges.code',
      'privileges.name',
      'privileges.value_type',
      'privileges.config',
    ])
    .where('entitlement_values.organization_id', '=', ctx.org.id)
    .where(sql<boolean>`entitlement_values.entitlement_id = any(${entitlementIds}::uuid[])`)
    .where('entitlement_values.deleted_at', 'is', null)
    .orderBy('entitlement_values.created_at')
    .orderBy('entitlement_values.id')
    .execute()
  const values = Map.groupBy(rows, row => row.entitlement_id)
  return new Map(
    [...values].map(([id, ofOne]) => [
      id,
      ofOne.map(row => ({
        id: row.value_id,
        privilege: toPrivilege(row),
        text: row.value,
        createdAt: row.created_at,
      })),
    ]),
  )
}

/** The kept plans that have a feature. */
export async function getPlanIdsWithFeature(ctx: Ctx, featureId: string): Promise<string[]> {
  const { rows } = await sql<{ plan_id: string }>`
    select plan_id from entitlements
    where organization_id = ${ctx.org.id}
      and feature_id = ${featureId}
      and plan_id is not null
      and deleted_at is null
    order by created_at, id`.execute(ctx.db)
  return rows.map(row => row.plan_id)
}

/** Entitles a plan or a subscription to a feature that it is not entitled to. */
export async function insertEntitlement(
  ctx: Ctx,
  owner: EntitlementOwner,
  ownerId: string,
  featureId: string,
): Promise<string> {
  const id = newId()
  const now = ctx.clock.now()
  await ctx.db
    .insertInto('entitlements')
    .values({
      id,
      organization_id: ctx.org.id,
      feature_id: featureId,
      [OWNERS[owner]]: ownerId,
      created_at: now,
      updated_at: now,
    })
    .execute()
  return id
}

/** Sets the value of a privilege; one that is set is overwritten. */
export async function setEntitlementValue(
  ctx: Ctx,
  entitlementId: string,
  privilegeId: string,
  text: string,
): Promise<void> {
  const now = ctx.clock.now()
  await sql`
    insert into entitlement_values
      (id, organization_id, entitlement_id, privilege_id, value, created_at, updated_at)
    values (${newId()}, ${ctx.org.id}, ${entitlementId}, ${privilegeId}, ${text}, ${now}, ${now})
    on conflict (entitlement_id, privilege_id) where deleted_at is null
    do update set value = excluded.value, updated_at = excluded.updated_at`.execute(ctx.db)
}

/** Soft-deletes the values that an entitlement has of these privileges; the entitlement stays. */
export async function deleteEntitlementValues(
  ctx: Ctx,
  entitlementId: string,
  privilegeIds: readonly string[],
): Promise<void> {
  const now = ctx.clock.now()
  await sql`
    update entitlement_values set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id}
      and entitlement_id = ${entitlementId}
      and privilege_id = any(${privilegeIds}::uuid[])
      and deleted_at is null`.execute(ctx.db)
}

/** Soft-deletes entitlements with their values. */
export async function deleteEntitlements(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const now = ctx.clock.now()
  await sql`
    update entitlement_values set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and entitlement_id = any(${ids}::uuid[]) and deleted_at is null
  `.execute(ctx.db)
  await sql`
    update entitlements set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and id = any(${ids}::uuid[]) and deleted_at is null`.execute(ctx.db)
}

/** As {@link deleteEntitlements}, for everybody that has a feature. */
export async function deleteEntitlementsToFeature(ctx: Ctx, featureId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from entitlements
    where organization_id = ${ctx.org.id} and feature_id = ${featureId} and deleted_at is null`.execute(ctx.db)
  await deleteEntitlements(
    ctx,
    rows.map(row => row.id),
  )
}

/** As {@link deleteEntitlements}, for everything that a plan entitles to. */
export async function deleteEntitlementsOfPlan(ctx: Ctx, planId: string): Promise<void> {
  const entitlements = (await getEntitlementsOf(ctx, 'plan', [planId])).get(planId) ?? []
  await deleteEntitlements(
    ctx,
    entitlements.map(entitlement => entitlement.id),
  )
}
