import type { FastifyInstance } from 'fastify'
import type { Selectable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { PaymentReceipts } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import { fileUrl } from '../../platform/files/file-urls.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { isUuid } from '../../platform/ids.ts'
import type { WebhookObject } from '../../platform/module.ts'
import { formatInstant } from '../../platform/wire.ts'
import { presentPayments } from '../serialize.ts'
import { type Payment, paymentConditions, readPaymentFilters } from '../store.ts'

export type PaymentReceipt = Selectable<PaymentReceipts>

export async function findReceipt(ctx: Ctx, id: string): Promise<PaymentReceipt | undefined> {
  if (!isUuid(id)) return undefined
  return ctx.db
    .selectFrom('payment_receipts')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** By id, in no particular order. */
export async function findReceiptsByIds(ctx: Ctx, ids: readonly string[]): Promise<PaymentReceipt[]> {
  return ctx.db
    .selectFrom('payment_receipts')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
}

/** Receipts as the API prints them, in their order. */
export async function presentReceipts(ctx: Ctx, receipts: readonly PaymentReceipt[]) {
  if (receipts.length === 0) return []
  const ids = receipts.map(receipt => receipt.payment_id)
  const rows = await ctx.db
    .selectFrom('payments')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
  const payments = new Map((await presentPayments(ctx, rows as Payment[])).map(payment => [payment.lago_id, payment]))
  const files = await ctx.db
    .selectFrom('documents')
    .select(['payment_id', 'kind', 'file_key'])
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('payment_id', ids))
    .execute()
  return receipts.map(receipt => {
    const urlOf = (kind: 'pdf' | 'xml') => {
      const file = files.find(row => row.payment_id === receipt.payment_id && row.kind === kind)
      return file === undefined ? null : fileUrl(ctx.config, file.file_key)
    }
    return {
      lago_id: receipt.id,
      number: receipt.number,
      file_url: urlOf('pdf'),
      xml_url: urlOf('xml'),
      payment: payments.get(receipt.payment_id),
      created_at: formatInstant(receipt.created_at),
    }
  })
}

/** Messages about a receipt. */
export const receiptWebhook: WebhookObject = {
  objectType: 'payment_receipt',
  async serialize(ctx, id) {
    const receipt = await findReceipt(ctx, id)
    return receipt && (await presentReceipts(ctx, [receipt]))[0]
  },
}

/** Receipts are read with the permission of invoices, and missing ones are named like them. */
export function receiptRoutes(api: FastifyInstance): void {
  const route = (summary: string) => ({
    config: { resource: 'invoice' },
    schema: { tags: ['Payment receipts'], summary },
  })

  api.get<{ Querystring: Record<string, unknown> }>(
    '/payment_receipts',
    route('List payment receipts'),
    async ({ ctx, query }) => {
      const page = readPage(query)
      const { invoiceId } = readPaymentFilters(query)
      const filtered = ctx.db
        .selectFrom('payment_receipts')
        .innerJoin('payments', 'payments.id', 'payment_receipts.payment_id')
        .where('payment_receipts.organization_id', '=', ctx.org.id)
        .where(paymentConditions(ctx, invoiceId === undefined ? {} : { invoiceId }))
      const receipts = await filtered
        .selectAll('payment_receipts')
        .orderBy('payment_receipts.created_at', 'desc')
        .orderBy('payment_receipts.id')
        .limit(page.perPage)
        .offset(page.offset)
        .execute()
      const { count } = await filtered.select(eb => eb.fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow()
      return { payment_receipts: await presentReceipts(ctx, receipts), meta: pageMeta(page, Number(count)) }
    },
  )

  api.get<{ Params: { id: string } }>('/payment_receipts/:id', route('Read a payment receipt'), async request => {
    const receipt = await findReceipt(request.ctx, request.params.id)
    if (receipt === undefined) throw notFound('invoice')
    return { payment_receipt: (await presentReceipts(request.ctx, [receipt]))[0] }
  })
}
