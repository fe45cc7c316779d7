import { lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { loadSubscriptionRecords } from '../../subscriptions/index.ts'
import { billStart } from '../billing/life-events.ts'
import { askForPayment } from './settle.ts'
import { findActivationInvoice, lockActivationInvoice } from './store.ts'

/**
 * Makes the invoice that a subscription waits for, once: it takes what its customer has to its credit, and nobody sees it
 * before it is paid. While it is not known which taxes are on it, that waits too.
 */
export async function billActivation(ctx: Ctx, subscriptionId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const [found] = await loadSubscriptionRecords(tx, [subscriptionId])
    if (found === undefined) return
    await lockCustomer(tx, found.subscription.customer_id)
    const [waiting] = await loadSubscriptionRecords(tx, [subscriptionId])
    if (waiting?.subscription.status !== 'incomplete') return
    if ((await findActivationInvoice(tx, subscriptionId)) !== undefined) return
    await billStart(tx, waiting, { mustBePaid: true })
    const invoiceId = await findActivationInvoice(tx, subscriptionId)
    const made = invoiceId === undefined ? undefined : await lockActivationInvoice(tx, invoiceId)
    if (made === undefined) throw new Error(`subscription ${subscriptionId} owes nothing that could be paid for`)
    if (made.invoice.tax_status !== 'pending') await askForPayment(tx, made)
  })
}
