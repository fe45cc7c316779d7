import type { Selectable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { BillingEntities } from '../platform/db/types.ts'
import { notFound } from '../platform/errors.ts'
import { isUuid } from '../platform/ids.ts'

export type BillingEntity = Selectable<BillingEntities>

/**
 * The organization's active billing entities, oldest first: the first one is the default. Ids sort by real creation, which
 * `created_at` does not where a test clock was moved back.
 */
export async function listBillingEntities(ctx: Ctx): Promise<BillingEntity[]> {
  return ctx.db
    .selectFrom('billing_entities')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('archived_at', 'is', null)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
}

/** @throws 404 when every billing entity was archived */
export async function getDefaultBillingEntity(ctx: Ctx): Promise<BillingEntity> {
  const [entity] = await listBillingEntities(ctx)
  if (entity === undefined) throw notFound('billing_entity')
  return entity
}

/** By code; an archived one only when no active one has the code. */
export async function getBillingEntityByCode(ctx: Ctx, code: string): Promise<BillingEntity> {
  const entity = await ctx.db
    .selectFrom('billing_entities')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('code', '=', code)
    .where('deleted_at', 'is', null)
    .orderBy('archived_at', order => order.desc().nullsFirst())
    .executeTakeFirst()
  if (entity === undefined) throw notFound('billing_entity')
  return entity
}

/**
 * The entity that a request names: the active one with the code, or the default one when the code is blank.
 *
 * @throws 404 `billing_entity_not_found` for an unknown or archived code
 */
export async function resolveBillingEntity(ctx: Ctx, code: string | null | undefined): Promise<BillingEntity> {
  if (code === undefined || code === null || code.trim() === '') return getDefaultBillingEntity(ctx)
  const entity = (await listBillingEntities(ctx)).find(candidate => candidate.code === code)
  if (entity === undefined) throw notFound('billing_entity')
  return entity
}

/**
 * The entities with these codes, archived ones included.
 *
 * @throws 404 `billing_entity_not_found` when a code is unknown
 */
export async function findBillingEntitiesByCodes(ctx: Ctx, codes: readonly string[]): Promise<BillingEntity[]> {
  const entities = await ctx.db
    .selectFrom('billing_entities')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('code', 'in', codes)
    .where('deleted_at', 'is', null)
    .execute()
  const known = new Set(entities.map(entity => entity.code))
  if (!codes.every(code => known.has(code))) throw notFound('billing_entity')
  return entities
}

/**
 * The ids of the entities that a list is to be of, named by code or by id, archived ones included; undefined where none is named.
 *
 * @throws 404 `billing_entity_not_found` when a code or an id is unknown
 */
export async function findBillingEntityIds(
  ctx: Ctx,
  { codes, ids }: { readonly codes: readonly string[]; readonly ids: readonly string[] },
): Promise<string[] | undefined> {
  if (codes.length + ids.length === 0) return undefined
  const byCode = codes.length === 0 ? [] : await findBillingEntitiesByCodes(ctx, codes)
  const known = await findBillingEntitiesByIds(ctx, ids.filter(isUuid))
  if (!ids.every(id => known.has(id.toLowerCase()))) throw notFound('billing_entity')
  return [...byCode.map(entity => entity.id), ...known.keys()]
}

/** By id, archived ones included: what existing customers and invoices refer to. */
export async function findBillingEntitiesByIds(ctx: Ctx, ids: readonly string[]): Promise<Map<string, BillingEntity>> {
  if (ids.length === 0) return new Map()
  const entities = await ctx.db
    .selectFrom('billing_entities')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
  return new Map(entities.map(entity => [entity.id, entity]))
}
