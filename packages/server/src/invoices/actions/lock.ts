import { type Customer, lockCustomer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { findInvoice, findVisibleInvoice, type Invoice, lockInvoice, VISIBLE_STATUSES } from '../store.ts'

/** @throws 404 `invoice_not_found` for unknown and invisible invoices */
export async function getVisibleInvoice(ctx: Ctx, id: string): Promise<Invoice> {
  const invoice = await findVisibleInvoice(ctx, id)
  if (invoice === undefined) throw notFound('invoice')
  return invoice
}

/** Any invoice of the organization, locked with its customer; undefined when there is none. The customer is first. */
export async function lockInvoiceWithCustomer(
  tx: Ctx,
  id: string,
): Promise<{ invoice: Invoice; customer: Customer } | undefined> {
  const found = await findInvoice(tx, id)
  if (found === undefined) return undefined
  const customer = await lockCustomer(tx, found.customer_id)
  const invoice = await lockInvoice(tx, found.id)
  return invoice && { invoice, customer }
}

/**
 * An invoice that the API shows, locked with its customer until the transaction ends: the customer first, as everything
 * that changes a customer's money does.
 *
 * @throws 404 `invoice_not_found`
 */
export async function lockVisibleInvoice(tx: Ctx, id: string): Promise<{ invoice: Invoice; customer: Customer }> {
  const found = await getVisibleInvoice(tx, id)
  const customer = await lockCustomer(tx, found.customer_id)
  const invoice = await lockInvoice(tx, found.id)
  const visible: readonly string[] = VISIBLE_STATUSES
  if (invoice === undefined || !visible.includes(invoice.status)) throw notFound('invoice')
  return { invoice, customer }
}
