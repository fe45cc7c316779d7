import { sql } from 'kysely'
import { type Ctx, transaction } from '../platform/context.ts'
import { differences } from '../platform/differences.ts'
import { emit } from '../platform/domain-events.ts'
import { Problems } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { urlProblems } from '../platform/validation/urls.ts'
import { getDefaultBillingEntity } from './billing-entities.ts'
import { slugProblems } from './naming.ts'
import type { Organization } from './organizations.ts'
import type { OrganizationInput } from './schema.ts'
import { readSettings, type Settings } from './settings.ts'
import { changeBillingEntity } from './update-billing-entity.ts'

interface OrganizationChanges extends Settings {
  slug?: string
  document_numbering?: string
  issue_receipts?: boolean
  audit_logs_period?: number | null
}

/** A hundred years. */
const LONGEST_LOGS_PERIOD = 36_500

/**
 * Updates the organization's settings, and with them those of its default billing entity, which is what billing looks
 * at. Keys that are absent stay as they are. `webhook_url` changes the first webhook endpoint, or makes one.
 *
 * @throws 422 with everything that is wrong; nothing is changed then
 */
export async function updateOrganization(ctx: Ctx, input: OrganizationInput): Promise<void> {
  await transaction(ctx, async tx => {
    const organization = await lockOrganization(tx)
    const problems = new Problems()
    const changes: OrganizationChanges = readSettings(input, problems)
    readNumbering(input, changes, problems)
    if (typeof input.issue_receipts === 'boolean') changes.issue_receipts = input.issue_receipts
    readLogsPeriod(input, changes, problems)
    await readSlug(tx, organization, input, changes, problems)
    if (input.webhook_url !== undefined) await checkWebhookUrl(tx, input.webhook_url, problems)
    problems.throwIfAny()

    await tx.db
      .updateTable('organizations')
      .set({ ...changes, updated_at: tx.clock.now() })
      .where('id', '=', tx.org.id)
      .execute()
    if (input.webhook_url) await saveFirstWebhookUrl(tx, input.webhook_url.trim())
    await updateDefaultBillingEntity(tx, changes)
  })
}

async function lockOrganization(ctx: Ctx): Promise<Organization> {
  return ctx.db
    .selectFrom('organizations')
    .selectAll()
    .where('id', '=', ctx.org.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

function readNumbering(input: OrganizationInput, changes: OrganizationChanges, problems: Problems): void {
  const numbering = input.document_numbering
  if (numbering === undefined) return
  if (numbering === 'per_customer' || numbering === 'per_organization') changes.document_numbering = numbering
  else problems.add('document_numbering', 'value_is_invalid')
}

/** In days; null keeps the lists of logs whole. */
function readLogsPeriod(input: OrganizationInput, changes: OrganizationChanges, problems: Problems): void {
  const days = input.audit_logs_period
  if (days === undefined) return
  if (days !== null && !(days >= 0 && days <= LONGEST_LOGS_PERIOD)) {
    problems.add('audit_logs_period', 'value_is_out_of_range')
  } else changes.audit_logs_period = days
}

async function readSlug(
  ctx: Ctx,
  organization: Organization,
  input: OrganizationInput,
  changes: OrganizationChanges,
  problems: Problems,
): Promise<void> {
  if (input.slug === undefined) return
  const slug = input.slug?.trim().toLowerCase() ?? ''
  if (slug === organization.slug) return
  const codes = slugProblems(slug)
  if (await isSlugTaken(ctx, slug)) codes.unshift('value_already_exist')
  if (codes.length > 0) problems.add('slug', ...codes)
  else changes.slug = slug
}

/** Slugs are unique over the whole installation: requests that change one take turns. */
async function isSlugTaken(ctx: Ctx, slug: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('weir:organization_slugs', 0))`.execute(ctx.db)
  const owner = await ctx.db.selectFrom('organizations').select('id').where('slug', '=', slug).executeTakeFirst()
  return owner !== undefined
}

async function updateDefaultBillingEntity(ctx: Ctx, changes: OrganizationChanges): Promise<void> {
  const { slug: _, issue_receipts: __, audit_logs_period: ___, document_numbering, ...settings } = changes
  const entity = await getDefaultBillingEntity(ctx)
  await changeBillingEntity(ctx, entity, {
    ...settings,
    ...(document_numbering !== undefined && {
      document_numbering: document_numbering === 'per_customer' ? 'per_customer' : 'per_billing_entity',
    }),
  })
}

/** URLs of the organization's webhook endpoints, oldest first. */
export async function listWebhookUrls(ctx: Ctx): Promise<string[]> {
  const endpoints = await listEndpoints(ctx)
  return endpoints.map(endpoint => endpoint.webhook_url)
}

async function listEndpoints(ctx: Ctx) {
  return ctx.db
    .selectFrom('webhook_endpoints')
    .select(['id', 'webhook_url'])
    .where('organization_id', '=', ctx.org.id)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

async function checkWebhookUrl(ctx: Ctx, url: string | null, problems: Problems): Promise<void> {
  const codes = urlProblems(url)
  const others = (await listWebhookUrls(ctx)).slice(1)
  if (url !== null && others.includes(url.trim())) codes.push('value_already_exist')
  if (codes.length > 0) problems.add('webhook_url', ...codes)
}

async function saveFirstWebhookUrl(ctx: Ctx, url: string): Promise<void> {
  const [first] = await listEndpoints(ctx)
  const now = ctx.clock.now()
  if (first === undefined) {
    const id = newId()
    await ctx.db
      .insertInto('webhook_endpoints')
      .values({ id, organization_id: ctx.org.id, webhook_url: url, created_at: now, updated_at: now })
      .execute()
    await emit(ctx, 'webhook_endpoint.created', id, { webhook_url: url, signature_algo: 'jwt' })
    return
  }
  await ctx.db
    .updateTable('webhook_endpoints')
    .set({ webhook_url: url, updated_at: now })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', first.id)
    .execute()
  const diff = differences({ webhook_url: first.webhook_url }, { webhook_url: url })
  await emit(ctx, 'webhook_endpoint.updated', first.id, { webhook_url: url, diff })
}
