import { EU_COUNTRIES } from '@weir/engine'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { type BillingEntity, getBillingEntityByCode } from './billing-entities.ts'
import { replaceSections } from './custom-sections/selection.ts'
import { keepLogo, readLogo } from './logo.ts'
import type { BillingEntityInput } from './schema.ts'
import { readSettings, type Settings } from './settings.ts'

export const ISSUING_DATE_ANCHORS: readonly string[] = ['current_period_end', 'next_period_start']
export const ISSUING_DATE_ADJUSTMENTS: readonly string[] = ['keep_anchor', 'align_with_finalization_date']

/** New values of a billing entity's columns; absent: unchanged. */
export interface BillingEntityChanges extends Settings {
  name?: string
  phone?: string | null
  einvoicing?: boolean
  eu_tax_management?: boolean
  logo_file_key?: string | null
  document_numbering?: 'per_customer' | 'per_billing_entity'
  subscription_invoice_issuing_date_anchor?: string
  subscription_invoice_issuing_date_adjustment?: string
}

/**
 * Updates the billing entity with this code, but for its taxes. Keys that are absent stay as they are.
 *
 * @throws 404 `billing_entity_not_found`; 422 with everything that is wrong
 */
export async function updateBillingEntity(ctx: Ctx, code: string, input: BillingEntityInput): Promise<void> {
  await transaction(ctx, async tx => {
    const entity = await getBillingEntityByCode(tx, code)
    const problems = new Problems()
    const changes = readBillingEntityChanges(input, problems, entity)
    if (input.document_numbering !== undefined) {
      changes.document_numbering = input.document_numbering === 'per_customer' ? 'per_customer' : 'per_billing_entity'
    }
    const logo = readLogo(input.logo, problems)
    problems.throwIfAny()
    await changeBillingEntity(tx, entity, { ...changes, ...(await keepLogo(tx, logo)) })
    const sections = input.invoice_custom_section_codes
    if (sections !== undefined) await replaceSections(tx, 'billing_entity', entity.id, sections)
  })
}

/** Countries whose e-invoices can be made. */
const EINVOICING_COUNTRIES: readonly string[] = ['FR', 'DE']

/**
 * What a request says about a billing entity, except how its documents are numbered.
 *
 * @param before the entity as it is; null where it is being created
 */
export function readBillingEntityChanges(
  input: BillingEntityInput,
  problems: Problems,
  before: BillingEntity | null,
): BillingEntityChanges {
  const changes: BillingEntityChanges = readSettings(input, problems)
  if (input.name !== undefined) {
    if (isBlank(input.name)) problems.add('name', 'value_is_mandatory')
    else changes.name = withoutNul(input.name ?? '')
  }
  if (input.phone !== undefined) changes.phone = withoutNul(input.phone)
  if (typeof input.einvoicing === 'boolean') {
    changes.einvoicing = input.einvoicing
    const country = countryAfter(changes, before)
    if (input.einvoicing && !country) problems.add('einvoicing', 'country_must_be_present')
    else if (input.einvoicing && country && !EINVOICING_COUNTRIES.includes(country)) {
      problems.add('einvoicing', 'country_not_supported')
    }
  }
  if (typeof input.eu_tax_management === 'boolean') {
    changes.eu_tax_management = input.eu_tax_management
    if (input.eu_tax_management && !EU_COUNTRIES.includes(countryAfter(changes, before) ?? '')) {
      problems.add('eu_tax_management', 'billing_entity_must_be_in_eu')
    }
  }
  readChoice('subscription_invoice_issuing_date_anchor', ISSUING_DATE_ANCHORS, input, changes, problems)
  readChoice('subscription_invoice_issuing_date_adjustment', ISSUING_DATE_ADJUSTMENTS, input, changes, problems)
  return changes
}

function countryAfter(changes: BillingEntityChanges, before: BillingEntity | null): string | null | undefined {
  return changes.country === undefined ? before?.country : changes.country
}

function readChoice(
  column: 'subscription_invoice_issuing_date_anchor' | 'subscription_invoice_issuing_date_adjustment',
  choices: readonly string[],
  input: BillingEntityInput,
  changes: BillingEntityChanges,
  problems: Problems,
): void {
  const value = input.billing_configuration?.[column]
  if (value === undefined) return
  if (value !== null && choices.includes(value)) changes[column] = value
  else problems.add(column, 'value_is_invalid')
}

/**
 * Stores the changes of a billing entity and tells of them: `billing_entity.billing_settings_changed` when
 * dates of draft invoices depend on what changed, `billing_entity.time_zone_changed` when the billing days of its
 * customers do. Both carry the previous values under `previous`.
 */
export async function changeBillingEntity(
  ctx: Ctx,
  found: BillingEntity,
  changes: BillingEntityChanges,
): Promise<void> {
  const before = await lockBillingEntity(ctx, found.id)
  await ctx.db
    .updateTable('billing_entities')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', before.id)
    .execute()
  if (before.document_numbering === 'per_customer' && changes.document_numbering === 'per_billing_entity') {
    await seedDocumentSequence(ctx, before.id)
  }
  await emit(ctx, 'billing_entities.updated', before.id)
  await emitConsequences(ctx, before, { ...before, ...changes })
}

async function lockBillingEntity(ctx: Ctx, id: string): Promise<BillingEntity> {
  return ctx.db
    .selectFrom('billing_entities')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

async function emitConsequences(ctx: Ctx, before: BillingEntity, after: BillingEntity): Promise<void> {
  const previous = draftSettings(before)
  if (JSON.stringify(previous) !== JSON.stringify(draftSettings(after))) {
    await emit(ctx, 'billing_entity.billing_settings_changed', before.id, { previous })
  }
  if (before.timezone !== after.timezone) {
    await emit(ctx, 'billing_entity.time_zone_changed', before.id, { previous: { timezone: before.timezone } })
  }
}

/** The settings that the dates of draft invoices are made from. */
function draftSettings(entity: BillingEntity) {
  return {
    net_payment_term: entity.net_payment_term,
    invoice_grace_period: entity.invoice_grace_period,
    subscription_invoice_issuing_date_anchor: entity.subscription_invoice_issuing_date_anchor,
    subscription_invoice_issuing_date_adjustment: entity.subscription_invoice_issuing_date_adjustment,
  }
}

/**
 * Documents were numbered per customer until now: lets the entity's own sequence go on from the count of the invoices
 * numbered so far, by giving that count to the newest one outside the sequence. Where the sequence is as far already,
 * nothing is given.
 */
async function seedDocumentSequence(ctx: Ctx, entityId: string): Promise<void> {
  await sql`
    with numbered as (
      select id, billing_entity_sequential_id, created_at
      from invoices
      where organization_id = ${ctx.org.id}
        and billing_entity_id = ${entityId}
        and status in ('finalized', 'voided')
        and not self_billed
    ),
    series as (
      select count(*) as size, coalesce(max(billing_entity_sequential_id), 0) as last from numbered
    )
    update invoices
    set billing_entity_sequential_id = series.size
    from series
    where invoices.organization_id = ${ctx.org.id}
      and invoices.id = (
        select id from numbered
        where billing_entity_sequential_id is null
        order by created_at desc, id desc
        limit 1
      )
      and series.size > series.last`.execute(ctx.db)
}
