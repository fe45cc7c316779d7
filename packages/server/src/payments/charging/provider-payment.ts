import type { Customer } from '../../customers/index.ts'
import {
  type Connection,
  findConnection,
  findProviderCustomer,
  normalizedStatus,
  type PaymentMethod,
  type ProviderAnswer,
  type ProviderCustomer,
  providerBehind,
  settingsOf,
} from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { insertPayment, type Payment, updatePayment } from '../store.ts'

/** Who collects from a customer, and how it is known there. */
export interface Payer {
  readonly customer: Customer
  readonly connection: Connection
  readonly link: ProviderCustomer & { readonly provider_customer_id: string }
}

/** What is paid: an invoice or a payment request. */
export type Payable = { readonly invoice_id: string } | { readonly payment_request_id: string }

/** Undefined where nobody can charge the customer. */
export async function findPayer(ctx: Ctx, customer: Customer): Promise<Payer | undefined> {
  const connection = await findConnection(ctx, customer)
  const link = await findProviderCustomer(ctx, customer)
  if (typeof connection === 'string' || link?.provider_customer_id == null) return undefined
  return { customer, connection, link: { ...link, provider_customer_id: link.provider_customer_id } }
}

/** The payment of a payable that is under way, of which there is one at most. */
export async function findUnderWay(ctx: Ctx, payable: Payable): Promise<Payment | undefined> {
  const row = await ofPayable(ctx, payable)
    .where('payment_type', '=', 'provider')
    .where('payable_payment_status', 'in', ['pending', 'processing'])
    .executeTakeFirst()
  return row as Payment | undefined
}

function ofPayable(ctx: Ctx, payable: Payable) {
  const query = ctx.db.selectFrom('payments').selectAll().where('organization_id', '=', ctx.org.id)
  return 'invoice_id' in payable
    ? query.where('invoice_id', '=', payable.invoice_id)
    : query.where('payment_request_id', '=', payable.payment_request_id)
}

/** How many payments of a payable were refused because the payer was not there to confirm. */
export async function countUnconfirmed(ctx: Ctx, payable: Payable): Promise<number> {
  const rows = await ofPayable(ctx, payable).where('error_code', '=', 'authentication_required').execute()
  return rows.length
}

/**
 * The payment that an attempt is about: the one that is pending, with what is due now, or a new one.
 *
 * @param pending what {@link findUnderWay} found, pending
 */
export async function openPayment(
  tx: Ctx,
  payable: Payable,
  pending: Payment | undefined,
  terms: {
    readonly payer: Payer
    readonly method: PaymentMethod | undefined
    readonly amountCents: bigint
    readonly currency: string
  },
): Promise<Payment> {
  const { payer, method, amountCents, currency } = terms
  const values = {
    payment_provider_id: payer.connection.id,
    payment_provider_customer_id: payer.link.id,
    payment_method_id: method?.id ?? null,
    amount_cents: amountCents,
  }
  if (pending !== undefined) return updatePayment(tx, pending.id, values)
  return insertPayment(tx, {
    ...values,
    ...payable,
    customer_id: payer.customer.id,
    payment_type: 'provider',
    amount_currency: currency,
    status: 'pending',
    payable_payment_status: 'pending',
  })
}

/** A payment that was opened, and how the provider is to be asked for it. */
export interface Attempt {
  readonly payment: Payment
  readonly payer: Payer
  readonly method: PaymentMethod | undefined
  readonly reference: string
  readonly mayAsk: boolean
  readonly metadata: Readonly<Record<string, string>>
}

/** Asks the provider for the money. The same payment again is the same demand. */
export async function chargeProvider(ctx: Ctx, attempt: Attempt): Promise<ProviderAnswer> {
  const { payment, payer, method, reference, mayAsk, metadata } = attempt
  return providerBehind(ctx).charge(payer.connection.type, {
    idempotencyKey: `payment-${payment.id}`,
    providerCustomerId: payer.link.provider_customer_id,
    methodId: method?.provider_method_id ?? null,
    fromBalance: paysFromBalance(payer),
    amountCents: payment.amount_cents,
    currency: payment.amount_currency,
    reference,
    mayAsk,
    metadata: { lago_payment_id: payment.id, ...metadata },
  })
}

/** Nothing is saved: the payer sends the money to a balance. */
export function paysFromBalance({ connection, link }: Payer): boolean {
  return connection.type === 'stripe' && settingsOf(link).provider_payment_methods?.join() === 'customer_balance'
}

/** Notes on the payment what the provider answered. */
export async function recordAnswer(
  tx: Ctx,
  payment: Payment,
  { connection }: Payer,
  answer: ProviderAnswer,
): Promise<Payment> {
  if (answer.outcome === 'accepted') {
    return updatePayment(tx, payment.id, {
      provider_payment_id: answer.id,
      status: answer.status,
      payable_payment_status: normalizedStatus(connection.type, answer.status),
      provider_payment_data: JSON.stringify(answer.nextAction),
      error_code: null,
      error_message: null,
    })
  }
  // Too little to be charged is no failure of the payer's: it can be asked again.
  const normalized = answer.code === 'amount_too_small' ? 'pending' : 'failed'
  return updatePayment(tx, payment.id, {
    status: 'failed',
    payable_payment_status: normalized,
    error_code: answer.code,
    error_message: answer.message,
  })
}
