import type { Selectable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { PaymentMethods } from '../platform/db/types.ts'
import { notFound } from '../platform/errors.ts'
import type { Page } from '../platform/http/pagination.ts'
import { isUuid, newId } from '../platform/ids.ts'
import type { SavedMethod } from './payment-provider.ts'
import { type ProviderCustomer, settingsOf } from './provider-customers.ts'

/** A saved card or mandate of a customer. */
export type PaymentMethod = Selectable<PaymentMethods>

function kept(ctx: Ctx) {
  return ctx.db
    .selectFrom('payment_methods')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('deleted_at', 'is', null)
}

/** A saved method of the organization; undefined for unknown, malformed and removed ones. */
export async function findPaymentMethod(ctx: Ctx, id: string): Promise<PaymentMethod | undefined> {
  if (!isUuid(id)) return undefined
  return kept(ctx).where('id', '=', id).executeTakeFirst()
}

/** By id, removed ones included: what payments refer to. */
export async function findPaymentMethodsByIds(ctx: Ctx, ids: readonly string[]): Promise<PaymentMethod[]> {
  if (ids.length === 0) return []
  return ctx.db
    .selectFrom('payment_methods')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
}

/** The method that pays where nothing else is said. */
export async function findDefaultPaymentMethod(ctx: Ctx, customerId: string): Promise<PaymentMethod | undefined> {
  return kept(ctx).where('customer_id', '=', customerId).where('is_default', '=', true).executeTakeFirst()
}

/** The ids of the methods that pay where nothing else is said, by customer; those who have none have no entry. */
export async function findDefaultPaymentMethodIds(
  ctx: Ctx,
  customerIds: readonly string[],
): Promise<Map<string, string>> {
  if (customerIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('payment_methods')
    .select(['id', 'customer_id'])
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('customer_id', customerIds))
    .where('is_default', '=', true)
    .execute()
  return new Map(rows.map(row => [row.customer_id, row.id]))
}

/** Newest first. */
export async function listPaymentMethods(
  ctx: Ctx,
  customerId: string,
  page: Page,
): Promise<{ methods: PaymentMethod[]; totalCount: number }> {
  const query = kept(ctx).where('customer_id', '=', customerId)
  const [methods, { count }] = await Promise.all([
    query.orderBy('created_at', 'desc').orderBy('id').limit(page.perPage).offset(page.offset).execute(),
    query
      .clearSelect()
      .select(eb => eb.fn.countAll<bigint>().as('count'))
      .executeTakeFirstOrThrow(),
  ])
  return { methods, totalCount: Number(count) }
}

/**
 * Keeps an instrument that the provider told of, and makes it the one that pays. The customer is locked. One that is known
 * already is not kept twice.
 */
export async function recordPaymentMethod(
  tx: Ctx,
  owner: ProviderCustomer,
  saved: SavedMethod,
): Promise<PaymentMethod> {
  const known = await kept(tx)
    .where('payment_provider_customer_id', '=', owner.id)
    .where('provider_method_id', '=', saved.id)
    .executeTakeFirst()
  const now = tx.clock.now()
  const method =
    known ??
    (await tx.db
      .insertInto('payment_methods')
      .values({
        id: newId(),
        organization_id: tx.org.id,
        customer_id: owner.customer_id,
        payment_provider_id: owner.payment_provider_id,
        payment_provider_customer_id: owner.id,
        provider_method_id: saved.id,
        provider_method_type: settingsOf(owner).provider_payment_methods?.[0] ?? 'card',
        details: JSON.stringify(saved.details),
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow())
  return makeDefault(tx, method)
}

/** The customer is locked. @throws 404 `payment_method_not_found` */
export async function setDefaultPaymentMethod(tx: Ctx, customerId: string, id: string): Promise<PaymentMethod> {
  const method = await getMethodOf(tx, customerId, id)
  return method.is_default ? method : makeDefault(tx, method)
}

/** No other method takes its place. The customer is locked. @throws 404 `payment_method_not_found` */
export async function deletePaymentMethod(tx: Ctx, customerId: string, id: string): Promise<PaymentMethod> {
  const method = await getMethodOf(tx, customerId, id)
  const now = tx.clock.now()
  return tx.db
    .updateTable('payment_methods')
    .set({ is_default: false, deleted_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', method.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** What was saved under a link to a provider that is given up. */
export async function deletePaymentMethodsOf(tx: Ctx, providerCustomerId: string): Promise<void> {
  const now = tx.clock.now()
  await tx.db
    .updateTable('payment_methods')
    .set({ is_default: false, deleted_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('payment_provider_customer_id', '=', providerCustomerId)
    .where('deleted_at', 'is', null)
    .execute()
}

async function getMethodOf(tx: Ctx, customerId: string, id: string): Promise<PaymentMethod> {
  const method = await findPaymentMethod(tx, id)
  if (method?.customer_id !== customerId) throw notFound('payment_method')
  return method
}

async function makeDefault(tx: Ctx, method: PaymentMethod): Promise<PaymentMethod> {
  const now = tx.clock.now()
  await tx.db
    .updateTable('payment_methods')
    .set({ is_default: false, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', method.customer_id)
    .where('is_default', '=', true)
    .where('id', '<>', method.id)
    .execute()
  return tx.db
    .updateTable('payment_methods')
    .set({ is_default: true, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', method.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
