import {
  type Connection,
  deletePaymentMethodsOf,
  findConnection,
  findProviderCustomer,
  isProviderType,
  type ProviderCustomer,
  updateProviderCustomer,
} from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import type { CustomerChanges } from '../customer-changes.ts'
import type { BillingConfigurationInput } from '../schema.ts'
import type { Customer } from '../store.ts'
import { saveProviderCustomer } from './provider-customer.ts'

type Payer = Pick<Customer, 'id' | 'payment_provider' | 'payment_provider_code'>

/**
 * Decides who collects a customer's payments, and how the customer is known there.
 *
 * A new customer gets a provider only together with a link to it: its id there, or the wish to be created there. An existing
 * one may name a provider without being linked; what links it later is such an id or wish, or a link it had before.
 *
 * @param isNew the customer was made by this request
 * @throws 422 `payment_provider_not_found` or `payment_provider_code_missing` under `base`; 422 for payment methods
 */
export async function linkPaymentProvider(
  tx: Ctx,
  customer: Customer,
  isNew: boolean,
  input: BillingConfigurationInput,
): Promise<Customer> {
  const current = await findProviderCustomer(tx, customer)
  const asksForLink = input.sync_with_provider === true || !isBlank(input.provider_customer_id)
  if (isNew || (asksForLink && current?.provider_customer_id == null))
    return firstLink(tx, customer, input, asksForLink)
  return changeLink(tx, customer, current, input)
}

async function firstLink(
  tx: Ctx,
  customer: Customer,
  input: BillingConfigurationInput,
  asksForLink: boolean,
): Promise<Customer> {
  if (isBlank(input.payment_provider) || !asksForLink) return customer
  const code = isBlank(input.payment_provider_code) ? null : (input.payment_provider_code ?? null)
  const connection = await connect(tx, {
    payment_provider: input.payment_provider ?? null,
    payment_provider_code: code,
  })
  const linked = await rename(tx, customer, {
    payment_provider: connection.type,
    payment_provider_code: connection.code,
  })
  await saveProviderCustomer(tx, linked, connection, input)
  return linked
}

async function changeLink(
  tx: Ctx,
  customer: Customer,
  before: ProviderCustomer | undefined,
  input: BillingConfigurationInput,
): Promise<Customer> {
  const named = await nameProvider(tx, customer, input)
  if (input.payment_provider === null && before !== undefined) {
    await updateProviderCustomer(tx, before.id, { deleted_at: tx.clock.now() })
    await deletePaymentMethodsOf(tx, before.id)
    return rename(tx, named, { payment_provider_code: null })
  }
  if (named.payment_provider === null) return named
  const isGiven = !isBlank(input.provider_customer_id)
  if (!isGiven && before === undefined && (await findProviderCustomer(tx, named)) === undefined) return named
  const connection = await connect(tx, named)
  const linked = await rename(tx, named, { payment_provider_code: connection.code })
  const after = await saveProviderCustomer(tx, linked, connection, input)
  const hasMoved = before !== undefined && before.payment_provider_id !== after.payment_provider_id
  if (hasMoved) await deletePaymentMethodsOf(tx, before.id)
  return linked
}

/** The provider by its name, where the request has one; what is no provider's name is none. */
async function nameProvider(tx: Ctx, customer: Customer, input: BillingConfigurationInput): Promise<Customer> {
  const type = input.payment_provider
  if (type === undefined) return customer
  if (!isProviderType(type)) return rename(tx, customer, { payment_provider: null })
  const code = input.payment_provider_code
  // The code of a connection to somebody else means nothing here.
  const forgotten = type === customer.payment_provider ? customer.payment_provider_code : null
  return rename(tx, customer, { payment_provider: type, payment_provider_code: code === undefined ? forgotten : code })
}

async function connect(tx: Ctx, payer: Omit<Payer, 'id'>): Promise<Connection> {
  const found = await findConnection(tx, payer)
  if (typeof found === 'string') throw validation({ base: [found] })
  return found
}

async function rename(tx: Ctx, customer: Customer, changes: CustomerChanges): Promise<Customer> {
  return tx.db
    .updateTable('customers')
    .set(changes)
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', customer.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
