import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** A subscription's usage at an instant. */
export interface UsageInstant {
  readonly subscriptionId: string
  readonly at: Temporal.Instant
  /** An invoice that does not count: the one that is being made. */
  readonly exceptInvoiceId: string | null
}

/** The invoice that last billed a period's usage before the period's end. */
export interface ProgressiveInvoice {
  readonly id: string
  readonly feesAmountCents: bigint
  /** What of it no later invoice, and no credit note, has taken into account yet. */
  readonly toCreditCents: bigint
}

interface Row extends ProgressiveInvoice {
  readonly place: number
}

/**
 * The latest progressive invoices of the usage periods that contain some instants, in the order of these; undefined where a
 * period has none. One query, however many they are. Voided invoices do not count, nor does what they credited.
 */
export async function findProgressiveInvoices(
  ctx: Ctx,
  instants: readonly UsageInstant[],
): Promise<(ProgressiveInvoice | undefined)[]> {
  if (instants.length === 0) return []
  const { rows } = await sql<Row>`
    select asked.place::int as place, latest.id, latest.fees_amount_cents as "feesAmountCents",
      greatest(
        0,
        latest.fees_amount_cents - latest.coupons_amount_cents
        - (
          select coalesce(sum(credits.amount_cents), 0)
          from credits
          join invoices crediting on crediting.id = credits.invoice_id
          where credits.progressive_billing_invoice_id = latest.id and crediting.status not in ('voided', 'deleted')
        )
        - (
          select coalesce(sum(note.credit_amount_cents), 0)
          from credit_notes note
          where note.invoice_id = latest.id
            and note.status = 'finalized'
            and note.credit_status in ('available', 'consumed')
        )
      )::bigint as "toCreditCents"
    from unnest(
      ${instants.map(({ subscriptionId }) => subscriptionId)}::uuid[],
      ${instants.map(({ at }) => at.toString())}::timestamptz[],
      ${instants.map(({ exceptInvoiceId }) => exceptInvoiceId)}::uuid[]
    ) with ordinality as asked (subscription_id, at, except_id, place)
    cross join lateral (
      select invoices.*
      from invoice_subscriptions link
      join invoices on invoices.id = link.invoice_id
      where link.organization_id = ${ctx.org.id}
        and link.subscription_id = asked.subscription_id
        and link.invoicing_reason = 'progressive_billing'
        and link.charges_from_datetime <= asked.at
        and link.charges_to_datetime > asked.at
        and invoices.status in ('finalized', 'failed')
        and invoices.id is distinct from asked.except_id
      order by invoices.issuing_date desc, invoices.created_at desc, invoices.id desc
      limit 1
    ) latest`.execute(ctx.db)
  const byPlace = new Map(rows.map(({ place, ...invoice }) => [place, invoice]))
  return instants.map((_, index) => byPlace.get(index + 1))
}
