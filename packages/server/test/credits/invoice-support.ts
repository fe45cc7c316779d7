import { decimal } from '@weir/engine'
import { lockCustomer } from '../../src/customers/index.ts'
import { type Ctx, transaction } from '../../src/platform/context.ts'
import { newId } from '../../src/platform/ids.ts'
import type { TestApp } from '../support/app.ts'

/** An invoice that was finalized, of which only what credits need is told. */
export async function insertInvoice(app: TestApp, customerId: string, status = 'finalized'): Promise<string> {
  const [id = ''] = await insertInvoices(app, customerId, 1, status)
  return id
}

/** Many of them. */
export async function insertInvoices(
  app: TestApp,
  customerId: string,
  count: number,
  status = 'finalized',
): Promise<string[]> {
  const ids = Array.from({ length: count }, newId)
  const at = '2026-01-10T12:00:00Z'
  await app.ctx.db
    .insertInto('invoices')
    .values(
      ids.map(id => ({
        id,
        organization_id: app.organizationId,
        customer_id: customerId,
        billing_entity_id: app.organizationId,
        number: id,
        invoice_type: 'subscription',
        status,
        currency: 'EUR',
        timezone: 'UTC',
        issuing_date: '2026-01-10',
        expected_finalization_date: '2026-01-10',
        payment_due_date: '2026-01-10',
        created_at: at,
        updated_at: at,
      })),
    )
    .execute()
  return ids
}

/** Runs under the customer's lock, as whoever finalizes an invoice does. */
export function locked<T>(app: TestApp, customerId: string, work: (tx: Ctx) => Promise<T>): Promise<T> {
  return transaction(app.ctx, async tx => {
    await lockCustomer(tx, customerId)
    return work(tx)
  })
}

export const NOTHING = decimal(0)

/** A fee that prepaid credits may pay. */
export function payable(feeType: string, metricId: string | null, amountCents: bigint, taxes = '0', creditNotes = '0') {
  return {
    feeType,
    metricId,
    targetWalletCode: null,
    amountCents,
    preciseCouponsAmountCents: NOTHING,
    taxesPreciseAmountCents: decimal(taxes),
    preciseCreditNotesAmountCents: decimal(creditNotes),
  }
}
