import { type AssembledFee, type BilledPeriods, currencySubunits, decimal, type InvoicingReason } from '@weir/engine'
import type { Insertable } from 'kysely'
import type { Charge } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Fees } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { ComputedFrom } from '../fees-store.ts'
import type { BilledSubscription, BillingRequest, ComputedInvoice } from './compute.ts'

/** Where the rows belong. */
export interface InvoiceIdentity {
  readonly id: string
  readonly billingEntityId: string
  readonly createdAt: Temporal.Instant
}

/** What is written of an invoice beside its own row. */
export interface InvoiceContents {
  readonly invoice: InvoiceIdentity
  readonly request: Pick<BillingRequest, 'reason' | 'at'>
  readonly computed: ComputedInvoice
}

/** Writes the subscriptions and the fees of invoices. */
export async function writeInvoiceContents(tx: Ctx, contents: readonly InvoiceContents[]): Promise<void> {
  const links = contents.flatMap(({ invoice, request, computed }) =>
    computed.billed.map(billed => linkRow(tx, invoice, request, billed)),
  )
  for (const rows of statementsOf(links)) await tx.db.insertInto('invoice_subscriptions').values(rows).execute()
  const fees = contents.flatMap(({ invoice, computed }) => feeRows(tx, invoice, computed))
  for (const rows of statementsOf(fees)) await tx.db.insertInto('fees').values(rows).execute()
}

// A statement takes at most 65,535 parameters, and no row has more than 35.
const ROWS_A_STATEMENT = 1_000

/** The rows in as many parts as they need statements to be inserted. */
export function* statementsOf<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    yield rows.slice(start, start + ROWS_A_STATEMENT)
  }
}

function linkRow(
  tx: Ctx,
  invoice: InvoiceIdentity,
  request: { reason: InvoicingReason; at: Temporal.Instant },
  { subscription, boundaries }: BilledSubscription,
) {
  const { base, charges, fixedCharges }: BilledPeriods = boundaries
  return {
    id: newId(),
    organization_id: tx.org.id,
    invoice_id: invoice.id,
    subscription_id: subscription.id,
    timestamp: request.at,
    from_datetime: base.from,
    to_datetime: base.to,
    charges_from_datetime: charges?.from ?? null,
    charges_to_datetime: charges?.to ?? null,
    fixed_charges_from_datetime: fixedCharges?.from ?? null,
    fixed_charges_to_datetime: fixedCharges?.to ?? null,
    recurring: request.reason === 'subscription_periodic',
    invoicing_reason: request.reason,
    created_at: invoice.createdAt,
  }
}

function feeRows(tx: Ctx, invoice: InvoiceIdentity, { billed, assembled }: ComputedInvoice): Insertable<Fees>[] {
  const billedOf = new Map(billed.map(one => [one.subscription.id, one]))
  const ids = assembled.fees.map(() => newId())
  return assembled.fees.map((line, place) => {
    const subscription = billedOf.get(line.subscriptionId)
    if (subscription === undefined)
      throw new Error(`a fee of subscription ${line.subscriptionId}, which is not on the invoice`)
    return {
      id: ids[place] ?? newId(),
      organization_id: tx.org.id,
      billing_entity_id: invoice.billingEntityId,
      invoice_id: invoice.id,
      subscription_id: line.subscriptionId,
      fee_type: line.kind,
      amount_cents: line.fee.amountCents,
      amount_currency: subscription.plan.amountCurrency,
      precise_amount_cents: line.fee.preciseAmountCents,
      unit_amount_cents: line.fee.unitAmountCents,
      created_at: invoice.createdAt,
      updated_at: invoice.createdAt,
      ...(line.kind === 'subscription' ? baseFeeColumns(line, subscription) : usageFeeColumns(line, subscription, ids)),
    }
  })
}

function baseFeeColumns(line: AssembledFee & { kind: 'subscription' }, { boundaries, plan }: BilledSubscription) {
  const computedFrom: ComputedFrom = {
    plan_amount_cents: Number(line.fee.planAmountCents),
    period_days: boundaries.baseDuration,
  }
  return {
    units: '1',
    total_aggregated_units: null,
    events_count: null,
    precise_unit_amount: decimal(line.fee.amountCents).div(currencySubunits(plan.amountCurrency)).toString(),
    pay_in_advance: plan.payInAdvance,
    amount_details: JSON.stringify({ plan_amount_cents: Number(line.fee.planAmountCents) }),
    computed_from: JSON.stringify(computedFrom),
    from_datetime: boundaries.base.from,
    to_datetime: boundaries.base.to,
  }
}

function usageFeeColumns(line: AssembledFee & { kind: 'charge' }, billed: BilledSubscription, ids: readonly string[]) {
  const { fee } = line
  const charge = billed.plan.charges.find(candidate => candidate.id === line.chargeId)
  if (charge === undefined) throw new Error(`a fee of charge ${line.chargeId}, which the plan does not have`)
  return {
    charge_id: charge.id,
    charge_filter_id: fee.filterId,
    true_up_parent_fee_id: line.trueUpOf === null ? null : (ids[line.trueUpOf] ?? null),
    units: fee.units,
    total_aggregated_units: fee.totalAggregatedUnits,
    events_count: fee.eventsCount,
    precise_unit_amount: fee.preciseUnitAmount,
    grouped_by: JSON.stringify(fee.groupedBy),
    amount_details: JSON.stringify(fee.amountDetails),
    computed_from: JSON.stringify(chargeOrigin(charge, fee.filterId, billed.boundaries.chargesDuration)),
    from_datetime: billed.boundaries.charges?.from ?? null,
    to_datetime: billed.boundaries.charges?.to ?? null,
  }
}

/** What a fee of a charge was computed from. */
export function chargeOrigin(charge: Charge, filterId: string | null, periodDays: number): ComputedFrom {
  const filter = charge.filters.find(candidate => candidate.id === filterId)
  const { metric } = charge
  return {
    charge_model: charge.chargeModel,
    properties: filter?.properties ?? charge.properties,
    ...(filter !== undefined && {
      filter: { values: filter.values, invoice_display_name: filter.invoiceDisplayName },
    }),
    aggregation_type: metric.aggregationType,
    ...(metric.roundingFunction !== null && {
      rounding: { function: metric.roundingFunction, precision: metric.roundingPrecision },
    }),
    period_days: periodDays,
  }
}
