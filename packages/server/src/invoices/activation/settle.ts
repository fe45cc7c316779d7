import { finalizedOrClosed } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { recreditWallets, releaseCoupons, restoreCreditNotes } from '../../credits/index.ts'
import type { Customer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit, emitAll } from '../../platform/domain-events.ts'
import { cancelActivation, completeActivation } from '../../subscriptions/index.ts'
import { lockInvoiceWithCustomer } from '../actions/lock.ts'
import { isActivationInvoice, PAYMENT_WANTED } from '../actions/payment-status.ts'
import { createSubscriptionInvoices } from '../billing/create-invoice.ts'
import { planChangeOrders } from '../billing/plan-change.ts'
import { loadInvoiceFees } from '../fees-store.ts'
import { assignNumber } from '../numbering.ts'
import { type Invoice, loadInvoiceSubscriptions, updateInvoiceRow } from '../store.ts'
import { type ActivationInvoice, findActivationInvoice, lockActivationInvoice } from './store.ts'

/**
 * Decides about a subscription that waits for the payment of an invoice: paid, the invoice is issued and the subscription
 * becomes active; refused, both are given up. Any other invoice is left alone.
 */
export async function settleActivation(ctx: Ctx, invoiceId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const found = await lockActivationInvoice(tx, invoiceId)
    if (found?.invoice.payment_status === 'succeeded') await completePaidActivation(tx, found)
    if (found?.invoice.payment_status === 'failed') {
      await cancelActivation(tx, found.waiting.subscription, 'payment_failed')
    }
  })
}

/** Has an invoice charged that a subscription waits for; with nothing left to pay, the subscription becomes active at once. */
export async function askForPayment(tx: Ctx, waiting: ActivationInvoice): Promise<void> {
  if (waiting.invoice.total_amount_cents > 0n) await emit(tx, PAYMENT_WANTED, waiting.invoice.id)
  else await completePaidActivation(tx, waiting)
}

/** Issues an invoice that is paid, and starts what was waiting for it. The rows are locked by the caller. */
async function completePaidActivation(tx: Ctx, { invoice, customer, waiting }: ActivationInvoice): Promise<void> {
  await issue(tx, invoice, customer)
  const change = await completeActivation(tx, waiting)
  if (change === undefined) return
  const at = tx.clock.now().round({ smallestUnit: 'second', roundingMode: 'floor' })
  await createSubscriptionInvoices(tx, await planChangeOrders(tx, customer, change, at, { billed: true }))
}

/** Its dates stay as they are, and it is told of as if it was made now. One that is empty is closed where such invoices are not wanted. */
async function issue(tx: Ctx, invoice: Invoice, customer: Customer): Promise<void> {
  const issuer = (await findBillingEntitiesByIds(tx, [invoice.billing_entity_id])).get(invoice.billing_entity_id)
  if (issuer === undefined) throw new Error(`invoice ${invoice.id} has no billing entity`)
  const status = finalizedOrClosed(
    invoice.fees_amount_cents,
    customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
    issuer.finalize_zero_amount_invoice,
  )
  if (status === 'closed') return void (await updateInvoiceRow(tx, invoice.id, { status }))
  const numbered = await assignNumber(tx, { issuer, customer, selfBilled: invoice.self_billed })
  await updateInvoiceRow(tx, invoice.id, {
    status,
    number: numbered.number,
    sequential_id: numbered.sequentialId,
    billing_entity_sequential_id: numbered.billingEntitySequentialId,
    finalized_at: tx.clock.now(),
  })
  const [link] = await loadInvoiceSubscriptions(tx, [invoice.id])
  const fees = link?.invoicing_reason === 'in_advance_charge' ? await loadInvoiceFees(tx, invoice.id) : []
  await emitAll(tx, [
    ...fees.map(fee => ({ type: 'fee.created', objectId: fee.id })),
    { type: 'invoice.created', objectId: invoice.id },
  ])
}

/**
 * Closes the invoice that a subscription waited for in vain, and gives back what it took of coupons, credit notes and wallets.
 * Tells `invoice.closed`: a payment of it that is under way is not wanted any more.
 */
export async function closeActivationInvoice(ctx: Ctx, subscriptionId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const invoiceId = await findActivationInvoice(tx, subscriptionId)
    const locked = invoiceId === undefined ? undefined : await lockInvoiceWithCustomer(tx, invoiceId)
    if (locked === undefined || !isActivationInvoice(locked.invoice)) return
    const { id } = locked.invoice
    await updateInvoiceRow(tx, id, { status: 'closed', ready_for_payment_processing: false })
    await releaseCoupons(tx, id)
    await restoreCreditNotes(tx, id)
    await recreditWallets(tx, id)
    await emit(tx, 'invoice.closed', id)
  })
}
