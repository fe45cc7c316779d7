import {
  type BillingEntity,
  findBillingEntitiesByIds,
  replaceSections,
  resolveBillingEntity,
} from '../accounts/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { Problems, validation } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { findTaxesByCodes, getTaxesOf, isEuTaxCode, setTaxes, type Tax } from '../taxes/index.ts'
import { insertCustomer } from './create-customer.ts'
import { ACCOUNT_TYPES, type CustomerChanges, readChoice, readCustomerChanges } from './customer-changes.ts'
import { MOST_METADATA_ITEMS, replaceMetadata } from './metadata.ts'
import { linkPaymentProvider } from './payment-provider/link.ts'
import type { CustomerInput } from './schema.ts'
import {
  type Customer,
  type CustomerRecord,
  findCustomerByExternalId,
  isEditable,
  loadCustomerRecord,
  lockCustomer,
} from './store.ts'
import { applicableTimeZone } from './time-zone.ts'
import { euTaxOf } from './vat/eu-tax.ts'

const ZERO_AMOUNT_RULES: readonly string[] = ['inherit', 'skip', 'finalize']

/**
 * Creates the customer, or updates the kept one with the same external id: keys that are absent stay as they are, null
 * clears. All or nothing. Emits `customer.created` or `customer.updated`; beside the latter, each with the previous
 * values under `previous`:
 *
 * - `customer.billing_settings_changed` when the customer's own grace period, issuing date anchor or adjustment changed.
 *   A new payment term alone leaves draft invoices as they are;
 * - `customer.taxes_changed`, without them, when the customer was given a list of taxes;
 * - `customer.time_zone_changed` when another time zone applies, its own or a new billing entity's.
 *
 * @throws 404 `billing_entity_not_found`, `tax_not_found`; 422 with everything that is wrong with the fields
 */
export async function upsertCustomer(ctx: Ctx, input: CustomerInput): Promise<CustomerRecord> {
  return transaction(ctx, async tx => {
    const billingEntity = await resolveBillingEntity(tx, input.billing_entity_code)
    const externalId = withoutNul(input.external_id ?? '')
    const existing = await lockExisting(tx, externalId)
    checkCombinations(input)
    const changes = await readChanges(tx, input, existing)
    const customer =
      existing === undefined
        ? await insertCustomer(tx, billingEntity, externalId, changes)
        : await updateCustomer(tx, existing, {
            ...changes,
            ...(input.billing_entity_code !== undefined && { billing_entity_id: billingEntity.id }),
          })
    await applyTaxes(tx, customer, existing, input)
    await applySections(tx, customer.id, input)
    if (input.metadata !== undefined) await replaceMetadata(tx, customer.id, input.metadata)
    const linked = await linkPaymentProvider(tx, customer, existing === undefined, input.billing_configuration ?? {})
    await emit(tx, existing === undefined ? 'customer.created' : 'customer.updated', customer.id)
    return loadCustomerRecord(tx, linked)
  })
}

async function lockExisting(ctx: Ctx, externalId: string): Promise<Customer | undefined> {
  const found = await findCustomerByExternalId(ctx, externalId)
  if (found === undefined) return undefined
  const customer = await lockCustomer(ctx, found.id)
  // Deleted while we waited for the lock: its external id is free.
  return customer.deleted_at === null ? customer : undefined
}

/** What is refused before anything is looked at in detail; the first failure is told alone. */
function checkCombinations(input: CustomerInput): void {
  if (input.metadata !== undefined && input.metadata.length > MOST_METADATA_ITEMS) {
    throw validation({ metadata: ['invalid_count'] })
  }
  const rule = input.finalize_zero_amount_invoice
  if (rule !== undefined && rule !== null && !ZERO_AMOUNT_RULES.includes(rule)) {
    throw validation({ finalize_zero_amount_invoice: ['invalid_value'] })
  }
  const types = (input.integration_customers ?? []).map(item => item.integration_type).filter(type => !isBlank(type))
  if (new Set(types).size < types.length) {
    throw validation({ integration_customers: ['invalid_count_per_integration_type'] })
  }
}

async function readChanges(ctx: Ctx, input: CustomerInput, existing: Customer | undefined): Promise<CustomerChanges> {
  const problems = new Problems()
  const changes = readCustomerChanges(input, problems)
  if (isBlank(input.external_id)) problems.add('external_id', 'value_is_mandatory')
  if (existing === undefined || (await isEditable(ctx, existing.id))) {
    Object.assign(changes, readAccountType(input, existing, problems))
  }
  problems.throwIfAny()
  return changes
}

