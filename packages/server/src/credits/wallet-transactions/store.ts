import type { CreditsWorth } from '@weir/engine'
import { type Insertable, type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { WalletTransactions } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import type { WalletRow } from '../wallets/store.ts'

export type TransactionRow = Selectable<WalletTransactions>

/** A new transaction of a wallet, pending until its money has moved. */
export async function insertTransaction(
  tx: Ctx,
  wallet: WalletRow,
  worth: CreditsWorth,
  fields: Pick<Insertable<WalletTransactions>, 'transaction_type' | 'transaction_status'> &
    Partial<Insertable<WalletTransactions>>,
): Promise<TransactionRow> {
  const now = tx.clock.now()
  return tx.db
    .insertInto('wallet_transactions')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      wallet_id: wallet.id,
      status: 'pending',
      amount: worth.amount.toFixed(),
      amount_cents: worth.amountCents,
      credit_amount: worth.creditAmount.toFixed(),
      billing_entity_id: wallet.billing_entity_id,
      created_at: now,
      updated_at: now,
      ...fields,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws 404 `wallet_transaction_not_found` */
export async function getTransaction(ctx: Ctx, id: string): Promise<TransactionRow> {
  const [row] = isUuid(id) ? await findTransactions(ctx, [id]) : []
  if (row === undefined) throw notFound('wallet_transaction')
  return row
}

/** By id, in the order they were made. */
export async function findTransactions(ctx: Ctx, ids: readonly string[]): Promise<TransactionRow[]> {
  if (ids.length === 0) return []
  return ctx.db
    .selectFrom('wallet_transactions')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .orderBy('id')
    .execute()
}

/** The top-up that an invoice asks for the money of, or asked for before it was voided. */
export async function findPurchaseOfInvoice(ctx: Ctx, invoiceId: string): Promise<TransactionRow | undefined> {
  return ctx.db
    .selectFrom('wallet_transactions')
    .innerJoin('fees', 'fees.wallet_transaction_id', 'wallet_transactions.id')
    .selectAll('wallet_transactions')
    .where('wallet_transactions.organization_id', '=', ctx.org.id)
    .where('fees.invoice_id', '=', invoiceId)
    .executeTakeFirst()
}

/** Says which invoice asks for the money of a purchase now. */
export async function attachInvoice(tx: Ctx, transactionId: string, invoiceId: string): Promise<void> {
  await tx.db
    .updateTable('wallet_transactions')
    .set({ invoice_id: invoiceId, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', transactionId)
    .execute()
}

/** The settled ones with something left. */
export async function listFunding(ctx: Ctx, walletId: string): Promise<TransactionRow[]> {
  return ctx.db
    .selectFrom('wallet_transactions')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('wallet_id', '=', walletId)
    .where('transaction_type', '=', 'inbound')
    .where('status', '=', 'settled')
    .where('remaining_amount_cents', '>', 0n)
    .orderBy('id')
    .execute()
}

export interface TransactionFilters {
  readonly status: string | undefined
  readonly transactionType: string | undefined
  readonly transactionStatus: string | undefined
  /** All of them must be there, as text. */
  readonly metadata: ReadonlyArray<{ readonly key: string; readonly value: string }>
}

/** A page, latest first, and how many there are. */
export async function listTransactions(
  ctx: Ctx,
  walletId: string,
  filters: TransactionFilters,
  page: Page,
): Promise<{ rows: TransactionRow[]; total: number }> {
  let query = ctx.db
    .selectFrom('wallet_transactions')
    .where('organization_id', '=', ctx.org.id)
    .where('wallet_id', '=', walletId)
  if (filters.status !== undefined) query = query.where('status', '=', filters.status)
  if (filters.transactionType !== undefined) query = query.where('transaction_type', '=', filters.transactionType)
  if (filters.transactionStatus !== undefined) query = query.where('transaction_status', '=', filters.transactionStatus)
  for (const pair of filters.metadata) {
    query = query.where(sql<boolean>`exists (
      select from jsonb_array_elements(metadata) as pair
      where pair ->> 'key' = ${pair.key} and pair ->> 'value' = ${pair.value})`)
  }
  const { total } = await query.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await query
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { rows, total: Number(total) }
}

/** What one transaction gave to another. */
export interface Consumption {
  readonly id: string
  readonly inbound_transaction_id: string
  readonly outbound_transaction_id: string
  readonly consumed_amount_cents: bigint
  readonly created_at: Temporal.Instant
}

/** A page of who used an inbound transaction, or of what funded an outbound one. Latest first. */
export async function listConsumptions(
  ctx: Ctx,
  side: 'inbound_transaction_id' | 'outbound_transaction_id',
  transactionId: string,
  page: Page,
): Promise<{ rows: Consumption[]; total: number }> {
  const query = ctx.db
    .selectFrom('wallet_transaction_consumptions')
    .where('organization_id', '=', ctx.org.id)
    .where(side, '=', transactionId)
  const { total } = await query.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await query
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { rows, total: Number(total) }
}
