import { isCurrency } from '@weir/engine'
import type { Updateable } from 'kysely'
import { type BillingEntity, findBillingEntitiesByIds, getDefaultBillingEntity } from '../../accounts/index.ts'
import { type Customer, getCustomerByExternalId, getOrCreateCustomer, lockCustomer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Customers } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { isCountry } from '../../platform/validation/countries.ts'
import { ianaTimeZone } from '../../platform/validation/time-zones.ts'
import { issuingSettings } from '../issuing-settings.ts'
import type { PreviewCustomer } from './schema.ts'

const ADDRESS = ['address_line1', 'address_line2', 'city', 'zipcode', 'state', 'country'] as const

const INTEGRATIONS = ['anrok', 'avalara', 'xero', 'hubspot', 'salesforce']

/** For whom an invoice is previewed. */
export interface Payer {
  readonly customer: Customer
  readonly entity: BillingEntity
  /** It exists outside of the preview. */
  readonly isKnown: boolean
  /** Whether the preview gives it another time zone than it has. */
  readonly hasMoved: boolean
  /** As they were before the preview made its invoice final. */
  readonly settings: ReturnType<typeof issuingSettings>
}

/**
 * The customer that a preview names, as the request changes it, or one made up for it, of the default billing entity. Only
 * what is rolled back later is written. It has no grace period, so that its invoice is computed as for the last time.
 *
 * @throws 404 `customer_not_found`; `anrok_integration_not_found` and the like
 */
export async function previewPayer(tx: Ctx, input: PreviewCustomer): Promise<Payer> {
  const isKnown = !isBlank(input.external_id)
  const found = isKnown
    ? await getCustomerByExternalId(tx, input.external_id ?? '')
    : await getOrCreateCustomer(tx, `preview-${newId()}`, {
        currency: 'USD',
        billingEntity: await getDefaultBillingEntity(tx),
      })
  for (const { integration_type: type } of input.integration_customers ?? []) {
    // None can be connected, so none is known by any code.
    if (INTEGRATIONS.includes(type ?? '')) throw notFound(`${type}_integration`)
  }
  const unlocked = await update(tx, found, {
    ...changesOf(input),
    ...(!isKnown && !isCurrency(input.currency ?? '') && { currency: null }),
  })
  const own = (await findBillingEntitiesByIds(tx, [unlocked.billing_entity_id])).get(unlocked.billing_entity_id)
  if (own === undefined) throw new Error(`customer ${unlocked.id} has no billing entity`)
  const settings = issuingSettings(unlocked, own)
  const hasMoved = unlocked.timezone !== found.timezone
  await update(tx, unlocked, { invoice_grace_period: 0 })
  return { customer: await lockCustomer(tx, unlocked.id), entity: own, isKnown, hasMoved, settings }
}

/** Of the shipping address all fields are meant, once anything of the customer is given. */
function changesOf(input: PreviewCustomer): Updateable<Customers> {
  const { name, tax_identification_number, currency, timezone, shipping_address: shipping } = input
  const changes: Updateable<Customers> = {}
  if (name !== undefined) changes.name = name
  if (tax_identification_number !== undefined) changes.tax_identification_number = tax_identification_number
  if (currency != null && isCurrency(currency)) changes.currency = currency
  if (!isBlank(timezone)) changes.timezone = ianaTimeZone(timezone ?? '') ?? null
  for (const line of ADDRESS) {
    if (input[line] !== undefined) changes[line] = input[line] ?? null
    changes[`shipping_${line}`] = shipping?.[line] ?? null
  }
  if (changes.country !== undefined) changes.country = countryOf(changes.country)
  changes.shipping_country = countryOf(changes.shipping_country)
  return changes
}

/** A country that does not exist is none. */
function countryOf(code: string | null | undefined): string | null {
  const country = code?.toUpperCase() ?? ''
  return isCountry(country) ? country : null
}

async function update(tx: Ctx, customer: Customer, changes: Updateable<Customers>): Promise<Customer> {
  return tx.db
    .updateTable('customers')
    .set(changes)
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', customer.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
