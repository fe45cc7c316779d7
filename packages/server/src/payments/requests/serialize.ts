import { findCustomersByIds, loadCustomerRecords, serializeCustomer } from '../../customers/index.ts'
import { presentInvoiceBases } from '../../invoices/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import { loadRequestedInvoices, type PaymentRequest } from './store.ts'

/** Payment requests as the API prints them, in their order. */
export async function presentPaymentRequests(ctx: Ctx, requests: readonly PaymentRequest[]) {
  if (requests.length === 0) return []
  const rows = await findCustomersByIds(ctx, [...new Set(requests.map(request => request.customer_id))])
  const customers = new Map(
    (await loadCustomerRecords(ctx, rows)).map(record => [record.customer.id, serializeCustomer(record)]),
  )
  const asked = await loadRequestedInvoices(
    ctx,
    requests.map(request => request.id),
  )
  const invoices = [...new Map([...asked.values()].flat().map(invoice => [invoice.id, invoice])).values()]
  const printed = new Map((await presentInvoiceBases(ctx, invoices)).map(base => [base.lago_id, base]))
  return requests.map(request => ({
    lago_id: request.id,
    email: request.email,
    amount_cents: formatCents(request.amount_cents),
    amount_currency: request.amount_currency,
    payment_status: request.payment_status,
    created_at: formatInstant(request.created_at),
    customer: customers.get(request.customer_id),
    invoices: (asked.get(request.id) ?? []).map(invoice => printed.get(invoice.id)),
  }))
}

export async function presentPaymentRequest(ctx: Ctx, request: PaymentRequest) {
  const [printed] = await presentPaymentRequests(ctx, [request])
  return printed
}
