import { type CommitmentSnapshot, type CommitmentSpan, commitmentSpan } from '@weir/engine'
import { sql } from 'kysely'
import type { MinimumCommitment } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { type AppliedTax, applicableTaxes } from '../../taxes/index.ts'
import type { BilledNow } from './compute.ts'

interface Due {
  readonly one: BilledNow
  readonly commitment: MinimumCommitment
  readonly span: CommitmentSpan
}

/**
 * The minimum commitments that invoices look at, by subscription, with what other fees count towards them. Nothing is read
 * where no plan has one, or none is due.
 */
export async function loadCommitments(
  tx: Ctx,
  billed: readonly BilledNow[],
): Promise<Map<string, CommitmentSnapshot<AppliedTax>>> {
  const due = billed.flatMap((one): Due[] => {
    const commitment = one.plan.minimumCommitment
    if (commitment === null || one.reason === 'in_advance_charge') return []
    const span = commitmentSpan(one.base, one.history.invoices)
    return span === null ? [] : [{ one, commitment, span }]
  })
  const sums = await loadBilledAmounts(tx, due)
  return new Map(
    due.map(({ one, commitment, span }) => [
      one.subscription.id,
      {
        commitmentId: commitment.id,
        amountCents: commitment.amountCents,
        span,
        billedBefore: sums.get(one.subscription.id) ?? { amountCents: 0n, preciseAmountCents: '0' },
        taxes: applicableTaxes(commitment.taxes, one.plan.taxes, one.customerTaxes),
      },
    ]),
  )
}

/**
 * What was billed of each period, on whatever invoice or on none: base fees, usage with its true-ups, fixed charges. Fees of
 * voided invoices count, unless the invoice was made again.
 */
async function loadBilledAmounts(tx: Ctx, due: readonly Due[]) {
  if (due.length === 0) return new Map<string, { amountCents: bigint; preciseAmountCents: string }>()
  const { rows } = await sql<{ id: string; amount: string; precise_amount: string }>`
    select span.id, sum(fees.amount_cents) as amount, sum(fees.precise_amount_cents) as precise_amount
    from unnest(
      ${due.map(({ one }) => one.subscription.id)}::uuid[],
      ${due.map(({ span }) => span.period.from.toString())}::timestamptz[],
      ${due.map(({ span }) => span.period.to.toString())}::timestamptz[]
    ) as span (id, since, until)
    join fees
      on fees.subscription_id = span.id
      and fees.from_datetime >= span.since
      and fees.to_datetime <= span.until
    where fees.organization_id = ${tx.org.id}
      and fees.fee_type in ('subscription', 'charge', 'fixed_charge')
      and fees.deleted_at is null
      and not exists (select from invoices as again where again.voided_invoice_id = fees.invoice_id)
    group by span.id`.execute(tx.db)
  return new Map(rows.map(row => [row.id, { amountCents: BigInt(row.amount), preciseAmountCents: row.precise_amount }]))
}
