import { type Selectable, sql } from 'kysely'
import { type BillingEntity, findBillingEntitiesByIds } from '../accounts/index.ts'
import { findProviderCustomers, type ProviderCustomer } from '../payment-providers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { CustomerMetadata, Customers } from '../platform/db/types.ts'
import { notFound } from '../platform/errors.ts'
import { getTaxesOf, type Tax } from '../taxes/index.ts'

export type Customer = Selectable<Customers>
export type MetadataRow = Selectable<CustomerMetadata>

/** A customer with what its printed form needs. */
export interface CustomerRecord {
  readonly customer: Customer
  readonly billingEntity: BillingEntity
  readonly metadata: readonly MetadataRow[]
  /** Its own, which are used instead of the billing entity's. */
  readonly taxes: readonly Tax[]
  /** How it is known at its payment provider. */
  readonly providerCustomer: ProviderCustomer | undefined
}

/** The kept customer with this external id; undefined when there is none. */
export async function findCustomerByExternalId(ctx: Ctx, externalId: string): Promise<Customer | undefined> {
  // No stored id has a NUL character, and the database refuses to be asked for one.
  if (externalId.includes('\0')) return undefined
  return ctx.db
    .selectFrom('customers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('external_id', '=', externalId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** @throws 404 `customer_not_found` */
export async function getCustomerByExternalId(ctx: Ctx, externalId: string): Promise<Customer> {
  const customer = await findCustomerByExternalId(ctx, externalId)
  if (customer === undefined) throw notFound('customer')
  return customer
}

/** By id, deleted or not: what invoices and webhooks refer to. */
export async function findCustomersByIds(ctx: Ctx, ids: readonly string[]): Promise<Customer[]> {
  if (ids.length === 0) return []
  return ctx.db
    .selectFrom('customers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
}

/**
 * Takes the customer's row lock until the transaction ends, and reads the customer as it is then, deleted or not.
 * Whatever changes a customer's money (subscriptions, invoices, wallets, credit notes, payments) takes it first, so
 * that such changes happen one after another. Rows that only refer to the customer can still be inserted.
 *
 * @throws 404 `customer_not_found` for an id of no customer of the organization
 */
export async function lockCustomer(ctx: Ctx, customerId: string): Promise<Customer> {
  const customer = await ctx.db
    .selectFrom('customers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', customerId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (customer === undefined) throw notFound('customer')
  return customer
}

/** As {@link lockCustomer}, for many: always in the same order, so that no two who lock some wait for each other. */
export async function lockCustomers(ctx: Ctx, customerIds: readonly string[]): Promise<Customer[]> {
  return ctx.db
    .selectFrom('customers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', customerIds))
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** Adds billing entities, metadata and taxes to customers, in their order, with one query each however many they are. */
export async function loadCustomerRecords(ctx: Ctx, customers: readonly Customer[]): Promise<CustomerRecord[]> {
  if (customers.length === 0) return []
  const entities = await findBillingEntitiesByIds(ctx, [...new Set(customers.map(row => row.billing_entity_id))])
  const ids = customers.map(row => row.id)
  const metadata = await listMetadata(ctx, ids)
  const taxes = await getTaxesOf(ctx, 'customer', ids)
  const links = await findProviderCustomers(ctx, customers)
  const metadataOf = Map.groupBy(metadata, item => item.customer_id)
  return customers.map(customer => {
    const billingEntity = entities.get(customer.billing_entity_id)
    if (billingEntity === undefined) throw new Error(`customer ${customer.id} has no billing entity`)
    return {
      customer,
      billingEntity,
      metadata: metadataOf.get(customer.id) ?? [],
      taxes: taxes.get(customer.id) ?? [],
      providerCustomer: links.get(customer.id),
    }
  })
}

/** As {@link loadCustomerRecords}, for one. */
export async function loadCustomerRecord(ctx: Ctx, customer: Customer): Promise<CustomerRecord> {
  const [record] = await loadCustomerRecords(ctx, [customer])
  if (record === undefined) throw notFound('customer')
  return record
}

/** Oldest first. */
export async function listMetadata(ctx: Ctx, customerIds: readonly string[]): Promise<MetadataRow[]> {
  return ctx.db
    .selectFrom('customer_metadata')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('customer_id', customerIds))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/**
 * True while nothing was ever billed, promised or set aside for the customer: no subscription, whatever its status, no
 * invoice, no wallet, and no coupon of an amount. Only then may it turn from a customer into a partner or back.
 */
export async function isEditable(ctx: Ctx, customerId: string): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    select
      exists (${ownedIn('subscriptions', ctx, customerId)})
      or exists (${ownedIn('invoices', ctx, customerId)})
      or exists (${ownedIn('wallets', ctx, customerId)})
      or exists (
        select from applied_coupons applied
        join coupons on coupons.id = applied.coupon_id and coupons.coupon_type = 'fixed_amount'
        where applied.organization_id = ${ctx.org.id} and applied.customer_id = ${customerId}
      ) as used`.execute(ctx.db)
  return rows[0]?.used !== true
}

function ownedIn(table: 'subscriptions' | 'invoices' | 'wallets', ctx: Ctx, customerId: string) {
  return sql`select from ${sql.table(table)} where organization_id = ${ctx.org.id} and customer_id = ${customerId}`
}
