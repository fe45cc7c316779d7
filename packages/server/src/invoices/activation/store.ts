import type { Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { lockInvoiceWithCustomer } from '../actions/lock.ts'
import { isActivationInvoice } from '../actions/payment-status.ts'
import { findInvoice, type Invoice } from '../store.ts'

/** An invoice that has to be paid before its subscription becomes active. */
export interface ActivationInvoice {
  readonly invoice: Invoice
  readonly customer: Customer
  /** Who waits for the payment. */
  readonly waiting: SubscriptionRecord
}

/** Locked with its customer; undefined for any other invoice, and when it was decided what becomes of it. */
export async function lockActivationInvoice(tx: Ctx, invoiceId: string): Promise<ActivationInvoice | undefined> {
  const found = await findInvoice(tx, invoiceId)
  if (found === undefined || !isActivationInvoice(found)) return undefined
  const locked = await lockInvoiceWithCustomer(tx, invoiceId)
  if (locked === undefined || !isActivationInvoice(locked.invoice)) return undefined
  const link = await tx.db
    .selectFrom('invoice_subscriptions')
    .select('subscription_id')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .executeTakeFirstOrThrow()
  const [waiting] = await loadSubscriptionRecords(tx, [link.subscription_id])
  return waiting?.subscription.status === 'incomplete' ? { ...locked, waiting } : undefined
}

/** The invoice that a subscription waits for, or waited for in vain, as long as it is open. */
export async function findActivationInvoice(ctx: Ctx, subscriptionId: string): Promise<string | undefined> {
  const row = await ctx.db
    .selectFrom('invoice_subscriptions')
    .innerJoin('invoices', 'invoices.id', 'invoice_subscriptions.invoice_id')
    .select('invoices.id')
    .where('invoice_subscriptions.organization_id', '=', ctx.org.id)
    .where('invoice_subscriptions.subscription_id', '=', subscriptionId)
    .where('invoices.invoice_type', '=', 'subscription')
    .where('invoices.status', '=', 'open')
    .executeTakeFirst()
  return row?.id
}
