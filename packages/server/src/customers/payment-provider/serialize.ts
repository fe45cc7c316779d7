import {
  findConnectionsByIds,
  findProviderCustomersByIds,
  type PaymentMethod,
  type ProviderCustomer,
  settingsOf,
} from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { formatInstant } from '../../platform/wire.ts'
import type { Customer } from '../store.ts'

/** Payment methods as the API prints them. Two queries, however many they are. */
export async function presentPaymentMethods(ctx: Ctx, methods: readonly PaymentMethod[]) {
  const owners = await findProviderCustomersByIds(ctx, unique(methods.map(row => row.payment_provider_customer_id)))
  const connections = await findConnectionsByIds(ctx, unique(methods.map(row => row.payment_provider_id)))
  return methods.map(method => {
    const connection = connections.get(method.payment_provider_id ?? '')
    return {
      lago_id: method.id,
      is_default: method.is_default,
      payment_provider_code: connection?.code ?? null,
      payment_provider_name: connection?.name ?? null,
      payment_provider_type: owners.get(method.payment_provider_customer_id)?.type ?? null,
      provider_method_id: method.provider_method_id,
      created_at: formatInstant(method.created_at),
    }
  })
}

function unique(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.flatMap(id => (id === null ? [] : [id])))]
}

/** What names a customer and its provider in messages about them. */
export function serializePayer(customer: Customer) {
  return {
    lago_customer_id: customer.id,
    external_customer_id: customer.external_id,
    payment_provider: customer.payment_provider,
    payment_provider_code: customer.payment_provider_code,
  }
}

export function serializeCheckoutUrl(customer: Customer, url: string) {
  return { ...serializePayer(customer), checkout_url: url }
}

/** How the customer is known at its provider, as its billing configuration prints it. */
export function serializeLink(customer: Customer, link: ProviderCustomer | undefined) {
  if (customer.payment_provider === null || customer.payment_provider === 'flutterwave') return {}
  return { provider_customer_id: link?.provider_customer_id ?? null, ...(link && settingsOf(link)) }
}
