import { type Currency, type ExplainedStep, explainFee, explainInvoice, type StoredFee } from '@weir/engine'
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { formatCents, formatInstant, type WireInteger } from '../../platform/wire.ts'
import { getVisibleInvoice } from '../actions/lock.ts'
import { presentFeeTaxes } from '../applied-taxes.ts'
import { type FeeRow, findFee } from '../fees-store.ts'
import type { Invoice } from '../store.ts'
import { type FeeTaxes, loadSnapshots, type Snapshot } from './snapshot.ts'

/** Amounts by what they are of, in cents. */
type Amounts = Readonly<Record<string, WireInteger>>

/**
 * What a fee was computed from and the arithmetic that led to its amounts.
 *
 * @throws 404 `fee_not_found`
 */
export async function explainFeeById(ctx: Ctx, id: string) {
  const fee = await findFee(ctx, id)
  if (fee === undefined) throw notFound('fee')
  return explainedFee(fee, await presentFeeTaxes(ctx, [fee.id]))
}

/**
 * As {@link explainFeeById}, of a whole invoice: its fees, and how they came to its total.
 *
 * @throws 404 `invoice_not_found`
 */
export async function explainInvoiceById(ctx: Ctx, id: string) {
  const [explanation] = await explainInvoices(ctx, [await getVisibleInvoice(ctx, id)])
  return explanation
}

/** Explains invoices with a number of queries that does not grow with them. */
export async function explainInvoices(ctx: Ctx, invoices: readonly Invoice[]) {
  return (await loadSnapshots(ctx, invoices)).map(explained)
}

export type ExplainedInvoice = Awaited<ReturnType<typeof explainInvoices>>[number]

function explained({ invoice, fees, feeTaxes, taxes, reductions }: Snapshot) {
  const collectsTaxedFees = invoice.invoice_type === 'advance_charges'
  const result = explainInvoice({
    fees: fees.map(fee => ({
      amountCents: fee.amount_cents,
      preciseCouponsAmountCents: fee.precise_coupons_amount_cents,
      taxesAmountCents: fee.taxes_amount_cents,
      taxes: taxesOf(fee, feeTaxes),
    })),
    reductions,
    collectsTaxedFees,
  })
  const computed: Amounts = {
    fees_amount_cents: formatCents(result.feesAmountCents),
    progressive_billing_credit_amount_cents: formatCents(result.progressiveBillingCreditAmountCents),
    coupons_amount_cents: formatCents(result.couponsAmountCents),
    sub_total_excluding_taxes_amount_cents: formatCents(result.subTotalExcludingTaxesAmountCents),
    ...(!collectsTaxedFees && byTax(result.taxes.map(({ tax, amountCents }) => [tax.code, formatCents(amountCents)]))),
    taxes_amount_cents: formatCents(result.taxesAmountCents),
    sub_total_including_taxes_amount_cents: formatCents(result.subTotalIncludingTaxesAmountCents),
    credit_notes_amount_cents: formatCents(result.creditNotesAmountCents),
    prepaid_credit_amount_cents: formatCents(result.prepaidCreditAmountCents),
    total_amount_cents: formatCents(result.totalAmountCents),
  }
  const stored: Amounts = {
    fees_amount_cents: formatCents(invoice.fees_amount_cents),
    progressive_billing_credit_amount_cents: formatCents(invoice.progressive_billing_credit_amount_cents),
    coupons_amount_cents: formatCents(invoice.coupons_amount_cents),
    sub_total_excluding_taxes_amount_cents: formatCents(invoice.sub_total_excluding_taxes_amount_cents),
    ...(!collectsTaxedFees && byTax(taxes.map(tax => [tax.tax_code, tax.amount_cents]))),
    taxes_amount_cents: formatCents(invoice.taxes_amount_cents),
    sub_total_including_taxes_amount_cents: formatCents(invoice.sub_total_including_taxes_amount_cents),
    credit_notes_amount_cents: formatCents(invoice.credit_notes_amount_cents),
    prepaid_credit_amount_cents: formatCents(invoice.prepaid_credit_amount_cents),
    total_amount_cents: formatCents(invoice.total_amount_cents),
  }
  const explainedFees = fees.map(fee => explainedFee(fee, feeTaxes))
  return {
    lago_invoice_id: invoice.id,
    number: invoice.number,
    currency: invoice.currency,
    matches: isSame(computed, stored) && explainedFees.every(fee => fee.matches),
    steps: result.steps.map(serializeStep),
    computed,
    stored,
    fees: explainedFees,
  }
}

function byTax(amounts: readonly (readonly [code: string, cents: WireInteger])[]): Amounts {
  return Object.fromEntries(amounts.map(([code, cents]) => [`tax ${code}`, cents]))
}

function explainedFee(fee: FeeRow, taxes: FeeTaxes) {
  const result = explainFee(storedFee(fee, taxes))
  const computed: Amounts = {
    amount_cents: formatCents(result.amountCents),
    taxes_amount_cents: formatCents(result.taxesAmountCents),
  }
  const stored: Amounts = {
    amount_cents: formatCents(fee.amount_cents),
    taxes_amount_cents: formatCents(fee.taxes_amount_cents),
  }
  return {
    lago_fee_id: fee.id,
    fee_type: fee.fee_type,
    currency: fee.amount_currency,
    matches: isSame(computed, stored),
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
    computed,
    stored,
  }
}

function isSame(computed: Amounts, stored: Amounts): boolean {
  return differencesIn(computed, stored).length === 0
}

/** An amount that does not follow from what was stored with it, in cents; null where one of the two is missing. */
export interface Difference {
  /** Null: of the invoice itself. */
  readonly lago_fee_id: string | null
  readonly field: string
  readonly stored: WireInteger | null
  readonly computed: WireInteger | null
}

/** What of an invoice and its fees is not as it is when it is computed again. */
export function differencesOf(explanation: ExplainedInvoice): Difference[] {
  const ofFees = explanation.fees.flatMap(fee =>
    differencesIn(fee.computed, fee.stored).map(one => ({ ...one, lago_fee_id: fee.lago_fee_id })),
  )
  const own = differencesIn(explanation.computed, explanation.stored)
  return [...ofFees, ...own.map(one => ({ ...one, lago_fee_id: null }))]
}

function differencesIn(computed: Amounts, stored: Amounts): Omit<Difference, 'lago_fee_id'>[] {
  const fields = new Set([...Object.keys(stored), ...Object.keys(computed)])
  return [...fields]
    .map(field => ({ field, stored: stored[field] ?? null, computed: computed[field] ?? null }))
    .filter(one => JSON.stringify(one.stored) !== JSON.stringify(one.computed))
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
    shortfall: origin.shortfall
      ? { dueCents: origin.shortfall.due_cents, billedCents: origin.shortfall.billed_cents }
      : null,
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
