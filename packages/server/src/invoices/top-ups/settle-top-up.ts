import { localDate } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { failPurchase, findPurchaseOfInvoice, settlePurchase } from '../../credits/index.ts'
import { applicableTimeZone, lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { assignNumber } from '../numbering.ts'
import { type Invoice, lockInvoice } from '../store.ts'

/**
 * Credits the wallet whose top-up is paid, and makes its invoice seen if it was waiting for that. An invoice that asks for no
 * top-up, or whose payment status is another one by now, is left alone.
 */
export async function settleTopUp(ctx: Ctx, invoiceId: string): Promise<void> {
  await onPurchase(ctx, invoiceId, 'succeeded', async (tx, invoice, purchaseId) => {
    const { status } = await settlePurchase(tx, purchaseId)
    if (status === 'settled' && invoice.status === 'open') await finalize(tx, invoice)
  })
}

/** Gives up a top-up whose payment failed, unless it was paid already. */
export async function failTopUp(ctx: Ctx, invoiceId: string): Promise<void> {
  await onPurchase(
    ctx,
    invoiceId,
    'failed',
    async (tx, _invoice, purchaseId) => void (await failPurchase(tx, purchaseId)),
  )
}

async function onPurchase(
  ctx: Ctx,
  invoiceId: string,
  paymentStatus: string,
  act: (tx: Ctx, invoice: Invoice, purchaseId: string) => Promise<void>,
): Promise<void> {
  await transaction(ctx, async tx => {
    const purchase = await findPurchaseOfInvoice(tx, invoiceId)
    if (purchase === undefined) return
    const { customer_id: customerId } = await tx.db
      .selectFrom('invoices')
      .select('customer_id')
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', invoiceId)
      .executeTakeFirstOrThrow()
    await lockCustomer(tx, customerId)
    const invoice = await lockInvoice(tx, invoiceId)
    if (invoice?.payment_status === paymentStatus) await act(tx, invoice, purchase.id)
  })
}

/** It counts from the day on which it was paid. */
async function finalize(tx: Ctx, invoice: Invoice): Promise<void> {
  const customer = await lockCustomer(tx, invoice.customer_id)
  const entities = await findBillingEntitiesByIds(tx, [invoice.billing_entity_id, customer.billing_entity_id])
  const [issuer, own] = [entities.get(invoice.billing_entity_id), entities.get(customer.billing_entity_id)]
  if (issuer === undefined || own === undefined) throw new Error(`invoice ${invoice.id} has no billing entity`)
  const numbered = await assignNumber(tx, { issuer, customer, selfBilled: invoice.self_billed })
  const now = tx.clock.now()
  const today = localDate(now, applicableTimeZone(customer, own))
  await tx.db
    .updateTable('invoices')
    .set({
      status: 'finalized',
      number: numbered.number,
      sequential_id: numbered.sequentialId,
      billing_entity_sequential_id: numbered.billingEntitySequentialId,
      issuing_date: today,
      expected_finalization_date: today,
      payment_due_date: today,
      finalized_at: now,
      updated_at: now,
    })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', invoice.id)
    .execute()
  await emit(tx, 'invoice.paid_credit_added', invoice.id)
}
