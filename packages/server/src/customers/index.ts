import type { Ctx } from '../platform/context.ts'
import type { Domain, WebhookObject } from '../platform/module.ts'
import { createProviderCustomer } from './payment-provider/at-provider.ts'
import { checkoutUrlGenerated } from './payment-provider/webhooks.ts'
import { customerRoutes } from './routes.ts'
import { serializeCustomer, serializeCustomerForWebhook } from './serialize.ts'
import { type CustomerRecord, findCustomersByIds, loadCustomerRecord } from './store.ts'
import { checkVatNumber } from './vat/check-vat-number.ts'
import { checkVatNumbers } from './vat/clock.ts'
import { viesCheckWebhook } from './vat/webhook.ts'

export { getOrCreateCustomer, setCurrency } from './create-customer.ts'
export { presentPaymentMethods, serializePayer } from './payment-provider/serialize.ts'
export {
  presentCustomersWithSections,
  serializeCustomer,
  serializeCustomerForWebhook,
  serializeCustomerInList,
} from './serialize.ts'
export {
  type Customer,
  type CustomerRecord,
  findCustomerByExternalId,
  findCustomersByIds,
  getCustomerByExternalId,
  listMetadata,
  loadCustomerRecord,
  loadCustomerRecords,
  lockCustomer,
  lockCustomers,
  type MetadataRow,
} from './store.ts'
export { applicableTimeZone } from './time-zone.ts'
export { dropVatCheck, findCustomersAwaitingVatCheck } from './vat/store.ts'

function customerWebhook(serialize: (record: CustomerRecord) => Record<string, unknown>): WebhookObject {
  return {
    objectType: 'customer',
    async serialize(ctx: Ctx, customerId: string) {
      const [customer] = await findCustomersByIds(ctx, [customerId])
      return customer && serialize(await loadCustomerRecord(ctx, customer))
    },
  }
}

export const customers: Domain = {
  routes: customerRoutes,
  tasks: [createProviderCustomer, checkVatNumber],
  clockTasks: [checkVatNumbers],
  webhooks: {
    'customer.created': customerWebhook(serializeCustomerForWebhook),
    'customer.updated': customerWebhook(serializeCustomerForWebhook),
    'customer.payment_provider_created': customerWebhook(serializeCustomer),
    'customer.checkout_url_generated': checkoutUrlGenerated,
    'customer.vies_check': viesCheckWebhook,
  },
}
export { customersMatching, searchCustomerIds } from './search-customers.ts'
