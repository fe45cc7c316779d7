import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { PaymentProviderCustomers } from '../platform/db/types.ts'
import { newId } from '../platform/ids.ts'
import { chargesByItself, type ProviderType } from './provider-types.ts'

/** A customer as it is known at a provider. */
export type ProviderCustomer = Selectable<PaymentProviderCustomers> & { readonly type: ProviderType }

export interface ProviderCustomerSettings {
  readonly sync_with_provider?: boolean | null
  readonly provider_payment_methods?: readonly string[]
}

export function settingsOf({ settings }: ProviderCustomer): ProviderCustomerSettings {
  return settings as ProviderCustomerSettings
}

/** Nothing can be saved beforehand for these: they are paid as they come. */
const PAID_WITHOUT_SETUP: readonly string[] = ['crypto', 'customer_balance']

/** Whether there is something to save on a page of the provider. */
export function hasMethodToSetUp(customer: ProviderCustomer): boolean {
  if (customer.type !== 'stripe') return chargesByItself(customer.type)
  return (settingsOf(customer).provider_payment_methods ?? []).some(method => !PAID_WITHOUT_SETUP.includes(method))
}

/** The link of a customer to the provider it names; undefined when it names none, or has none there. */
export async function findProviderCustomer(
  ctx: Ctx,
  customer: { readonly id: string; readonly payment_provider: string | null },
): Promise<ProviderCustomer | undefined> {
  if (customer.payment_provider === null) return undefined
  return (await findProviderCustomers(ctx, [customer])).get(customer.id)
}

/** As {@link findProviderCustomer}, for many. No query where nobody names a provider. */
export async function findProviderCustomers(
  ctx: Ctx,
  customers: readonly { readonly id: string; readonly payment_provider: string | null }[],
): Promise<Map<string, ProviderCustomer>> {
  const types = new Map(customers.flatMap(({ id, payment_provider: type }) => (type === null ? [] : [[id, type]])))
  if (types.size === 0) return new Map()
  const rows = (await ctx.db
    .selectFrom('payment_provider_customers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`customer_id = any(${[...types.keys()]}::uuid[])`)
    .where('deleted_at', 'is', null)
    .execute()) as ProviderCustomer[]
  return new Map(rows.filter(row => types.get(row.customer_id) === row.type).map(row => [row.customer_id, row]))
}

/** By id, removed ones included: what payments refer to. */
export async function findProviderCustomersByIds(
  ctx: Ctx,
  ids: readonly string[],
): Promise<Map<string, ProviderCustomer>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('payment_provider_customers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
  return new Map(rows.map(row => [row.id, row as ProviderCustomer]))
}

export async function insertProviderCustomer(
  tx: Ctx,
  values: Omit<Insertable<PaymentProviderCustomers>, 'id' | 'organization_id' | 'created_at' | 'updated_at'>,
): Promise<ProviderCustomer> {
  const now = tx.clock.now()
  const row = await tx.db
    .insertInto('payment_provider_customers')
    .values({ ...values, id: newId(), organization_id: tx.org.id, created_at: now, updated_at: now })
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as ProviderCustomer
}

export async function updateProviderCustomer(
  tx: Ctx,
  id: string,
  changes: Updateable<PaymentProviderCustomers>,
): Promise<ProviderCustomer> {
  const row = await tx.db
    .updateTable('payment_provider_customers')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as ProviderCustomer
}
