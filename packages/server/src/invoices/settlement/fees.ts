import { type Decimal, decimal, type FeeTaxes, feeTaxes, type InvoiceTaxes, invoiceTaxes, type Tax } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'

/** A fee of an invoice as coupons, taxes, credit notes and prepaid credits see it. */
export interface SettlementFee {
  readonly id: string
  readonly feeType: string
  readonly amountCents: bigint
  /** Of cents, before rounding; in plain notation. */
  readonly preciseAmountCents: string
  readonly preciseCouponsAmountCents: Decimal
  readonly taxesAmountCents: bigint
  readonly taxesPreciseAmountCents: Decimal
  readonly metricId: string | null
  /** The plan of its subscription, and the plan that one was copied from. */
  readonly planIds: readonly string[]
  readonly targetWalletCode: string | null
  readonly taxes: readonly Tax[]
}

interface Row {
  readonly id: string
  readonly fee_type: string
  readonly amount_cents: bigint
  readonly precise_amount_cents: string
  readonly precise_coupons_amount_cents: string
  readonly taxes_amount_cents: bigint
  readonly taxes_precise_amount_cents: string
  readonly metric_id: string | null
  readonly plan_id: string | null
  readonly parent_plan_id: string | null
  readonly target_wallet_code: string | null
  readonly taxes: readonly Tax[]
}

/** The fees of an invoice with the taxes they carry, in the order they were computed. */
export async function loadSettlementFees(ctx: Ctx, invoiceId: string): Promise<SettlementFee[]> {
  const { rows } = await sql<Row>`
    select fees.id, fees.fee_type, fees.amount_cents, fees.precise_amount_cents, fees.precise_coupons_amount_cents,
      fees.taxes_amount_cents, fees.taxes_precise_amount_cents, charges.billable_metric_id as metric_id,
      plans.id as plan_id, plans.parent_id as parent_plan_id,
      case when charges.accepts_target_wallet then fees.grouped_by ->> 'target_wallet_code' end as target_wallet_code,
      coalesce(levied.taxes, '[]') as taxes
    from fees
    left join charges on charges.id = fees.charge_id
    left join subscriptions on subscriptions.id = fees.subscription_id
    left join plans on plans.id = subscriptions.plan_id
    left join lateral (
      select jsonb_agg(
        jsonb_build_object('code', fees_taxes.tax_code, 'rate', fees_taxes.tax_rate) order by fees_taxes.id
      ) as taxes
      from fees_taxes
      where fees_taxes.fee_id = fees.id
    ) levied on true
    where fees.organization_id = ${ctx.org.id} and fees.invoice_id = ${invoiceId} and fees.deleted_at is null
    order by fees.id`.execute(ctx.db)
  return rows.map(row => ({
    id: row.id,
    feeType: row.fee_type,
    amountCents: row.amount_cents,
    preciseAmountCents: row.precise_amount_cents,
    preciseCouponsAmountCents: decimal(row.precise_coupons_amount_cents),
    taxesAmountCents: row.taxes_amount_cents,
    taxesPreciseAmountCents: decimal(row.taxes_precise_amount_cents),
    metricId: row.metric_id,
    planIds: [row.plan_id, row.parent_plan_id].filter(id => id !== null),
    targetWalletCode: row.target_wallet_code,
    taxes: row.taxes,
  }))
}

/**
 * Writes the fees' shares of what is taken off before taxes, and the taxes of the fees and of the invoice on what is left.
 * The invoice's own row is the caller's to write.
 *
 * @param subTotalCents what the fees come to without taxes, less what was taken off
 * @returns the fees as they are then, and the invoice's taxes
 */