/** Partners are owed money rather than owing it: nobody reminds them to pay. */
function readAccountType(input: CustomerInput, existing: Customer | undefined, problems: Problems): CustomerChanges {
  const given = input.account_type
  const accountType =
    given === undefined
      ? (existing?.account_type ?? 'customer')
      : (readChoice('account_type', ACCOUNT_TYPES, given, problems) ?? 'customer')
  return { account_type: accountType, exclude_from_dunning_campaign: accountType === 'partner' }
}

async function updateCustomer(ctx: Ctx, before: Customer, changes: CustomerChanges): Promise<Customer> {
  const after = await ctx.db
    .updateTable('customers')
    .set({ ...changes, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', before.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await emitConsequences(ctx, before, after)
  return after
}

/**
 * Gives the customer the taxes that the request lists and the one that European rules add, in place of all others. A customer
 * that moves to another billing entity and gets neither keeps its taxes, but for those made for the former one's country.
 */
async function applyTaxes(
  ctx: Ctx,
  after: Customer,
  before: Customer | undefined,
  input: CustomerInput,
): Promise<void> {
  const entities = await findBillingEntitiesByIds(ctx, [after.billing_entity_id])
  const billingEntity = entities.get(after.billing_entity_id)
  if (billingEntity === undefined) throw new Error(`customer ${after.id} has no billing entity`)
  const european = await euTaxOf(ctx, { after, before, input, billingEntity })
  const given = input.tax_codes === undefined ? undefined : await findTaxesByCodes(ctx, input.tax_codes)
  const moved = before !== undefined && before.billing_entity_id !== after.billing_entity_id
  const taxes =
    european === undefined
      ? (given ?? (moved ? await taxesAfterMove(ctx, after) : undefined))
      : [...(given ?? []), european]
  if (taxes === undefined) return
  await setTaxes(ctx, 'customer', after.id, taxes)
  if (before !== undefined) await emit(ctx, 'customer.taxes_changed', after.id)
}

/** Skipping all sections forgets those that were chosen. */
async function applySections(ctx: Ctx, customerId: string, input: CustomerInput): Promise<void> {
  const { skip_invoice_custom_sections: skips, invoice_custom_section_codes: codes } = input
  if (skips && codes !== undefined) {
    throw validation({ invoice_custom_sections: ['skip_sections_and_selected_ids_sent_together'] })
  }
  if (skips || codes !== undefined) await replaceSections(ctx, 'customer', customerId, codes ?? [])
}

async function taxesAfterMove(ctx: Ctx, customer: Customer): Promise<Tax[]> {
  const taxes = (await getTaxesOf(ctx, 'customer', [customer.id])).get(customer.id) ?? []
  return taxes.filter(({ code }) => !isEuTaxCode(code))
}

async function emitConsequences(ctx: Ctx, before: Customer, after: Customer): Promise<void> {
  const previous = draftSettings(before)
  if (JSON.stringify(previous) !== JSON.stringify(draftSettings(after))) {
    await emit(ctx, 'customer.billing_settings_changed', after.id, { previous })
  }
  if (before.timezone === after.timezone && before.billing_entity_id === after.billing_entity_id) return
  const entities = await findBillingEntitiesByIds(ctx, [before.billing_entity_id, after.billing_entity_id])
  const previousZone = zoneOf(before, entities)
  if (previousZone === zoneOf(after, entities)) return
  await emit(ctx, 'customer.time_zone_changed', after.id, { previous: { timezone: previousZone } })
}

function zoneOf(customer: Customer, entities: ReadonlyMap<string, BillingEntity>): string {
  return applicableTimeZone(customer, entities.get(customer.billing_entity_id) ?? { timezone: 'UTC' })
}

/** The customer's own settings that the dates of draft invoices are made from. */
function draftSettings(customer: Customer) {
  return {
    invoice_grace_period: customer.invoice_grace_period,
    subscription_invoice_issuing_date_anchor: customer.subscription_invoice_issuing_date_anchor,
    subscription_invoice_issuing_date_adjustment: customer.subscription_invoice_issuing_date_adjustment,
  }
}
