import { findProviderCustomer } from '../../payment-providers/index.ts'
import type { WebhookObject } from '../../platform/module.ts'
import { findCustomersByIds } from '../store.ts'
import { serializeCheckoutUrl } from './serialize.ts'

export const checkoutUrlGenerated: WebhookObject = {
  objectType: 'payment_provider_customer_checkout_url',
  async serialize(ctx, customerId) {
    const [customer] = await findCustomersByIds(ctx, [customerId])
    const url = customer && (await findProviderCustomer(ctx, customer))?.checkout_url
    return customer && url != null ? serializeCheckoutUrl(customer, url) : undefined
  },
}
