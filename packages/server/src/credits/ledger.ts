import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import type { Page } from '../platform/http/pagination.ts'
import { newId } from '../platform/ids.ts'

/** Where the money of a balance comes from, or goes. */
export type OtherSide = 'purchased' | 'granted' | 'invoiced' | 'voided' | 'issued' | 'consumed'

/** Money that moves into a balance (positive) or out of it. */
export interface LedgerMovement {
  readonly owner: { readonly walletId: string } | { readonly creditNoteId: string }
  readonly customerId: string
  readonly currency: string
  readonly otherSide: OtherSide
  readonly amountCents: bigint
  readonly walletTransactionId?: string
  /** The line of the invoice that a credit note paid. */
  readonly creditId?: string
}

/** A line of a balance's statement. */
export interface LedgerEntry {
  readonly id: string
  readonly kind: OtherSide
  readonly amountCents: bigint
  readonly balanceAfterCents: bigint
  readonly walletTransactionId: string | null
  /** Of the transaction: what it is called, what set it off, and the invoice that it was bought by or used on. */
  readonly name: string | null
  readonly source: string | null
  readonly invoiceId: string | null
  readonly createdAt: Temporal.Instant
}

/**
 * Writes a movement as two entries that add up to nothing. When the transaction ends, the database compares the balance
 * that the wallet or credit note shows with the one its ledger has. A movement of nothing leaves no trace.
 */
export async function postMovement(tx: Ctx, movement: LedgerMovement): Promise<void> {
  const { owner, customerId, currency, otherSide, amountCents } = movement
  if (amountCents === 0n) return
  const walletId = 'walletId' in owner ? owner.walletId : null
  const creditNoteId = 'creditNoteId' in owner ? owner.creditNoteId : null
  const now = tx.clock.now()
  await sql`
    insert into ledger_accounts (id, organization_id, customer_id, kind, wallet_id, credit_note_id, currency, created_at)
    select account.id, ${tx.org.id}, ${customerId}, account.kind, ${walletId}::uuid, ${creditNoteId}::uuid, ${currency}, ${now}
    from (values (${newId()}::uuid, 'balance'), (${newId()}::uuid, ${otherSide})) as account (id, kind)
    on conflict do nothing`.execute(tx.db)
  const ofOwner =
    walletId === null ? sql`account.credit_note_id = ${creditNoteId}` : sql`account.wallet_id = ${walletId}`
  await sql`
    insert into ledger_entries
      (id, organization_id, movement_id, account_id, place, amount_cents, balance_after_cents, wallet_transaction_id, credit_id,
       created_at)
    select side.id, ${tx.org.id}, ${newId()}::uuid, account.id, 0, side.amount_cents, 0,
      ${movement.walletTransactionId ?? null}::uuid, ${movement.creditId ?? null}::uuid, ${now}
    from (values
      (${newId()}::uuid, 'balance', ${amountCents}::bigint),
      (${newId()}::uuid, ${otherSide}, ${-amountCents}::bigint)
    ) as side (id, kind, amount_cents)
    join ledger_accounts account on ${ofOwner} and account.kind = side.kind
    where account.organization_id = ${tx.org.id}`.execute(tx.db)
}

/** A page of a wallet's movements, latest first, and how many there are. */
export async function listLedgerEntries(
  ctx: Ctx,
  walletId: string,
  page: Page,
): Promise<{ entries: LedgerEntry[]; total: number }> {
  const { rows } = await sql<LedgerEntry>`
    select entry.id, other.kind, entry.amount_cents as "amountCents", entry.balance_after_cents as "balanceAfterCents",
      entry.wallet_transaction_id as "walletTransactionId", cause.name, cause.source, cause.invoice_id as "invoiceId",
      entry.created_at as "createdAt"
    from ledger_accounts account
    join ledger_entries entry on entry.account_id = account.id
    join ledger_entries opposite on opposite.movement_id = entry.movement_id and opposite.id <> entry.id
    join ledger_accounts other on other.id = opposite.account_id
    left join wallet_transactions cause on cause.id = entry.wallet_transaction_id
    where account.organization_id = ${ctx.org.id} and account.wallet_id = ${walletId} and account.kind = 'balance'
    order by entry.place desc
    limit ${page.perPage}
    offset ${page.offset}`.execute(ctx.db)
  const counted = await ctx.db
    .selectFrom('ledger_accounts')
    .select('entries_count')
    .where('organization_id', '=', ctx.org.id)
    .where('wallet_id', '=', walletId)
    .where('kind', '=', 'balance')
    .executeTakeFirst()
  return { entries: rows, total: Number(counted?.entries_count ?? 0n) }
}
