import type { Ctx } from '../platform/context.ts'
import { validation } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { replaceTaxes } from '../taxes/index.ts'
import type { MinimumCommitmentInput } from './schema.ts'
import { deleteCommitment, findCommitment, insertCommitment, updateCommitment } from './store/commitments.ts'

/**
 * Brings the minimum commitment of a plan to what a payload says: nothing given leaves it alone, an empty object takes it
 * away, anything else creates it or changes what is in it. The caller holds the plan's lock.
 *
 * @throws 422 on `amount_cents`; 404 `tax_not_found`
 */
export async function setMinimumCommitment(
  tx: Ctx,
  planId: string,
  input: MinimumCommitmentInput | undefined,
): Promise<void> {
  if (input === undefined) return
  if (Object.keys(input).length === 0) return deleteCommitment(tx, planId)
  const current = await findCommitment(tx, planId)
  const name = input.invoice_display_name
  const now = tx.clock.now()
  if (current === undefined) {
    const id = newId()
    await insertCommitment(tx, {
      id,
      organization_id: tx.org.id,
      plan_id: planId,
      amount_cents: readAmount(input.amount_cents),
      invoice_display_name: name ?? null,
      created_at: now,
      updated_at: now,
    })
    return replaceTaxes(tx, 'commitment', id, input.tax_codes)
  }
  await updateCommitment(tx, current.id, {
    ...(input.amount_cents !== undefined && { amount_cents: readAmount(input.amount_cents) }),
    ...(name !== undefined && { invoice_display_name: name }),
    updated_at: now,
  })
  await replaceTaxes(tx, 'commitment', current.id, input.tax_codes)
}

function readAmount(cents: number | null | undefined): bigint {
  if (cents === null || cents === undefined || Number.isNaN(cents)) {
    throw validation({ amount_cents: ['is not a number'] })
  }
  if (cents <= 0 || !Number.isSafeInteger(cents)) throw validation({ amount_cents: ['value_is_out_of_range'] })
  return BigInt(cents)
}
