import { recreditWallets, releaseCoupons } from '../../credits/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { forbidden, notAllowed } from '../../platform/errors.ts'
import { type Invoice, updateInvoiceRow } from '../store.ts'
import { lockVisibleInvoice } from './lock.ts'
import type { VoidInput } from './schema.ts'

/** What is given back by credit note, in cents. */
export interface VoidAmounts {
  readonly creditCents: bigint
  readonly refundCents: bigint
}

/** What credit notes do for an invoice that is voided. Its row and its customer's are locked. */
export interface VoidCredits {
  /** @throws 422 `credit_refund_amount: total_amount_exceeds_invoice_amount` when more is asked than can be given back */
  check(tx: Ctx, invoice: Invoice, amounts: VoidAmounts): Promise<void>
  /** Issues a credit note of the amounts, if any, and a voided one of all that is left. */
  issue(tx: Ctx, invoice: Invoice, amounts: VoidAmounts): Promise<void>
}

/**
 * Cancels an invoice that was issued, paid or not. It keeps number, amounts and fees; nothing is due on it any more. Coupons
 * and prepaid credits that it took are given back, credit notes are not.
 *
 * @param voidCredits null where there are no credit notes: none can be asked for then
 * @throws 404 `invoice_not_found`; 405 `not_voidable` unless it is finalized; 422 for credit notes of more than it allows
 */
export async function voidInvoice(
  ctx: Ctx,
  id: string,
  input: VoidInput,
  voidCredits: VoidCredits | null,
): Promise<void> {
  await transaction(ctx, async tx => {
    const { invoice } = await lockVisibleInvoice(tx, id)
    const isCredited = input.generate_credit_note === true
    if (isCredited && voidCredits === null) throw forbidden('feature_unavailable')
    const amounts = { creditCents: cents(input.credit_amount), refundCents: cents(input.refund_amount) }
    if (isCredited) await voidCredits?.check(tx, invoice, amounts)
    if (invoice.status !== 'finalized') throw notAllowed('not_voidable')
    const voided = await updateInvoiceRow(tx, invoice.id, {
      status: 'voided',
      voided_at: tx.clock.now(),
      ready_for_payment_processing: false,
      payment_overdue: false,
    })
    await releaseCoupons(tx, invoice.id)
    // A credit note gives back what was paid, however it was: wallets are not filled again as well.
    if (isCredited) await voidCredits?.issue(tx, voided, amounts)
    else await recreditWallets(tx, invoice.id)
    await emit(tx, 'invoice.voided', invoice.id)
  })
}

function cents(value: number | null | undefined): bigint {
  return BigInt(Number.isSafeInteger(value) ? (value ?? 0) : 0)
}
