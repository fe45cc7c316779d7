import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely'
import { VISIBLE_STATUSES } from '../invoices/index.ts'
import type { NormalizedStatus } from '../payment-providers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { Payments } from '../platform/db/types.ts'
import { validation } from '../platform/errors.ts'
import type { Page } from '../platform/http/pagination.ts'
import { asText } from '../platform/http/query.ts'
import { isUuid, newId } from '../platform/ids.ts'

/** One attempt to collect money, or money that came. It pays an invoice or a payment request. */
export type Payment = Selectable<Payments> & { readonly payable_payment_status: NormalizedStatus | null }

export async function insertPayment(
  tx: Ctx,
  values: Omit<Insertable<Payments>, 'id' | 'organization_id' | 'created_at' | 'updated_at'>,
  createdAt: Temporal.Instant = tx.clock.now(),
): Promise<Payment> {
  const row = await tx.db
    .insertInto('payments')
    .values({
      ...values,
      id: newId(),
      organization_id: tx.org.id,
      created_at: createdAt,
      updated_at: tx.clock.now(),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as Payment
}

export async function updatePayment(tx: Ctx, id: string, changes: Updateable<Payments>): Promise<Payment> {
  const row = await tx.db
    .updateTable('payments')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return row as Payment
}

export async function findPayment(ctx: Ctx, id: string): Promise<Payment | undefined> {
  if (!isUuid(id)) return undefined
  const row = await ctx.db
    .selectFrom('payments')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .executeTakeFirst()
  return row as Payment | undefined
}

/** By id, in no particular order. */
export async function findPaymentsByIds(ctx: Ctx, ids: readonly string[]): Promise<Payment[]> {
  const rows = await ctx.db
    .selectFrom('payments')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
  return rows as Payment[]
}

/** The last attempt to charge an invoice, or a payment request, through a provider. */
export async function findLastPayment(
  ctx: Ctx,
  payable: { readonly invoiceId: string } | { readonly requestId: string },
): Promise<Payment | undefined> {
  const query = ctx.db
    .selectFrom('payments')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('payment_type', '=', 'provider')
  const row = await ('invoiceId' in payable
    ? query.where('invoice_id', '=', payable.invoiceId)
    : query.where('payment_request_id', '=', payable.requestId)
  )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row as Payment | undefined
}

/**
 * The payment of which a refund on an invoice is made: its last one that succeeded, or that of a payment request which it was
 * in; undefined where the last payment of the invoice came by hand.
 */
export async function findPaymentToRefund(ctx: Ctx, invoiceId: string): Promise<Payment | undefined> {
  const { rows } = await sql<Payment>`
    select payments.*
    from payments
    where payments.organization_id = ${ctx.org.id} and payments.payable_payment_status = 'succeeded'
      and (
        payments.invoice_id = ${invoiceId}
        or payments.payment_request_id in (
          select payment_request_id from payment_request_invoices where invoice_id = ${invoiceId}
        )
      )
    order by payments.invoice_id is null, payments.created_at desc, payments.id desc
    limit 1`.execute(ctx.db)
  const [payment] = rows
  return payment?.payment_type === 'provider' ? payment : undefined
}

export interface PaymentFilters {
  /** Payments of this invoice, and of payment requests that it is in. */
  readonly invoiceId?: string
  readonly externalCustomerId?: string
}

/** @throws 422 for an `invoice_id` that is none */
export function readPaymentFilters(query: Record<string, unknown>): PaymentFilters {
  const { invoice_id: invoiceId } = query
  const externalCustomerId = asText(query.external_customer_id)
  if (invoiceId !== undefined && !isUuid(String(invoiceId))) throw validation({ invoice_id: ['is in invalid format'] })
  return {
    ...(invoiceId !== undefined && { invoiceId: String(invoiceId) }),
    ...(externalCustomerId !== undefined && { externalCustomerId }),
  }
}

/** What payments of the table `payments` a filter leaves. */
export function paymentConditions(ctx: Ctx, { invoiceId, externalCustomerId }: PaymentFilters): RawBuilder<boolean> {
  const conditions = [sql`payments.organization_id = ${ctx.org.id}`]
  if (invoiceId !== undefined) {
    conditions.push(sql`(
      payments.invoice_id = ${invoiceId}
      or payments.payment_request_id in (
        select payment_request_id from payment_request_invoices where invoice_id = ${invoiceId}
      )
    )`)
  }
  if (externalCustomerId !== undefined) {
    conditions.push(sql`payments.customer_id in (
      select id from customers where organization_id = ${ctx.org.id} and external_id = ${externalCustomerId}
        and deleted_at is null
    )`)
  }
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}

/** Payments of invoices that the API shows, and of payment requests, newest first, with the total count. */
export async function listPayments(
  ctx: Ctx,
  filters: PaymentFilters,
  page: Page,
): Promise<{ payments: Payment[]; totalCount: number }> {
  const query = ctx.db.selectFrom('payments').where(paymentConditions(ctx, filters)).where(isShown())
  const [payments, { count }] = await Promise.all([
    query
      .selectAll()
      .orderBy('payments.created_at', 'desc')
      .orderBy('payments.id')
      .limit(page.perPage)
      .offset(page.offset)
      .execute(),
    query.select(eb => eb.fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow(),
  ])
  return { payments: payments as Payment[], totalCount: Number(count) }
}

function isShown(): RawBuilder<boolean> {
  return sql<boolean>`(payments.invoice_id is null or exists (
    select from invoices where invoices.id = payments.invoice_id and invoices.status in (${sql.join(VISIBLE_STATUSES)})
  ))`
}
