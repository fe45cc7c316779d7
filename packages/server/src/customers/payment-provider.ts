import { validation } from '../platform/errors.ts'
import type { CustomerChanges } from './customer-changes.ts'
import type { BillingConfigurationInput } from './schema.ts'
import type { Customer } from './store.ts'

const PAYMENT_PROVIDERS: readonly string[] = ['stripe', 'gocardless', 'cashfree', 'adyen', 'flutterwave', 'moneyhash']

/**
 * Which provider collects a customer's payments. A new customer gets one only together with a link to the provider: its
 * id there, or the wish to be created there. For an existing customer the name alone is stored.
 *
 * @param existing undefined for a new customer
 * @throws 422 `payment_provider_not_found` when a link is asked for: no connection to a provider exists
 */
export function readPaymentProvider(
  input: BillingConfigurationInput,
  existing: Customer | undefined,
): Pick<CustomerChanges, 'payment_provider' | 'payment_provider_code'> {
  const provider = input.payment_provider
  if (input.sync_with_provider || input.provider_customer_id) {
    const wanted = provider === undefined ? existing?.payment_provider : provider
    if (wanted) throw validation({ base: ['payment_provider_not_found'] })
    return {}
  }
  if (existing === undefined || provider === undefined) return {}
  if (provider === null || !PAYMENT_PROVIDERS.includes(provider)) return { payment_provider: null }
  const code = input.payment_provider_code
  return { payment_provider: provider, ...(code !== undefined && { payment_provider_code: code }) }
}
