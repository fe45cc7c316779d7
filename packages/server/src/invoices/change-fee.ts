import { lockCustomer } from '../customers/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { notAllowed, notFound, validation } from '../platform/errors.ts'
import { type FeeRow, findFee, PAYMENT_STATUSES } from './fees-store.ts'

/**
 * Says what became of the payment of a fee that stands alone, and when.
 *
 * @param paymentStatus undefined leaves the fee as it is
 * @throws 404 `fee_not_found`; 405 `invoiced_fee` for a fee on an invoice, which is paid with it; 422 for an unknown status
 */
export async function updateFeePayment(ctx: Ctx, id: string, paymentStatus: unknown): Promise<FeeRow> {
  return transaction(ctx, async tx => {
    const fee = await lockStandaloneFee(tx, id)
    if (paymentStatus === undefined) return fee
    if (typeof paymentStatus !== 'string' || !PAYMENT_STATUSES.includes(paymentStatus)) {
      throw validation({ payment_status: ['value_is_invalid'] })
    }
    const now = tx.clock.now()
    const at = (status: string) => (paymentStatus === status ? now : null)
    await tx.db
      .updateTable('fees')
      .set({
        payment_status: paymentStatus,
        succeeded_at: at('succeeded'),
        failed_at: at('failed'),
        refunded_at: at('refunded'),
        updated_at: now,
      })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', fee.id)
      .execute()
    return getFee(tx, id)
  })
}

/**
 * Deletes a fee that stands alone; its event is not charged again.
 *
 * @returns the fee as it was
 * @throws 404 `fee_not_found`; 405 `invoiced_fee` for a fee on an invoice
 */
export async function deleteFee(ctx: Ctx, id: string): Promise<FeeRow> {
  return transaction(ctx, async tx => {
    const fee = await lockStandaloneFee(tx, id)
    const now = tx.clock.now()
    await tx.db
      .updateTable('fees')
      .set({ deleted_at: now, updated_at: now })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', fee.id)
      .execute()
    return fee
  })
}

/** @throws 404 `fee_not_found` */
export async function getFee(ctx: Ctx, id: string): Promise<FeeRow> {
  const fee = await findFee(ctx, id)
  if (fee === undefined) throw notFound('fee')
  return fee
}

/** A fee comes on an invoice only while its customer is locked. */
async function lockStandaloneFee(tx: Ctx, id: string): Promise<FeeRow> {
  const { customer_id: customerId, invoice_id: invoiceId } = await getFee(tx, id)
  if (invoiceId === null && customerId !== null) await lockCustomer(tx, customerId)
  const fee = await getFee(tx, id)
  if (fee.invoice_id !== null) throw notAllowed('invoiced_fee')
  return fee
}
