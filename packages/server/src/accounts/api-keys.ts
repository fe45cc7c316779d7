import { randomUUID } from 'node:crypto'
import { type Ctx, type Db, type OrganizationRef, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { notFound, validation } from '../platform/errors.ts'
import type { Permissions } from '../platform/http/authentication.ts'
import { newId } from '../platform/ids.ts'
import { hashKey } from '../platform/secrets.ts'
import { checkPermissions, fullPermissions, readPermissions } from './permissions.ts'

export interface ApiKey {
  readonly id: string
  readonly name: string | null
  /** Last four characters: all that can be shown of a key after its creation. */
  readonly ending: string
  readonly createdAt: Temporal.Instant
  readonly expiresAt: Temporal.Instant | null
  readonly lastUsedAt: Temporal.Instant | null
}

/**
 * Creates an API key of the organization and returns it with its value, which is not stored and cannot be shown again.
 *
 * @param input.value the key itself, where the operator chose it; a random UUID otherwise
 * @param input.permissions what the key may do; everything otherwise
 * @throws 422 for permissions that do not exist
 */
export async function createApiKey(
  ctx: Ctx,
  input: { name?: string | null; value?: string; permissions?: Permissions } = {},
): Promise<{ id: string; value: string }> {
  const permissions = input.permissions ?? fullPermissions()
  checkPermissions(permissions)
  const value = input.value ?? randomUUID()
  const id = newId()
  await ctx.db
    .insertInto('api_keys')
    .values({
      id,
      organization_id: ctx.org.id,
      name: input.name ?? null,
      key_hash: hashKey(value),
      key_ending: value.slice(-4),
      permissions: JSON.stringify(permissions),
      // Keys belong to the real world: their age and expiry do not follow a test clock.
      created_at: Temporal.Now.instant(),
    })
    .execute()
  return { id, value }
}

/**
 * As {@link createApiKey}, for somebody who asks for a key: it is told (`api_key.created`), without the key itself.
 *
 * @throws 422 for permissions that do not exist
 */
export async function issueApiKey(
  ctx: Ctx,
  input: { name?: string | null; permissions?: Permissions } = {},
): Promise<{ id: string; value: string }> {
  return transaction(ctx, async tx => {
    const created = await createApiKey(tx, input)
    const permissions = Object.entries(input.permissions ?? fullPermissions()).flatMap(([resource, modes]) =>
      modes.map(mode => `${resource}:${mode}`),
    )
    const told = { name: input.name ?? null, value_ending: created.value.slice(-4), permissions }
    await emit(tx, 'api_key.created', created.id, told)
    return created
  })
}

/** The organization's keys that have not expired, oldest first. */
export async function listApiKeys(ctx: Ctx): Promise<ApiKey[]> {
  const rows = await ctx.db
    .selectFrom('api_keys')
    .select(['id', 'name', 'key_ending', 'created_at', 'expires_at', 'last_used_at'])
    .where('organization_id', '=', ctx.org.id)
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Temporal.Now.instant())]))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(row => ({
    id: row.id,
    name: row.name,
    ending: row.key_ending,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }))
}

/**
 * Ends a key at once, and tells it (`api_key.deleted`).
 *
 * @throws 404 `api_key_not_found`; 422 `last_non_expiring_api_key` when no other key without an end would remain
 */
export async function revokeApiKey(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async tx => {
    const keys = await listApiKeys(tx)
    const revoked = keys.find(key => key.id === id)
    if (revoked === undefined) throw notFound('api_key')
    if (!keys.some(key => key.id !== id && key.expiresAt === null)) {
      throw validation({ base: ['last_non_expiring_api_key'] })
    }
    await tx.db
      .updateTable('api_keys')
      .set({ expires_at: Temporal.Now.instant() })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', id)
      .execute()
    await emit(tx, 'api_key.deleted', id, { name: revoked.name, value_ending: revoked.ending })
  })
}

export interface KeyOwner {
  readonly apiKeyId: string
  readonly org: OrganizationRef
  readonly testClockNow: Temporal.Instant | null
  readonly permissions: Permissions
}

/** Whom a key belongs to; undefined when it is unknown or has expired. */
export async function findKeyOwner(db: Db, key: string): Promise<KeyOwner | undefined> {
  const row = await db
    .selectFrom('api_keys')
    .innerJoin('organizations', 'organizations.id', 'api_keys.organization_id')
    .select([
      'api_keys.id as api_key_id',
      'api_keys.permissions',
      'organizations.id',
      'organizations.sandbox',
      'organizations.test_clock_now',
    ])
    .where('key_hash', '=', hashKey(key))
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', Temporal.Now.instant())]))
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    apiKeyId: row.api_key_id,
    org: { id: row.id, sandbox: row.sandbox, testClock: row.test_clock_now !== null },
    testClockNow: row.test_clock_now,
    permissions: readPermissions(row.permissions),
  }
}
