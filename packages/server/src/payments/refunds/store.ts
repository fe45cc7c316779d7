import type { Selectable, Updateable } from 'kysely'
import type { CreditNoteRow } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Refunds } from '../../platform/db/types.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import type { Payment } from '../store.ts'

/** Money sent back through the provider that collected it. */
export type Refund = Selectable<Refunds>

/** The refund of a credit note, of which there is one at most. */
export async function findRefund(ctx: Ctx, creditNoteId: string): Promise<Refund | undefined> {
  if (!isUuid(creditNoteId)) return undefined
  return ctx.db
    .selectFrom('refunds')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('credit_note_id', '=', creditNoteId)
    .executeTakeFirst()
}

/** The refund of all that a payment brought too late, of which there is one at most. */
export async function findLateRefund(ctx: Ctx, paymentId: string): Promise<Refund | undefined> {
  return ctx.db
    .selectFrom('refunds')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('payment_id', '=', paymentId)
    .where('credit_note_id', 'is', null)
    .executeTakeFirst()
}

/** @param note undefined where all of the payment is sent back, because it came too late */
export async function insertRefund(tx: Ctx, payment: Payment, note: CreditNoteRow | undefined): Promise<Refund> {
  const now = tx.clock.now()
  return tx.db
    .insertInto('refunds')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      payment_id: payment.id,
      credit_note_id: note?.id ?? null,
      reason: note === undefined ? 'subscription_activation_expired' : 'credit_note',
      amount_cents: note?.refund_amount_cents ?? payment.amount_cents,
      amount_currency: note?.total_amount_currency ?? payment.amount_currency,
      status: 'pending',
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateRefund(tx: Ctx, id: string, changes: Updateable<Refunds>): Promise<void> {
  await tx.db
    .updateTable('refunds')
    .set({ ...changes, updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .execute()
}
