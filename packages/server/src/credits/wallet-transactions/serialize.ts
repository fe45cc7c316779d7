import { centsInCredits, decimal, formatDecimal } from '@weir/engine'
import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import { rateOf } from '../amounts.ts'
import { findInvoiceNumbers } from '../invoice-numbers.ts'
import type { WalletRecord } from '../wallets/store.ts'
import { type Consumption, findTransactions, type TransactionRow } from './store.ts'

/**
 * Transactions of wallets, in their order, each with who issues its invoice: whom the wallet named when it was made.
 *
 * @param records of their wallets; transactions of others are left out
 */
export async function presentTransactions(
  ctx: Ctx,
  transactions: readonly TransactionRow[],
  records: readonly WalletRecord[],
) {
  const recordOf = new Map(records.map(record => [record.wallet.id, record]))
  const issuerIds = new Set(transactions.flatMap(transaction => transaction.billing_entity_id ?? []))
  const issuers = await findBillingEntitiesByIds(ctx, [...issuerIds])
  return transactions.flatMap(transaction => {
    const record = recordOf.get(transaction.wallet_id)
    if (record === undefined) return []
    const issuer = issuers.get(transaction.billing_entity_id ?? '') ?? record.billingEntity
    return [serializeTransaction(transaction, record.wallet, issuer)]
  })
}

/** As {@link presentTransactions}, of one. */
export async function presentTransaction(ctx: Ctx, transaction: TransactionRow, record: WalletRecord) {
  const [presented] = await presentTransactions(ctx, [transaction], [record])
  if (presented === undefined) throw new Error(`transaction ${transaction.id} is not of wallet ${record.wallet.id}`)
  return presented
}

function serializeTransaction(
  transaction: TransactionRow,
  wallet: WalletRecord['wallet'],
  issuer: WalletRecord['billingEntity'],
) {
  const remaining = transaction.remaining_amount_cents
  return {
    lago_id: transaction.id,
    lago_wallet_id: transaction.wallet_id,
    lago_invoice_id: transaction.invoice_id,
    lago_credit_note_id: transaction.credit_note_id,
    lago_voided_invoice_id: transaction.voided_invoice_id,
    billing_entity_code: issuer.code,
    status: transaction.status,
    source: transaction.source,
    transaction_status: transaction.transaction_status,
    transaction_type: transaction.transaction_type,
    amount: formatDecimal(transaction.amount),
    credit_amount: formatDecimal(transaction.credit_amount),
    remaining_amount_cents: formatCents(remaining),
    remaining_credit_amount:
      remaining === null ? null : formatDecimal(centsInCredits(decimal(remaining), rateOf(wallet))),
    priority: transaction.priority,
    purchase_order_number: transaction.purchase_order_number ?? wallet.purchase_order_number,
    settled_at: formatInstant(transaction.settled_at),
    failed_at: formatInstant(transaction.failed_at),
    created_at: formatInstant(transaction.created_at),
    invoice_requires_successful_payment: transaction.invoice_requires_successful_payment,
    metadata: transaction.metadata,
    name: transaction.name,
    payment_method: {
      payment_method_id: transaction.payment_method_id,
      payment_method_type: transaction.payment_method_type,
    },
  }
}

/** The numbers of the transactions' invoices, where `include[]=invoice_number` asks for them. */
export async function invoiceNumbersFor(
  ctx: Ctx,
  transactions: readonly TransactionRow[],
  include: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  if (!include.includes('invoice_number')) return undefined
  return findInvoiceNumbers(
    ctx,
    transactions.map(transaction => transaction.invoice_id),
  )
}

/** With the number of its invoice, where it was asked for. */
export function withNumber(
  transaction: ReturnType<typeof serializeTransaction>,
  numbers: ReadonlyMap<string, string> | undefined,
) {
  if (numbers === undefined) return transaction
  return { ...transaction, invoice_number: numbers.get(transaction.lago_invoice_id ?? '') ?? null }
}

/** What transactions gave each other, each with the transaction on the other side. */
export async function presentConsumptions(
  ctx: Ctx,
  consumptions: readonly Consumption[],
  otherSide: 'inbound_transaction_id' | 'outbound_transaction_id',
  record: WalletRecord,
  include: readonly string[],
) {
  const others = await findTransactions(
    ctx,
    consumptions.map(consumption => consumption[otherSide]),
  )
  const numbers = await invoiceNumbersFor(ctx, others, include)
  const presented = await presentTransactions(ctx, others, [record])
  const byId = new Map(presented.map(other => [other.lago_id, other]))
  return consumptions.flatMap(consumption => {
    const other = byId.get(consumption[otherSide])
    if (other === undefined) return []
    return [
      {
        lago_id: consumption.id,
        amount_cents: formatCents(consumption.consumed_amount_cents),
        credit_amount: formatDecimal(centsInCredits(decimal(consumption.consumed_amount_cents), rateOf(record.wallet))),
        created_at: formatInstant(consumption.created_at),
        wallet_transaction: withNumber(other, numbers),
      },
    ]
  })
}
