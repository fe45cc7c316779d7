import { type BillingEntity, getDefaultBillingEntity } from '../accounts/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { validation } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { setTaxes } from '../taxes/index.ts'
import type { CustomerChanges } from './customer-changes.ts'
import { type Customer, findCustomerByExternalId, lockCustomer } from './store.ts'
import { euTaxOf } from './vat/eu-tax.ts'

/**
 * Takes the organization's lock until the transaction ends: customers are created one after another, so that their
 * sequential ids have no gap and no two get one external id.
 */
export async function lockCustomerCreation(ctx: Ctx): Promise<{ documentNumberPrefix: string }> {
  const organization = await ctx.db
    .selectFrom('organizations')
    .select('document_number_prefix')
    .where('id', '=', ctx.org.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  return { documentNumberPrefix: organization.document_number_prefix }
}

/**
 * Stores a new customer under the next sequential id of the organization.
 *
 * @throws 422 when another customer has the external id
 */
export async function insertCustomer(
  ctx: Ctx,
  billingEntity: BillingEntity,
  externalId: string,
  settings: CustomerChanges,
): Promise<Customer> {
  const { documentNumberPrefix } = await lockCustomerCreation(ctx)
  if ((await findCustomerByExternalId(ctx, externalId)) !== undefined) {
    throw validation({ external_id: ['value_already_exist'] })
  }
  const sequentialId = await nextSequentialId(ctx)
  const now = ctx.clock.now()
  return ctx.db
    .insertInto('customers')
    .values({
      ...settings,
      id: newId(),
      organization_id: ctx.org.id,
      billing_entity_id: billingEntity.id,
      external_id: externalId,
      sequential_id: sequentialId,
      slug: `${documentNumberPrefix}-${String(sequentialId).padStart(3, '0')}`,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Deleted customers keep theirs. */
async function nextSequentialId(ctx: Ctx): Promise<bigint> {
  const last = await ctx.db
    .selectFrom('customers')
    .select('sequential_id')
    .where('organization_id', '=', ctx.org.id)
    .orderBy('sequential_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (last?.sequential_id ?? 0n) + 1n
}

/**
 * The customer with this external id, locked as by {@link lockCustomer}; a new one with nothing but its external id and
 * the billing entity when there is none. A customer without a currency gets the one given.
 *
 * @param options.billingEntity of a new customer; the organization's default one when absent
 * @throws 422 when the external id is blank
 */
export async function getOrCreateCustomer(
  ctx: Ctx,
  externalId: string,
  options: { currency: string; billingEntity?: BillingEntity },
): Promise<Customer> {
  const id = withoutNul(externalId)
  if (id.trim() === '') throw validation({ external_id: ['value_is_mandatory'] })
  return transaction(ctx, async tx => {
    const found = (await findCustomerByExternalId(tx, id)) ?? (await findUnderCreationLock(tx, id))
    if (found === undefined) {
      const entity = options.billingEntity ?? (await getDefaultBillingEntity(tx))
      const customer = await insertCustomer(tx, entity, id, { currency: options.currency })
      const european = await euTaxOf(tx, { after: customer, before: undefined, input: {}, billingEntity: entity })
      if (european !== undefined) await setTaxes(tx, 'customer', customer.id, [european])
      await emit(tx, 'customer.created', customer.id)
      return customer
    }
    const customer = await lockCustomer(tx, found.id)
    return customer.currency === null ? setCurrency(tx, customer.id, options.currency) : customer
  })
}

/** Whoever else was creating the customer is done once the lock is ours. */
async function findUnderCreationLock(ctx: Ctx, externalId: string): Promise<Customer | undefined> {
  await lockCustomerCreation(ctx)
  return findCustomerByExternalId(ctx, externalId)
}

/** The first amount of money that concerns a customer decides its currency. */
export async function setCurrency(ctx: Ctx, customerId: string, currency: string): Promise<Customer> {
  return ctx.db
    .updateTable('customers')
    .set({ currency, updated_at: ctx.clock.now() })
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', customerId)
    .returningAll()
    .executeTakeFirstOrThrow()
}
