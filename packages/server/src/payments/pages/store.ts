import type { Selectable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { PaymentPages } from '../../platform/db/types.ts'
import type { Payable } from '../charging/provider-payment.ts'

/** A page of the provider on which an invoice or a payment request is paid, for a day. */
export type PaymentPage = Selectable<PaymentPages>

/** Whether the organization ever had a page made: somebody may be on one. */
export async function hasEverMadePages(ctx: Ctx): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('payment_pages')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The page on which a payable can be paid; one whose day is over is closed first. */
export async function findActivePage(tx: Ctx, payable: Payable): Promise<PaymentPage | undefined> {
  const [column, id] = keyOf(payable)
  const page = await tx.db
    .selectFrom('payment_pages')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where(column, '=', id)
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (page === undefined || Temporal.Instant.compare(page.expires_at, tx.clock.now()) > 0) return page
  await expirePages(tx, payable)
  return undefined
}

export async function expirePages(tx: Ctx, payable: Payable): Promise<void> {
  const [column, id] = keyOf(payable)
  await tx.db
    .updateTable('payment_pages')
    .set({ status: 'expired', updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where(column, '=', id)
    .where('status', '=', 'active')
    .execute()
}

function keyOf(payable: Payable): readonly ['invoice_id' | 'payment_request_id', string] {
  return 'invoice_id' in payable
    ? ['invoice_id', payable.invoice_id]
    : ['payment_request_id', payable.payment_request_id]
}
