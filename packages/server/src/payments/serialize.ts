import { sql } from 'kysely'
import { findCustomersByIds } from '../customers/index.ts'
import { findConnectionsByIds, findProviderCustomersByIds } from '../payment-providers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { formatCents, formatInstant } from '../platform/wire.ts'
import type { Payment } from './store.ts'

/** Payments as the API prints them, in their order: a few queries, however many they are. */
export async function presentPayments(ctx: Ctx, payments: readonly Payment[]) {
  const customers = new Map(
    (await findCustomersByIds(ctx, unique(payments.map(row => row.customer_id)))).map(row => [row.id, row]),
  )
  const connections = await findConnectionsByIds(ctx, unique(payments.map(row => row.payment_provider_id)))
  const payers = await findProviderCustomersByIds(ctx, unique(payments.map(row => row.payment_provider_customer_id)))
  const invoices = await loadPaidInvoices(ctx, payments)
  return payments.map(payment => {
    const connection = connections.get(payment.payment_provider_id ?? '')
    const paid = invoices.get(payment.id) ?? []
    return {
      lago_id: payment.id,
      lago_customer_id: payment.customer_id,
      external_customer_id: customers.get(payment.customer_id)?.external_id ?? null,
      invoice_ids: paid.map(invoice => invoice.id),
      invoice_numbers: paid.map(invoice => invoice.number),
      lago_payable_id: payment.payment_request_id ?? payment.invoice_id,
      payable_type: payment.payment_request_id === null ? 'Invoice' : 'PaymentRequest',
      amount_cents: formatCents(payment.amount_cents),
      amount_currency: payment.amount_currency,
      status: payment.status,
      payment_status: payment.payable_payment_status,
      type: payment.payment_type,
      reference: payment.reference,
      payment_provider_code: connection?.code ?? null,
      payment_provider_type: connection?.type ?? null,
      external_payment_id: payment.provider_payment_id,
      provider_payment_id: payment.provider_payment_id,
      provider_customer_id: payers.get(payment.payment_provider_customer_id ?? '')?.provider_customer_id ?? null,
      next_action: payment.provider_payment_data as Record<string, unknown>,
      created_at: formatInstant(payment.created_at),
    }
  })
}

export async function presentPayment(ctx: Ctx, payment: Payment) {
  const [printed] = await presentPayments(ctx, [payment])
  return printed
}

/** An invoice that a payment pays. */
export interface PaidInvoice {
  readonly payment_id: string
  readonly id: string
  readonly number: string
}

/** The invoices that payments pay, by payment. */
export async function loadPaidInvoices(ctx: Ctx, payments: readonly Payment[]): Promise<Map<string, PaidInvoice[]>> {
  if (payments.length === 0) return new Map()
  const { rows } = await sql<PaidInvoice>`
    select payments.id as payment_id, invoices.id, invoices.number
    from payments
    left join payment_request_invoices asked on asked.payment_request_id = payments.payment_request_id
    join invoices on invoices.id = coalesce(payments.invoice_id, asked.invoice_id)
    where payments.organization_id = ${ctx.org.id} and payments.id = any(${payments.map(row => row.id)}::uuid[])
    order by invoices.created_at, invoices.id`.execute(ctx.db)
  return Map.groupBy(rows, row => row.payment_id)
}

function unique(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.flatMap(id => (id === null ? [] : [id])))]
}
