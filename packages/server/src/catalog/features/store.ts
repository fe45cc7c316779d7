import { type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { containing } from '../../platform/db/search.ts'
import type { Features, Privileges } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import type { Feature, Privilege, PrivilegeConfig } from './types.ts'

type FeatureRow = Selectable<Features>
type PrivilegeRow = Pick<Selectable<Privileges>, 'id' | 'code' | 'name' | 'value_type' | 'config'>

function keptFeatures(ctx: Ctx) {
  return ctx.db.selectFrom('features').where('organization_id', '=', ctx.org.id).where('deleted_at', 'is', null)
}

/** A feature that is not deleted. */
export async function findFeatureByCode(ctx: Ctx, code: string): Promise<Feature | undefined> {
  const rows = await keptFeatures(ctx).selectAll().where('code', '=', code).execute()
  return (await withPrivileges(ctx, rows))[0]
}

/** @throws 404 `feature_not_found` */
export async function getFeatureByCode(ctx: Ctx, code: string): Promise<Feature> {
  const feature = await findFeatureByCode(ctx, code)
  if (feature === undefined) throw notFound('feature')
  return feature
}

/**
 * As {@link getFeatureByCode}; nobody else changes the feature, or entitles anybody to it, until the transaction ends.
 *
 * @throws 404 `feature_not_found`
 */
export async function lockFeatureByCode(ctx: Ctx, code: string): Promise<Feature> {
  const rows = await keptFeatures(ctx).selectAll().where('code', '=', code).forUpdate().execute()
  const [feature] = await withPrivileges(ctx, rows)
  if (feature === undefined) throw notFound('feature')
  return feature
}

/**
 * The features with these codes, by code. They and their privileges stay as they are until the transaction ends.
 *
 * @throws 404 `feature_not_found` when a code is unknown
 */
export async function holdFeaturesByCodes(ctx: Ctx, codes: readonly string[]): Promise<Map<string, Feature>> {
  if (codes.length === 0) return new Map()
  const rows = await keptFeatures(ctx)
    .selectAll()
    .where(sql<boolean>`code = any(${codes}::text[])`)
    .orderBy('id')
    .forShare()
    .execute()
  const features = new Map((await withPrivileges(ctx, rows)).map(feature => [feature.code, feature]))
  if (!codes.every(code => features.has(code))) throw notFound('feature')
  return features
}

/** By id, also a deleted one: it has no privileges any more. */
export async function findFeatureById(ctx: Ctx, id: string): Promise<Feature | undefined> {
  return (await findFeaturesByIds(ctx, [id]))[0]
}

/** As {@link findFeatureById}, of many, in no particular order. Two queries. */
export async function findFeaturesByIds(ctx: Ctx, ids: readonly string[]): Promise<Feature[]> {
  const rows = await ctx.db
    .selectFrom('features')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  return withPrivileges(ctx, rows)
}

/** @param searchTerm part of a name, a code or a description, in any case; all when undefined */
export async function listFeatures(
  ctx: Ctx,
  searchTerm: string | undefined,
  page: Page,
): Promise<{ features: Feature[]; total: number }> {
  let found = keptFeatures(ctx)
  if (searchTerm !== undefined) {
    const pattern = containing(searchTerm)
    found = found.where(eb =>
      eb.or([eb('name', 'ilike', pattern), eb('code', 'ilike', pattern), eb('description', 'ilike', pattern)]),
    )
  }
  const { total } = await found.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await found
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { features: await withPrivileges(ctx, rows), total: Number(total) }
}

/** Inserts a feature without its privileges. @throws a violation of `features_code` when a kept feature has the code */
export async function insertFeature(ctx: Ctx, feature: Feature): Promise<void> {
  await ctx.db
    .insertInto('features')
    .values({
      id: feature.id,
      organization_id: ctx.org.id,
      code: feature.code,
      name: feature.name,
      description: feature.description,
      created_at: feature.createdAt,
      updated_at: feature.createdAt,
    })
    .execute()
}

/** Writes columns of a feature, which is touched by it. */
export async function updateFeatureRow(ctx: Ctx, id: string, changes: Updateable<Features>): Promise<void> {
  await ctx.db
    .updateTable('features')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .execute()
}

/** Creates a privilege, or overwrites the one with its id. */
export async function writePrivilege(ctx: Ctx, featureId: string, privilege: Privilege): Promise<void> {
  const now = ctx.clock.now()
  const columns = {
    name: privilege.name,
    config: JSON.stringify(privilege.config),
    updated_at: now,
  }
  await ctx.db
    .insertInto('privileges')
    .values({
      id: privilege.id,
      organization_id: ctx.org.id,
      feature_id: featureId,
      code: privilege.code,
      value_type: privilege.valueType,
      created_at: now,
      ...columns,
    })
    .onConflict(conflict => conflict.column('id').doUpdateSet(columns))
    .execute()
}

/** Soft-deletes privileges of a feature, and their values wherever they are set. */
export async function deletePrivileges(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const now = ctx.clock.now()
  await sql`
    update entitlement_values set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and privilege_id = any(${ids}::uuid[]) and deleted_at is null`.execute(ctx.db)
  await sql`
    update privileges set deleted_at = ${now}, updated_at = ${now}
    where organization_id = ${ctx.org.id} and id = any(${ids}::uuid[]) and deleted_at is null`.execute(ctx.db)
}

async function withPrivileges(ctx: Ctx, features: readonly FeatureRow[]): Promise<Feature[]> {
  if (features.length === 0) return []
  const rows = await ctx.db
    .selectFrom('privileges')
    .select(['id', 'feature_id', 'code', 'name', 'value_type', 'config'])
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`feature_id = any(${features.map(feature => feature.id)}::uuid[])`)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const privileges = Map.groupBy(rows, row => row.feature_id)
  return features.map(row => ({
    id: row.id,
    code: row.code,
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
    privileges: (privileges.get(row.id) ?? []).map(toPrivilege),
  }))
}

/** A privilege as it is stored, with its type and configuration. */
export function toPrivilege(row: PrivilegeRow): Privilege {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    valueType: row.value_type as Privilege['valueType'],
    config: row.config as PrivilegeConfig,
  }
}
