import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import {
  chargesByItself,
  deletePaymentMethod,
  findProviderCustomer,
  hasMethodToSetUp,
  listPaymentMethods,
  recordPaymentMethod,
  setDefaultPaymentMethod,
  testMethod,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { forbidden, notAllowed, validation } from '../../platform/errors.ts'
import { Input, Nullable, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { type Customer, getCustomerByExternalId, lockCustomer } from '../store.ts'
import { checkoutUrl } from './at-provider.ts'
import { presentPaymentMethods, serializeCheckoutUrl } from './serialize.ts'

interface ByExternalId {
  Params: { external_customer_id: string }
}

interface ByMethod {
  Params: { external_customer_id: string; id: string }
}

const Text = Nullable(Type.String())
const TestMethodInput = Input({ external_customer_id: Text, token: Text })

/** What customers pay with, and how they save more of it. */
export function customerPaymentRoutes(api: FastifyInstance): void {
  const config = { resource: 'payment_method' }
  const tags = ['Payment methods']

  api.get<ByExternalId & { Querystring: Record<string, unknown> }>(
    '/customers/:external_customer_id/payment_methods',
    { config, schema: { tags, summary: 'List the payment methods of a customer' } },
    async request => {
      const { id } = await getCustomerByExternalId(request.ctx, request.params.external_customer_id)
      const page = readPage(request.query)
      const { methods, totalCount } = await listPaymentMethods(request.ctx, id, page)
      return {
        payment_methods: await presentPaymentMethods(request.ctx, methods),
        meta: pageMeta(page, totalCount),
      }
    },
  )

  api.delete<ByMethod>(
    '/customers/:external_customer_id/payment_methods/:id',
    { config, schema: { tags, summary: 'Forget a payment method' } },
    async request => {
      const { external_customer_id: externalId, id } = request.params
      const method = await locked(request.ctx, externalId, (tx, customer) => deletePaymentMethod(tx, customer.id, id))
      return { payment_method: (await presentPaymentMethods(request.ctx, [method]))[0] }
    },
  )

  api.put<ByMethod>(
    '/customers/:external_customer_id/payment_methods/:id/set_as_default',
    { config, schema: { tags, summary: 'Make a payment method the default one' } },
    async request => {
      const { external_customer_id: externalId, id } = request.params
      const method = await locked(request.ctx, externalId, (tx, { id: customerId }) =>
        setDefaultPaymentMethod(tx, customerId, id),
      )
      return { payment_method: (await presentPaymentMethods(request.ctx, [method]))[0] }
    },
  )

  api.post<ByExternalId>(
    '/customers/:external_customer_id/checkout_url',
    { config: { resource: 'customer' }, schema: { tags, summary: 'Make a page to save a payment method on' } },
    async request => ({ customer: await makeCheckoutUrl(request.ctx, request.params.external_customer_id) }),
  )

  api.post(
    '/test_payment_methods',
    {
      config,
      schema: {
        tags: ['Sandbox'],
        summary: 'Save a payment method of the test provider',
        body: Type.Object({ test_payment_method: TestMethodInput }),
      },
    },
    async request => {
      if (!request.ctx.org.sandbox) throw forbidden('feature_unavailable')
      const input = readRoot(request.body, 'test_payment_method', TestMethodInput)
      const saved = testMethod(input.token ?? '')
      const method = await locked(request.ctx, input.external_customer_id ?? '', async (tx, customer) => {
        if (saved === undefined) throw validation({ token: ['value_is_invalid'] })
        const owner = await findProviderCustomer(tx, customer)
        if (owner?.provider_customer_id == null) throw validation({ base: ['no_linked_payment_provider'] })
        return recordPaymentMethod(tx, owner, saved)
      })
      return { payment_method: (await presentPaymentMethods(request.ctx, [method]))[0] }
    },
  )
}

/** Runs `work` under the customer's lock. @throws 404 `customer_not_found` */
async function locked<T>(ctx: Ctx, externalId: string, work: (tx: Ctx, customer: Customer) => Promise<T>): Promise<T> {
  return transaction(ctx, async tx => {
    const { id } = await getCustomerByExternalId(tx, externalId)
    return work(tx, await lockCustomer(tx, id))
  })
}

/**
 * @throws 404 `customer_not_found`; 405 `feature_not_supported` where nothing can be saved; 422 for customers that no
 * provider knows
 */
async function makeCheckoutUrl(ctx: Ctx, externalId: string) {
  return locked(ctx, externalId, async (tx, customer) => {
    const known = await findProviderCustomer(tx, customer)
    if (known === undefined) throw validation({ base: ['no_linked_payment_provider'] })
    if (!chargesByItself(known.type)) throw notAllowed('feature_not_supported')
    if (!hasMethodToSetUp(known)) {
      throw validation({ provider_payment_methods: ['no_payment_methods_to_setup_available'] })
    }
    const url = await checkoutUrl(tx, customer)
    if (url === undefined) throw validation({ base: ['no_linked_payment_provider'] })
    return serializeCheckoutUrl(customer, url)
  })
}
