import { findOrganizationClock } from '../accounts/index.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import type { Ctx } from '../platform/context.ts'
import { openDatabase } from '../platform/db/database.ts'
import { prepareDatabase } from '../platform/db/prepare.ts'
import { holdsCluster, runningDatabaseUrl, startEmbeddedPostgres } from '../platform/embedded-postgres/index.ts'
import { createLogger } from '../platform/logging.ts'
import { StartupError } from '../platform/startup-error.ts'
import { typed } from './typed.ts'

/** A command's view of the installation: the database, and nothing of the server. */
export interface Installation {
  readonly system: Omit<Ctx, 'org'>
  /** Migrations that were applied on the way. */
  readonly applied: readonly string[]
}

/**
 * Opens the installation's database for a command: that of DATABASE_URL, the embedded one of the Weir that is running, or
 * else the embedded one started for the time of the command. Migrations are applied first.
 *
 * @throws StartupError when there is none: a command that made one would work on an empty database beside the real one
 */
export async function withInstallation(
  env: NodeJS.ProcessEnv,
  work: (installation: Installation) => Promise<number>,
): Promise<number> {
  const config = readConfig(env)
  const log = createLogger('error')
  await using resources = new AsyncDisposableStack()
  const url = config.databaseUrl ?? (await runningDatabaseUrl(config.dataDir)) ?? (await startOwn(config, resources))
  const database = openDatabase({
    url,
    maxConnections: 4,
    prepareStatements: config.preparedStatements,
    onError: error => log.error({ err: error }, 'database'),
  })
  resources.defer(() => database.close())
  const { applied } = await prepareDatabase(database, config.databaseUrl)
  const system: Omit<Ctx, 'org'> = {
    db: database.db,
    pool: database.pool,
    clock: systemClock,
    log,
    actor: { type: 'system' },
    config: { ...config, secret: config.secret ?? '' },
    subscribers: [],
  }
  // Awaited here: the database is open until the work is done.
  return await work({ system, applied })
}

async function startOwn(config: Config, resources: AsyncDisposableStack): Promise<string> {
  if (!(await holdsCluster(config.dataDir))) {
    throw new StartupError(
      `there is no Weir in ${config.dataDir}; give the data directory of the running one with WEIR_DATA_DIR=…, or its DATABASE_URL`,
    )
  }
  const embedded = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: createLogger('error'),
    onFailure(error) {
      throw error
    },
  })
  resources.defer(() => embedded.stop())
  return embedded.url
}

/**
 * The organization that a command is about: the one given by id or slug, or the only one of its kind.
 *
 * @throws StartupError when it does not exist, or when none was given and there are several
 */
export async function chooseOrganization(system: Omit<Ctx, 'org'>, given: string | undefined): Promise<Ctx> {
  const rows = await system.db
    .selectFrom('organizations')
    .select(['id', 'slug', 'name'])
    .orderBy('created_at')
    .execute()
  const chosen = given === undefined ? rows : rows.filter(row => row.id === given || row.slug === given)
  const [organization] = chosen
  if (rows.length === 0) {
    throw new StartupError(`there is no organization yet; ${typed('org create --name NAME')} makes one`)
  }
  if (organization === undefined) {
    const slugs = rows.map(row => row.slug).join(', ')
    throw new StartupError(
      `there is no organization "${given ?? ''}"; there ${rows.length === 1 ? 'is' : 'are'} ${slugs}`,
    )
  }
  if (chosen.length > 1) {
    throw new StartupError(`say which organization: --org ${rows.map(row => row.slug).join(' | ')}`)
  }
  const found = await findOrganizationClock(system.db, organization.id)
  if (found === undefined) throw new StartupError(`the organization "${organization.slug}" was just deleted`)
  return { ...system, org: found.org }
}
