import { type Currency, type ExplainedStep, explainFee, explainInvoice, type StoredFee } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import { getVisibleInvoice } from '../actions/lock.ts'
import { presentFeeTaxes } from '../applied-taxes.ts'
import { type FeeRow, findFee, loadInvoiceFees } from '../fees-store.ts'

type FeeTaxes = Awaited<ReturnType<typeof presentFeeTaxes>>

/**
 * What a fee was computed from and the arithmetic that led to its amounts.
 *
 * @throws 404 `fee_not_found`
 */
export async function explainFeeById(ctx: Ctx, id: string) {
  const fee = await findFee(ctx, id)
  if (fee === undefined) throw notFound('fee')
  return explained(fee, await presentFeeTaxes(ctx, [fee.id]))
}

/**
 * As {@link explainFeeById}, of a whole invoice: its fees, and how they came to its total.
 *
 * @throws 404 `invoice_not_found`
 */
export async function explainInvoiceById(ctx: Ctx, id: string) {
  const invoice = await getVisibleInvoice(ctx, id)
  const fees = await loadInvoiceFees(ctx, invoice.id)
  const taxes = await presentFeeTaxes(
    ctx,
    fees.map(fee => fee.id),
  )
  const result = explainInvoice({
    fees: fees.map(fee => ({
      amountCents: fee.amount_cents,
      preciseCouponsAmountCents: fee.precise_coupons_amount_cents,
      taxesAmountCents: fee.taxes_amount_cents,
      taxes: taxesOf(fee, taxes),
    })),
    progressiveBillingCreditCents: invoice.progressive_billing_credit_amount_cents,
    couponsCents: invoice.coupons_amount_cents,
    creditNotesCents: invoice.credit_notes_amount_cents,
    prepaidCreditCents: invoice.prepaid_credit_amount_cents,
    collectsTaxedFees: invoice.invoice_type === 'advance_charges',
  })
  return {
    lago_invoice_id: invoice.id,
    number: invoice.number,
    currency: invoice.currency,
    steps: result.steps.map(serializeStep),
    computed: {
      fees_amount_cents: formatCents(result.feesAmountCents),
      taxes_amount_cents: formatCents(result.taxesAmountCents),
      total_amount_cents: formatCents(result.totalAmountCents),
    },
    stored: {
      fees_amount_cents: formatCents(invoice.fees_amount_cents),
      taxes_amount_cents: formatCents(invoice.taxes_amount_cents),
      total_amount_cents: formatCents(invoice.total_amount_cents),
    },
    fees: fees.map(fee => explained(fee, taxes)),
  }
}

function explained(fee: FeeRow, taxes: FeeTaxes) {
  const result = explainFee(storedFee(fee, taxes))
  return {
    lago_fee_id: fee.id,
    fee_type: fee.fee_type,
    currency: fee.amount_currency,
    inputs: {
      from_datetime: formatInstant(fee.from_datetime),
      to_datetime: formatInstant(fee.to_datetime),
      units: fee.units,
      total_aggregated_units: fee.total_aggregated_units,
      events_count: fee.events_count,
      grouped_by: fee.grouped_by,
      computed_from: fee.computed_from,
      amount_details: fee.amount_details,
      pricing_unit: fee.pricing_unit_usage,
      taxes: taxesOf(fee, taxes),
    },
    steps: result.steps.map(serializeStep),
    computed: {
      amount_cents: formatCents(result.amountCents),
      taxes_amount_cents: formatCents(result.taxesAmountCents),
    },
    stored: {
      amount_cents: formatCents(fee.amount_cents),
      taxes_amount_cents: formatCents(fee.taxes_amount_cents),
    },
  }
}

function taxesOf(fee: FeeRow, taxes: FeeTaxes): { code: string; rate: number }[] {
  return (taxes.get(fee.id) ?? []).map(tax => ({ code: tax.tax_code, rate: tax.tax_rate }))
}

function storedFee(fee: FeeRow, taxes: FeeTaxes): StoredFee {
  const { computed_from: origin, pricing_unit_usage: unit } = fee
  return {
    kind: fee.fee_type as StoredFee['kind'],
    currency: fee.amount_currency as Currency,
    units: fee.units,
    amountCents: fee.amount_cents,
    preciseAmountCents: fee.precise_amount_cents,
    unitAmountCents: fee.unit_amount_cents,
    preciseUnitAmount: fee.precise_unit_amount,
    preciseCouponsAmountCents: fee.precise_coupons_amount_cents,
    isTrueUp: fee.true_up_parent_fee_id !== null,
    chargeModel: origin.charge_model ?? null,
    properties: origin.properties ?? {},
    amountDetails: fee.amount_details,
    planAmountCents: origin.plan_amount_cents === undefined ? null : BigInt(origin.plan_amount_cents),
    periodDays: origin.period_days ?? null,
    adjusted: origin.adjusted
      ? { units: origin.adjusted.units, unitPreciseAmount: origin.adjusted.unit_precise_amount }
      : null,
    pricingUnit: unit && { shortName: unit.short_name, conversionRate: unit.conversion_rate },
    taxes: taxesOf(fee, taxes),
  }
}

function serializeStep({ name, formula, unrounded, rounded }: ExplainedStep) {
  return { name, formula, unrounded, rounded }
}
