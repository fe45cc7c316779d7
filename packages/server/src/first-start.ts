import { sql } from 'kysely'
import { countOrganizations, createOrganization, FIRST_NAMES } from './accounts/index.ts'
import type { Ctx } from './platform/context.ts'

export interface FirstKeys {
  readonly live: string
  readonly sandbox: string
}

/**
 * On an empty database, creates a live and a sandbox organization and returns their API keys, which are shown this once.
 * Several processes may start at once: one of them creates, the others find the organizations there.
 *
 * @returns undefined when the installation has organizations already
 */
export async function createFirstOrganizations(system: Omit<Ctx, 'org'>): Promise<FirstKeys | undefined> {
  return system.db.transaction().execute(async tx => {
    const base = { ...system, db: tx }
    await lockInstallation(tx)
    if ((await countOrganizations(tx)) > 0) return undefined
    const { liveApiKey, sandboxApiKey } = system.config
    const live = await createOrganization(base, {
      name: FIRST_NAMES.live,
      sandbox: false,
      ...(liveApiKey && { apiKey: liveApiKey }),
    })
    const sandbox = await createOrganization(base, {
      name: FIRST_NAMES.sandbox,
      sandbox: true,
      ...(sandboxApiKey && { apiKey: sandboxApiKey }),
    })
    return { live: live.apiKey, sandbox: sandbox.apiKey }
  })
}

/** The slug of the oldest live organization, else of the oldest of all; undefined when there is none. */
export async function oldestSlug(db: Ctx['db']): Promise<string | undefined> {
  const query = db.selectFrom('organizations').select('slug').orderBy('sandbox').orderBy('created_at').limit(1)
  return (await query.executeTakeFirst())?.slug
}

async function lockInstallation(tx: Ctx['db']): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('weir:first_start', 0))`.execute(tx)
}
