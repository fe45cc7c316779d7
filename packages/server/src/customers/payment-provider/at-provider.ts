import {
  findProviderCustomer,
  hasMethodToSetUp,
  type ProviderCustomer,
  providerBehind,
  recordPaymentMethod,
  updateProviderCustomer,
} from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit, emitAll } from '../../platform/domain-events.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { type Customer, lockCustomer } from '../store.ts'

const CREATE = 'create_provider_customer'

/** Has the customer created at its provider, after commit. */
export async function requestAtProvider(tx: Ctx, customer: Customer): Promise<void> {
  await addJob(tx.db, {
    task: CREATE,
    key: `${CREATE}:${customer.id}`,
    payload: { organizationId: tx.org.id, customerId: customer.id },
    queue: customer.id,
  })
}

export const createProviderCustomer: TaskDefinition = {
  name: CREATE,
  async run(ctx, { customerId }) {
    await transaction(ctx, async tx => {
      const customer = await lockCustomer(tx, String(customerId))
      const known = await findProviderCustomer(tx, customer)
      if (known !== undefined && known.provider_customer_id === null) await createAtProvider(tx, customer)
    })
  },
}

/** The customer, locked, is made known to its provider, and gets what the provider says it has, and a page for more. */
export async function createAtProvider(tx: Ctx, customer: Customer): Promise<ProviderCustomer> {
  const known = await findProviderCustomer(tx, customer)
  if (known === undefined) throw new Error(`customer ${customer.id} has no link to a payment provider`)
  const created = await providerBehind(tx).createCustomer(known.type, {
    id: customer.id,
    externalId: customer.external_id,
    name: customer.name ?? ([customer.firstname, customer.lastname].filter(Boolean).join(' ') || null),
    email: customer.email?.split(',')[0]?.trim() ?? null,
    currency: customer.currency,
  })
  const linked = await updateProviderCustomer(tx, known.id, { provider_customer_id: created.id })
  for (const method of created.methods) await recordPaymentMethod(tx, linked, method)
  const page = hasMethodToSetUp(linked) && (await checkoutUrl(tx, customer)) !== undefined
  const types = ['customer.payment_provider_created', ...(page ? ['customer.checkout_url_generated'] : [])]
  await emitAll(
    tx,
    types.map(type => ({ type, objectId: customer.id })),
  )
  return linked
}

/** Makes a page on which the customer can save a payment method, and tells of it. */
export async function makeCheckoutPage(tx: Ctx, customer: Customer): Promise<void> {
  await checkoutUrl(tx, customer)
  await emit(tx, 'customer.checkout_url_generated', customer.id)
}

/** A new page on which the customer can save a payment method; undefined where it is not known to a provider. */
export async function checkoutUrl(tx: Ctx, customer: Customer): Promise<string | undefined> {
  const known = await findProviderCustomer(tx, customer)
  if (known?.provider_customer_id == null) return undefined
  const { id, provider_customer_id: providerCustomerId } = known
  const url = await providerBehind(tx).checkoutUrl(known.type, { id, providerCustomerId })
  await updateProviderCustomer(tx, id, { checkout_url: url })
  return url
}
