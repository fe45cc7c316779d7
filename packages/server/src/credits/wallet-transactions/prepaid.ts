import {
  allocatePrepaidCredits,
  creditsForCents,
  currencySubunits,
  decimal,
  floor,
  type PayableFee,
  purchasedCredits,
  truncate,
} from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { rateOf } from '../amounts.ts'
import { listActiveWallets, listTargets, lockWallet, updateWalletRow } from '../wallets/store.ts'
import { moveBalance } from './movements.ts'
import { insertTransaction, type TransactionRow } from './store.ts'

/** What is due on an invoice after taxes and credit notes, and what for. */
export interface DueInvoice {
  readonly invoiceId: string
  readonly customerId: string
  readonly currency: string
  readonly totalCents: bigint
  readonly fees: readonly PayableFee[]
}

export interface PrepaidOnInvoice {
  readonly amountCents: bigint
  /** Of the amount; null where there is nothing of it. */
  readonly grantedAmountCents: bigint | null
  readonly purchasedAmountCents: bigint | null
}

/**
 * Lets a customer's wallets pay for an invoice, each for what it may, and writes what they paid. The customer's row is locked by
 * the caller, so that invoices of a customer are paid one after another.
 */
export async function applyPrepaidCredits(tx: Ctx, invoice: DueInvoice): Promise<PrepaidOnInvoice> {
  const wallets = (await listActiveWallets(tx, invoice.customerId)).filter(
    wallet => wallet.currency === invoice.currency && wallet.balance_cents > 0n,
  )
  if (invoice.totalCents <= 0n || wallets.length === 0) return NOTHING
  const targets = await listTargets(
    tx,
    wallets.map(wallet => wallet.id),
  )
  const shares = allocatePrepaidCredits(
    invoice.totalCents,
    invoice.fees,
    wallets.map(wallet => ({
      id: wallet.id,
      code: wallet.code,
      balanceCents: wallet.balance_cents,
      allowedFeeTypes: wallet.allowed_fee_types,
      metricIds: (targets.get(wallet.id) ?? []).map(target => target.metricId),
    })),
  )
  const paid: TransactionRow[] = []
  for (const { walletId, amountCents } of shares) {
    const wallet = wallets.find(candidate => candidate.id === walletId)
    if (wallet === undefined) continue
    const worth = creditsForCents(decimal(amountCents), rateOf(wallet))
    const outbound = await insertTransaction(tx, wallet, worth, {
      transaction_type: 'outbound',
      transaction_status: 'invoiced',
      invoice_id: invoice.invoiceId,
    })
    paid.push(await moveBalance(tx, wallet, outbound))
    await emit(tx, 'wallet_transaction.created', outbound.id)
  }
  return breakDown(tx, paid)
}

const NOTHING: PrepaidOnInvoice = { amountCents: 0n, grantedAmountCents: null, purchasedAmountCents: null }

/** How much of what was paid had been granted, and how much bought. */
async function breakDown(tx: Ctx, paid: readonly TransactionRow[]): Promise<PrepaidOnInvoice> {
  if (paid.length === 0) return NOTHING
  const { rows } = await sql<{ kind: string; cents: string }>`
    select inbound.transaction_status as kind, sum(part.consumed_amount_cents) as cents
    from wallet_transaction_consumptions part
    join wallet_transactions inbound on inbound.id = part.inbound_transaction_id
    where part.organization_id = ${tx.org.id}
      and part.outbound_transaction_id = any(${paid.map(outbound => outbound.id)}::uuid[])
    group by inbound.transaction_status`.execute(tx.db)
  const centsOf = (kind: string) => {
    const row = rows.find(candidate => candidate.kind === kind)
    return row === undefined ? null : BigInt(row.cents)
  }
  return {
    amountCents: paid.reduce((sum, outbound) => sum + outbound.amount_cents, 0n),
    grantedAmountCents: centsOf('granted'),
    purchasedAmountCents: centsOf('purchased'),
  }
}

/**
 * Gives back, as granted credits, what wallets paid for an invoice that no longer counts. Wallets that ended get nothing. Doing
 * it again changes nothing.
 */
export async function recreditWallets(tx: Ctx, invoiceId: string): Promise<void> {
  for (const outbound of await listPayments(tx, invoiceId)) {
    const { wallet } = await lockWallet(tx, outbound.wallet_id)
    if (wallet.status !== 'active' || (await wasGivenBack(tx, wallet.id, invoiceId))) continue
    const rate = rateOf(wallet)
    const credits = decimal(outbound.credit_amount)
    const inbound = await insertTransaction(tx, wallet, purchasedCredits(credits, rate), {
      transaction_type: 'inbound',
      transaction_status: 'granted',
      voided_invoice_id: invoiceId,
      purchase_order_number: outbound.purchase_order_number,
    })
    await moveBalance(tx, wallet, inbound)
    const left = decimal(wallet.consumed_credits).minus(credits)
    const consumed = left.lt(0) ? decimal(0) : left
    const cents = floor(consumed.times(rate.rateAmount).times(currencySubunits(rate.currency)), 0)
    await updateWalletRow(tx, wallet.id, {
      consumed_credits: consumed.toFixed(),
      consumed_amount_cents: truncate(cents),
    })
    await emit(tx, 'wallet_transaction.created', inbound.id)
  }
}

/** What a wallet paid of an invoice. */
export interface PaidFromWallet {
  readonly invoice_id: string
  readonly wallet_name: string
  readonly amount_cents: bigint
}

/** What wallets paid of invoices, by invoice, in the order they paid. */
export async function listPaidFromWallets(
  ctx: Ctx,
  invoiceIds: readonly string[],
): Promise<Map<string, PaidFromWallet[]>> {
  if (invoiceIds.length === 0) return new Map()
  const { rows } = await sql<PaidFromWallet>`
    select paid.invoice_id, coalesce(wallets.name, wallets.code) as wallet_name, paid.amount_cents
    from wallet_transactions as paid
    join wallets on wallets.id = paid.wallet_id
    where paid.organization_id = ${ctx.org.id}
      and paid.invoice_id = any(${invoiceIds}::uuid[])
      and paid.transaction_status = 'invoiced'
    order by paid.id`.execute(ctx.db)
  return Map.groupBy(rows, row => row.invoice_id)
}

async function listPayments(tx: Ctx, invoiceId: string): Promise<TransactionRow[]> {
  return tx.db
    .selectFrom('wallet_transactions')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .where('transaction_status', '=', 'invoiced')
    .orderBy('id')
    .execute()
}

async function wasGivenBack(tx: Ctx, walletId: string, invoiceId: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom('wallet_transactions')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('wallet_id', '=', walletId)
    .where('voided_invoice_id', '=', invoiceId)
    .executeTakeFirst()
  return row !== undefined
}