export async function taxDiscountedFees(
  tx: Ctx,
  invoiceId: string,
  fees: readonly SettlementFee[],
  subTotalCents: bigint,
): Promise<{ fees: SettlementFee[]; taxes: InvoiceTaxes<Tax> }> {
  const taxed = fees.map(fee => ({ fee, taxation: feeTaxes(taxable(fee), fee.taxes) }))
  const taxes = invoiceTaxes(
    fees.map(fee => ({ ...taxable(fee), taxes: fee.taxes })),
    subTotalCents,
  )
  await writeFees(tx, taxed)
  await writeFeeTaxes(tx, taxed)
  await writeInvoiceTaxes(tx, invoiceId, taxes)
  return {
    fees: taxed.map(({ fee, taxation }) => ({
      ...fee,
      taxesAmountCents: taxation.taxesAmountCents,
      taxesPreciseAmountCents: decimal(taxation.taxesPreciseAmountCents),
    })),
    taxes,
  }
}

function taxable({ amountCents, preciseAmountCents, preciseCouponsAmountCents }: SettlementFee) {
  return { amountCents, preciseAmountCents, preciseCouponsAmountCents: preciseCouponsAmountCents.toFixed() }
}

interface TaxedFee {
  readonly fee: SettlementFee
  readonly taxation: FeeTaxes<Tax>
}

async function writeFees(tx: Ctx, taxed: readonly TaxedFee[]): Promise<void> {
  await sql`
    update fees
    set precise_coupons_amount_cents = changed.coupons, taxes_amount_cents = changed.taxes,
      taxes_precise_amount_cents = changed.precise_taxes
    from unnest(
      ${taxed.map(({ fee }) => fee.id)}::uuid[],
      ${taxed.map(({ fee }) => fee.preciseCouponsAmountCents.toFixed())}::numeric[],
      ${taxed.map(({ taxation }) => taxation.taxesAmountCents)}::bigint[],
      ${taxed.map(({ taxation }) => taxation.taxesPreciseAmountCents)}::numeric[]
    ) as changed (id, coupons, taxes, precise_taxes)
    where fees.organization_id = ${tx.org.id} and fees.id = changed.id`.execute(tx.db)
}

async function writeFeeTaxes(tx: Ctx, taxed: readonly TaxedFee[]): Promise<void> {
  const levied = taxed.flatMap(({ fee, taxation }) => taxation.taxes.map(tax => ({ feeId: fee.id, ...tax })))
  if (levied.length === 0) return
  await sql`
    update fees_taxes
    set amount_cents = changed.amount, precise_amount_cents = changed.precise
    from unnest(
      ${levied.map(({ feeId }) => feeId)}::uuid[],
      ${levied.map(({ tax }) => tax.code)}::text[],
      ${levied.map(({ amountCents }) => amountCents)}::bigint[],
      ${levied.map(({ preciseAmountCents }) => preciseAmountCents)}::numeric[]
    ) as changed (fee_id, code, amount, precise)
    where fees_taxes.organization_id = ${tx.org.id}
      and fees_taxes.fee_id = changed.fee_id
      and fees_taxes.tax_code = changed.code`.execute(tx.db)
}

async function writeInvoiceTaxes(tx: Ctx, invoiceId: string, { taxes }: InvoiceTaxes<Tax>): Promise<void> {
  if (taxes.length === 0) return
  await sql`
    update invoices_taxes
    set amount_cents = changed.amount, fees_amount_cents = changed.fees_amount
    from unnest(
      ${taxes.map(({ tax }) => tax.code)}::text[],
      ${taxes.map(({ amountCents }) => amountCents)}::bigint[],
      ${taxes.map(({ feesAmountCents }) => feesAmountCents)}::bigint[]
    ) as changed (code, amount, fees_amount)
    where invoices_taxes.organization_id = ${tx.org.id}
      and invoices_taxes.invoice_id = ${invoiceId}
      and invoices_taxes.tax_code = changed.code`.execute(tx.db)
}

/** What credit notes paid of each fee: it is no longer there for prepaid credits. */
export async function writeCreditNoteShares(tx: Ctx, shares: ReadonlyMap<string, Decimal>): Promise<void> {
  await sql`
    update fees
    set precise_credit_notes_amount_cents = changed.share
    from unnest(
      ${[...shares.keys()]}::uuid[],
      ${[...shares.values()].map(share => share.toFixed())}::numeric[]
    ) as changed (id, share)
    where fees.organization_id = ${tx.org.id} and fees.id = changed.id`.execute(tx.db)
}
