import { type Selectable, sql, type Updateable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { InvoiceSubscriptions, Invoices } from '../platform/db/types.ts'
import { isUuid } from '../platform/ids.ts'

export type Invoice = Selectable<Invoices>
export type InvoiceSubscription = Selectable<InvoiceSubscriptions>

/** The statuses that the API shows; the others do not exist for it. */
export const VISIBLE_STATUSES = ['draft', 'finalized', 'voided', 'failed', 'pending'] as const

/** An invoice that the API may show; undefined for unknown, malformed and invisible ones. */
export async function findVisibleInvoice(ctx: Ctx, id: string): Promise<Invoice | undefined> {
  if (!isUuid(id)) return undefined
  return ctx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .where('status', 'in', VISIBLE_STATUSES)
    .executeTakeFirst()
}

/** Any invoice of the organization, whatever its status. */
export async function findInvoice(ctx: Ctx, id: string): Promise<Invoice | undefined> {
  if (!isUuid(id)) return undefined
  return ctx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Any invoices of the organization, whatever their status, oldest first. */
export async function findInvoicesByIds(ctx: Ctx, ids: readonly string[]): Promise<Invoice[]> {
  if (ids.length === 0) return []
  return ctx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** Any invoice of the organization, whatever its status, locked until the transaction ends. */
export async function lockInvoice(tx: Ctx, id: string): Promise<Invoice | undefined> {
  if (!isUuid(id)) return undefined
  return tx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export async function updateInvoiceRow(tx: Ctx, id: string, changes: Updateable<Invoices>): Promise<Invoice> {
  return tx.db
    .updateTable('invoices')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The subscriptions on some invoices, by invoice. */
export async function loadInvoiceSubscriptions(
  ctx: Ctx,
  invoiceIds: readonly string[],
): Promise<InvoiceSubscription[]> {
  if (invoiceIds.length === 0) return []
  return ctx.db
    .selectFrom('invoice_subscriptions')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('invoice_id', invoiceIds))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** The rows before some, of the same subscriptions: what was billed last before each, by the id of the later one. */
export async function loadEarlierInvoiceSubscriptions(
  ctx: Ctx,
  links: readonly InvoiceSubscription[],
): Promise<Map<string, InvoiceSubscription>> {
  if (links.length === 0) return new Map()
  const { rows } = await sql<InvoiceSubscription & { later_id: string }>`
    select later.id as later_id, earlier.*
    from invoice_subscriptions later
    cross join lateral (
      select * from invoice_subscriptions earlier
      where earlier.subscription_id = later.subscription_id and earlier.timestamp < later.timestamp
        and earlier.invoicing_reason not in ('in_advance_charge', 'progressive_billing')
      order by earlier.timestamp desc
      limit 1
    ) earlier
    where later.organization_id = ${ctx.org.id} and later.id = any(${links.map(link => link.id)}::uuid[])`.execute(
    ctx.db,
  )
  return new Map(rows.map(({ later_id, ...row }) => [later_id, row]))
}

/** How many invoices were made since an id of this installation, for simulations. */
export async function countInvoicesSince(ctx: Ctx, sinceId: string): Promise<number> {
  const row = await ctx.db
    .selectFrom('invoices')
    .select(sql<bigint>`count(*)`.as('count'))
    .where('organization_id', '=', ctx.org.id)
    .where('id', '>', sinceId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
