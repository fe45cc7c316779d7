import { creditableCents, type Decimal, decimal, ZERO } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { Invoice } from '../store.ts'

/** What can still be credited on an invoice, in cents with taxes; it may have a fraction of a cent. */
export interface LeftOnInvoice {
  readonly creditable: Decimal
  readonly refundable: Decimal
  readonly offsettable: Decimal
  /** What is still to be paid. */
  readonly dueCents: bigint
  /** What finalized credit notes settled of the invoice itself. */
  readonly offsetCents: bigint
  /** What is left of the credits that a top-up invoice bought; null on other invoices, and before they are paid. */
  readonly purchaseLeftCents: bigint | null
  /** Whether the wallet of a top-up invoice is still there. */
  readonly hasActiveWallet: boolean
}

/** Of its fees that carry the same taxes. */
interface FeesLeft {
  readonly creditable: bigint
  readonly rate: number
}

interface Sums {
  readonly id: string
  readonly offset: bigint
  readonly refunded: bigint
  readonly purchase_left: bigint | null
  readonly has_wallet: boolean
  readonly fees: readonly { readonly creditable: string; readonly rate: number }[]
}

const FIRST_CREDITABLE_VERSION = 2

/** What can still be credited on invoices, by invoice: one query, however many they are. */
export async function loadLeftOnInvoices(ctx: Ctx, invoices: readonly Invoice[]): Promise<Map<string, LeftOnInvoice>> {
  if (invoices.length === 0) return new Map()
  const { rows } = await sql<Sums>`
    select invoice.id, notes.offset, notes.refunded, purchase.purchase_left,
      purchase.invoice_id is not null as has_wallet, left_of.fees
    from invoices invoice
    cross join lateral (
      select coalesce(sum(offset_amount_cents), 0)::bigint as offset, coalesce(sum(refund_amount_cents), 0)::bigint as refunded
      from credit_notes
      where credit_notes.invoice_id = invoice.id and credit_notes.status = 'finalized'
    ) notes
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('creditable', same.creditable::text, 'rate', same.taxes_rate)), '[]') as fees
      from (
        select fees.taxes_rate, sum(fees.amount_cents - coalesce(taken.amount, 0)) as creditable
        from fees
        left join lateral (
          select sum(item.amount_cents) as amount
          from credit_note_items item
          join credit_notes note on note.id = item.credit_note_id
          where item.fee_id = fees.id and note.status <> 'deleted'
        ) taken on true
        where fees.invoice_id = invoice.id and fees.deleted_at is null
        group by fees.taxes_rate
      ) same
    ) left_of
    left join lateral (
      select bought.invoice_id, transaction.remaining_amount_cents as purchase_left
      from fees bought
      join wallet_transactions transaction on transaction.id = bought.wallet_transaction_id
      join wallets wallet on wallet.id = transaction.wallet_id and wallet.status = 'active'
      where bought.invoice_id = invoice.id and invoice.invoice_type = 'credit'
      limit 1
    ) purchase on true
    where invoice.organization_id = ${ctx.org.id}
      and invoice.id = any(${invoices.map(invoice => invoice.id)}::uuid[])`.execute(ctx.db)
  const sums = new Map(rows.map(row => [row.id, row]))
  return new Map(
    invoices.map(invoice => {
      const own = sums.get(invoice.id)
      if (own === undefined) throw new Error(`invoice ${invoice.id} does not exist`)
      return [invoice.id, leftOn(invoice, own)]
    }),
  )
}

/** As {@link loadLeftOnInvoices}, of one. */
export async function loadLeftOnInvoice(ctx: Ctx, invoice: Invoice): Promise<LeftOnInvoice> {
  const left = (await loadLeftOnInvoices(ctx, [invoice])).get(invoice.id)
  if (left === undefined) throw new Error(`invoice ${invoice.id} does not exist`)
  return left
}

function leftOn(invoice: Invoice, sums: Sums): LeftOnInvoice {
  const { offset, refunded, purchase_left: purchaseLeftCents, has_wallet: hasActiveWallet, fees } = sums
  const dueCents =
    invoice.status === 'voided' ? 0n : invoice.total_amount_cents - invoice.total_paid_amount_cents - offset
  const creditable = creditableOf(
    invoice,
    fees.map(fee => ({ creditable: BigInt(fee.creditable), rate: fee.rate })),
  )
  return {
    creditable,
    refundable: refundableOf(invoice, creditable, refunded, purchaseLeftCents),
    offsettable: offsettableOf(invoice, creditable, dueCents),
    dueCents,
    offsetCents: offset,
    purchaseLeftCents,
    hasActiveWallet,
  }
}

function creditableOf(invoice: Invoice, fees: readonly FeesLeft[]): Decimal {
  if (invoice.invoice_type === 'credit' || invoice.status === 'draft') return ZERO
  if (invoice.version_number < FIRST_CREDITABLE_VERSION) return ZERO
  return creditableCents(
    fees.map(({ creditable, rate }) => ({ creditableCents: creditable, taxesRate: rate })),
    invoice.coupons_amount_cents + invoice.progressive_billing_credit_amount_cents,
    invoice.fees_amount_cents,
  )
}

function refundableOf(
  invoice: Invoice,
  creditable: Decimal,
  refundedCents: bigint,
  purchaseLeftCents: bigint | null,
): Decimal {
  const { total_amount_cents: total, total_paid_amount_cents: paid } = invoice
  if (invoice.status === 'draft') return ZERO
  if (invoice.payment_status !== 'succeeded' && paid === total) return ZERO
  const paidLeft = decimal(paid - refundedCents)
  if (invoice.invoice_type === 'credit') return atLeastZero(least(decimal(purchaseLeftCents ?? 0n), paidLeft))
  return atLeastZero(least(paidLeft, creditable))
}

function offsettableOf(invoice: Invoice, creditable: Decimal, dueCents: bigint): Decimal {
  if (invoice.invoice_type === 'credit') {
    return isUnpaid(invoice) && dueCents > 0n ? decimal(invoice.total_amount_cents) : ZERO
  }
  return atLeastZero(least(decimal(dueCents), creditable))
}

/** Whether nothing has come of its payment. */
export function isUnpaid(invoice: Invoice): boolean {
  return invoice.payment_status === 'pending' || invoice.payment_status === 'failed'
}

function least(a: Decimal, b: Decimal): Decimal {
  return a.lt(b) ? a : b
}

function atLeastZero(value: Decimal): Decimal {
  return value.lt(0) ? ZERO : value
}
