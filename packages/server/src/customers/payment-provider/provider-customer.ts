import {
  type Connection,
  chargesByItself,
  findProviderCustomer,
  hasMethodToSetUp,
  insertProviderCustomer,
  type ProviderCustomer,
  type ProviderCustomerSettings,
  settingsOf,
  updateProviderCustomer,
} from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import type { BillingConfigurationInput } from '../schema.ts'
import type { Customer } from '../store.ts'
import { createAtProvider, makeCheckoutPage, requestAtProvider } from './at-provider.ts'

const STRIPE_METHODS: readonly string[] = [
  'card',
  'sepa_debit',
  'us_bank_account',
  'bacs_debit',
  'link',
  'boleto',
  'crypto',
  'customer_balance',
]

/**
 * Keeps how a customer is known at its provider, and has it created there, or a page made for it, where that is wanted.
 *
 * @throws 422 `provider_payment_methods`
 */
export async function saveProviderCustomer(
  tx: Ctx,
  customer: Customer,
  connection: Connection,
  input: BillingConfigurationInput,
): Promise<ProviderCustomer> {
  const before = await findProviderCustomer(tx, customer)
  const providerCustomerId = readId(connection, before, input)
  const saved = await save(tx, customer, connection, before, {
    provider_customer_id: providerCustomerId,
    settings: JSON.stringify(readSettings(connection, before, input)),
  })
  if (!chargesByItself(connection.type)) return saved
  const syncs = settingsOf(saved).sync_with_provider === true
  const wasCleared = before?.provider_customer_id != null && providerCustomerId === null
  if (providerCustomerId === null && !wasCleared && syncs) {
    if (input.sync !== true) await requestAtProvider(tx, customer)
    else return createAtProvider(tx, customer)
  } else if (isNewId(before, providerCustomerId) && !syncs && hasMethodToSetUp(saved)) {
    await makeCheckoutPage(tx, customer)
  }
  return saved
}

function isNewId(before: ProviderCustomer | undefined, id: string | null): boolean {
  return before !== undefined && id !== null && before.provider_customer_id !== id
}

/** Those who are only paid on pages know no customers. */
function readId({ type }: Connection, before: ProviderCustomer | undefined, input: BillingConfigurationInput) {
  const { provider_customer_id: id } = input
  if (id === undefined || !chargesByItself(type)) return before?.provider_customer_id ?? null
  return isBlank(id) ? null : id
}

function readSettings(
  { type }: Connection,
  before: ProviderCustomer | undefined,
  input: BillingConfigurationInput,
): ProviderCustomerSettings {
  const kept = before === undefined ? {} : settingsOf(before)
  const syncs = input.sync_with_provider
  return {
    ...kept,
    ...(syncs !== undefined && { sync_with_provider: syncs || null }),
    ...(type === 'stripe' && { provider_payment_methods: readMethods(before, input.provider_payment_methods) }),
  }
}

function readMethods(before: ProviderCustomer | undefined, given: readonly string[] | undefined): readonly string[] {
  const kept = before && settingsOf(before).provider_payment_methods
  const methods = given !== undefined && (before === undefined || given.length > 0) ? given : (kept ?? ['card'])
  const problem = methodsProblem(methods)
  if (problem !== undefined) throw validation({ provider_payment_methods: [problem] })
  return methods
}

function methodsProblem(methods: readonly string[]): string | undefined {
  if (methods.length === 0) return 'value_is_mandatory'
  if (!methods.every(method => STRIPE_METHODS.includes(method))) return 'value_is_invalid'
  if (methods.includes('link') && !methods.includes('card')) return 'value_is_invalid'
  const balanceWithOthers = methods.includes('customer_balance') && methods.length > 1
  return balanceWithOthers ? 'customer_balance cannot be combined with other payment methods' : undefined
}

async function save(
  tx: Ctx,
  customer: Customer,
  connection: Connection,
  before: ProviderCustomer | undefined,
  values: { provider_customer_id: string | null; settings: string },
): Promise<ProviderCustomer> {
  const linked = { ...values, payment_provider_id: connection.id }
  if (before !== undefined) return updateProviderCustomer(tx, before.id, linked)
  return insertProviderCustomer(tx, { ...linked, customer_id: customer.id, type: connection.type })
}
