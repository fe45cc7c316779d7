import { randomUUID } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import { type Ctx, transaction } from '../platform/context.ts'
import type { DB, Organizations } from '../platform/db/types.ts'
import { validation } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { createApiKey } from './api-keys.ts'
import { codeFromName, documentNumberPrefix, slugFromName, variantOfSlug } from './naming.ts'

export type Organization = Selectable<Organizations>

export interface NewOrganization {
  readonly name: string
  readonly sandbox: boolean
  /** The API key's value where the operator chose it; a random one otherwise. */
  readonly apiKey?: string
}

/**
 * Creates an organization with its default billing entity (same id, same name) and one API key that may do everything.
 *
 * @returns the organization's id and the key, which is shown this once
 * @throws 422 when the name is blank
 */
export async function createOrganization(
  base: Omit<Ctx, 'org'>,
  input: NewOrganization,
): Promise<{ ctx: Ctx; apiKey: string }> {
  if (isBlank(input.name)) throw validation({ name: ['value_is_mandatory'] })
  const id = newId()
  const ctx: Ctx = { ...base, org: { id, sandbox: input.sandbox, testClock: false } }
  return transaction(ctx, async tx => {
    const now = tx.clock.now()
    const prefix = documentNumberPrefix(input.name, id)
    const slug = await freeSlug(tx, input.name)
    await tx.db
      .insertInto('organizations')
      .values({
        id,
        name: input.name,
        slug,
        sandbox: input.sandbox,
        document_number_prefix: prefix,
        hmac_key: randomUUID(),
        created_at: now,
        updated_at: now,
      })
      .execute()
    await tx.db
      .insertInto('billing_entities')
      .values({
        id,
        organization_id: id,
        code: codeFromName(input.name),
        name: input.name,
        document_number_prefix: prefix,
        created_at: now,
        updated_at: now,
      })
      .execute()
    const key = await createApiKey(tx, input.apiKey === undefined ? {} : { value: input.apiKey })
    return { ctx, apiKey: key.value }
  })
}

/** The name's own slug, or the first variant of it that nobody has. */
async function freeSlug(ctx: Ctx, name: string): Promise<string> {
  const wanted = slugFromName(name)
  for (let slug = wanted; ; slug = variantOfSlug(wanted)) {
    const taken = await ctx.db.selectFrom('organizations').select('id').where('slug', '=', slug).executeTakeFirst()
    if (taken === undefined) return slug
  }
}

/** The names of the organizations that the first start makes. */
export const FIRST_NAMES = { live: 'Live', sandbox: 'Sandbox' } as const

/**
 * Gives the organizations that the first start made the name of the company, as long as they have the names they were made
 * with. Their default billing entities are renamed too; codes and the prefixes of document numbers stay.
 */
export async function renameFirstOrganizations(base: Omit<Ctx, 'org'>, company: string): Promise<void> {
  const first = await base.db
    .selectFrom('organizations')
    .select(['id', 'sandbox'])
    .where(eb =>
      eb.or([
        eb.and([eb('name', '=', FIRST_NAMES.live), eb('sandbox', '=', false)]),
        eb.and([eb('name', '=', FIRST_NAMES.sandbox), eb('sandbox', '=', true)]),
      ]),
    )
    .execute()
  for (const { id, sandbox } of first) {
    const name = sandbox ? `${company} Sandbox` : company
    const ctx: Ctx = { ...base, org: { id, sandbox, testClock: false } }
    await base.db
      .updateTable('organizations')
      .set({ name, slug: await freeSlug(ctx, name) })
      .where('id', '=', id)
      .execute()
    // The default billing entity has its organization's id.
    await base.db
      .updateTable('billing_entities')
      .set({ name })
      .where('organization_id', '=', id)
      .where('id', '=', id)
      .execute()
  }
}

export async function getOrganization(ctx: Ctx): Promise<Organization> {
  return ctx.db.selectFrom('organizations').selectAll().where('id', '=', ctx.org.id).executeTakeFirstOrThrow()
}

/** How many organizations this installation has. None: it is new. */
export async function countOrganizations(db: Kysely<DB>): Promise<number> {
  const row = await db
    .selectFrom('organizations')
    .select(db.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** An organization's identity and clock, for background work on its behalf. */
export async function findOrganizationClock(
  db: Kysely<DB>,
  id: string,
): Promise<{ org: Ctx['org']; testClockNow: Temporal.Instant | null } | undefined> {
  const row = await db
    .selectFrom('organizations')
    .select(['id', 'sandbox', 'test_clock_now'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    org: { id: row.id, sandbox: row.sandbox, testClock: row.test_clock_now !== null },
    testClockNow: row.test_clock_now,
  }
}
