import {
  type Adjustment,
  type AssembledFee,
  currencySubunits,
  decimal,
  type FeeTaxes,
  type PricingUnitUsage,
  type Shortfall,
  type TaxedFee,
} from '@weir/engine'
import type { Insertable } from 'kysely'
import type { Charge, FixedCharge } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Fees } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { AppliedTax } from '../../taxes/index.ts'
import type { ComputedFrom, StoredPricingUnitUsage } from '../fees-store.ts'
import type { BilledSubscription } from './compute.ts'

/** Where fees belong. */
export interface FeeSetting {
  readonly billingEntityId: string
  /** Null: they are on no invoice. */
  readonly invoiceId: string | null
  readonly createdAt: Temporal.Instant
  /** The billing instant. */
  readonly at: Temporal.Instant
  readonly billed: readonly BilledSubscription[]
}

/** A fee to be written, with its taxes. */
export interface NewFee {
  readonly id: string
  readonly row: Insertable<Fees> & { readonly id: string }
  readonly taxation: FeeTaxes<AppliedTax>
}

const COMMITMENT_NAME = 'Minimum commitment'

/** The rows of fees, with new ids in the order of the fees. */
export function newFees(tx: Ctx, setting: FeeSetting, fees: readonly TaxedFee<AppliedTax>[]): NewFee[] {
  const billedOf = new Map(setting.billed.map(one => [one.subscription.id, one]))
  const ids = fees.map(() => newId())
  return fees.map((line, place) => {
    const billed = billedOf.get(line.subscriptionId)
    const id = ids[place]
    if (billed === undefined || id === undefined)
      throw new Error(`a fee of subscription ${line.subscriptionId}, which is not on the invoice`)
    const { fee, taxation, period } = line
    const row = {
      id,
      organization_id: tx.org.id,
      billing_entity_id: setting.billingEntityId,
      invoice_id: setting.invoiceId,
      subscription_id: line.subscriptionId,
      fee_type: line.kind,
      amount_cents: fee.amountCents,
      amount_currency: billed.plan.amountCurrency,
      precise_amount_cents: fee.preciseAmountCents,
      unit_amount_cents: fee.unitAmountCents,
      taxes_amount_cents: taxation.taxesAmountCents,
      taxes_precise_amount_cents: taxation.taxesPreciseAmountCents,
      taxes_rate: taxation.taxesRate,
      from_datetime: period.from,
      to_datetime: period.to,
      timestamp: setting.at,
      created_at: setting.createdAt,
      updated_at: setting.createdAt,
      ...(line.adjustment?.displayName != null && { invoice_display_name: line.adjustment.displayName }),
      ...ownColumns(line, billed, { ids, isStandalone: setting.invoiceId === null }),
    }
    return { id, row, taxation }
  })
}

interface Siblings {
  /** Of all the fees, in their order. */
  readonly ids: readonly string[]
  readonly isStandalone: boolean
}

type OwnColumns = Pick<Insertable<Fees>, 'units' | 'precise_unit_amount'> & Partial<Insertable<Fees>>

function ownColumns(line: AssembledFee, billed: BilledSubscription, siblings: Siblings): OwnColumns {
  switch (line.kind) {
    case 'subscription':
      return baseFeeColumns(line, billed)
    case 'charge':
      return usageFeeColumns(line, billed, siblings)
    case 'fixed_charge':
      return fixedChargeColumns(line, billed)
    case 'commitment':
      return commitmentColumns(line, billed)
  }
}

function baseFeeColumns(
  { fee, adjustment }: AssembledFee & { kind: 'subscription' },
  { boundaries, plan }: BilledSubscription,
): OwnColumns {
  const computedFrom: ComputedFrom = {
    plan_amount_cents: Number(fee.planAmountCents),
    period_days: boundaries.baseDuration,
    ...editOf(adjustment),
  }
  return {
    units: fee.units ?? '1',
    precise_unit_amount:
      fee.preciseUnitAmount ?? decimal(fee.amountCents).div(currencySubunits(plan.amountCurrency)).toString(),
    pay_in_advance: plan.payInAdvance,
    amount_details: JSON.stringify({ plan_amount_cents: Number(fee.planAmountCents) }),
    computed_from: JSON.stringify(computedFrom),
  }
}

function usageFeeColumns(
  line: AssembledFee & { kind: 'charge' },
  billed: BilledSubscription,
  { ids, isStandalone }: Siblings,
): OwnColumns {
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
    // Beside fees of events, only those on no invoice say so: usage that is carried over is billed by the period.
    pay_in_advance: line.event !== undefined || (isStandalone && charge.payInAdvance),
    pay_in_advance_event_id: line.event?.id ?? null,
    pay_in_advance_event_transaction_id: line.event?.transactionId ?? null,
    grouped_by: JSON.stringify(fee.groupedBy),
    amount_details: JSON.stringify(fee.amountDetails),
    computed_from: JSON.stringify({
      ...chargeOrigin(charge, fee.filterId, billed.boundaries.chargesDuration),
      ...shortfallOf(fee.shortfall),
      ...editOf(line.adjustment),
    }),
    pricing_unit_usage: fee.pricingUnitUsage && JSON.stringify(storedPricingUnitUsage(fee.pricingUnitUsage)),
    presentation_breakdowns: JSON.stringify(
      fee.presented.map(({ presentedBy, units }) => ({ presentation_by: presentedBy, units })),
    ),
  }
}

/** What a fee of a charge was computed from. */
export function chargeOrigin(charge: Charge, filterId: string | null, periodDays: number): ComputedFrom {
  const filter = charge.filters.find(candidate => candidate.id === filterId)
  const { metric } = charge
  const { presentation_group_keys: presentationKeys } = charge.properties
  return {
    charge_model: charge.chargeModel,
    properties: filter?.properties ?? charge.properties,
    ...(presentationKeys !== undefined && { presentation_group_keys: presentationKeys }),
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

/** What a fee keeps of its price in pricing units. */
export function storedPricingUnitUsage(usage: PricingUnitUsage): StoredPricingUnitUsage {
  const { id, code, shortName, conversionRate } = usage.pricingUnit
  return {
    pricing_unit_id: id,
    pricing_unit_code: code,
    short_name: shortName,
    amount_cents: Number(usage.amountCents),
    precise_amount_cents: usage.preciseAmountCents,
    unit_amount_cents: Number(usage.unitAmountCents),
    precise_unit_amount: usage.preciseUnitAmount,
    conversion_rate: conversionRate,
  }
}

function fixedChargeColumns(
  line: AssembledFee & { kind: 'fixed_charge' },
  { plan, boundaries }: BilledSubscription,
): OwnColumns {
  const { fee } = line
  const charge = plan.fixedCharges.find(candidate => candidate.id === line.fixedChargeId)
  if (charge === undefined) throw new Error(`a fee of fixed charge ${line.fixedChargeId}, which the plan does not have`)
  return {
    fixed_charge_id: charge.id,
    units: fee.units,
    total_aggregated_units: fee.units,
    precise_unit_amount: fee.preciseUnitAmount,
    pay_in_advance: charge.payInAdvance,
    amount_details: JSON.stringify(fee.amountDetails),
    computed_from: JSON.stringify({
      ...fixedChargeOrigin(charge, boundaries.fixedChargesDuration),
      ...editOf(line.adjustment),
    }),
  }
}

function fixedChargeOrigin(charge: FixedCharge, periodDays: number): ComputedFrom {
  return {
    charge_model: charge.chargeModel,
    properties: charge.properties,
    prorated: charge.prorated,
    period_days: periodDays,
  }
}

function shortfallOf(shortfall: Shortfall | undefined): Pick<ComputedFrom, 'shortfall'> {
  if (shortfall === undefined) return {}
  return { shortfall: { due_cents: shortfall.dueCents, billed_cents: shortfall.billedCents } }
}

/** What somebody made of the line instead of what was computed. */
function editOf(adjustment: Adjustment | undefined): Pick<ComputedFrom, 'adjusted'> {
  if (adjustment === undefined || adjustment.units === null) return {}
  return { adjusted: { units: adjustment.units, unit_precise_amount: adjustment.unitPreciseAmount } }
}

function commitmentColumns(
  { fee }: AssembledFee & { kind: 'commitment' },
  { plan, boundaries }: BilledSubscription,
): OwnColumns {
  const commitment = plan.minimumCommitment
  const computedFrom: ComputedFrom = {
    commitment_amount_cents: Number(commitment?.amountCents ?? 0n),
    ...shortfallOf(fee.shortfall),
    period_days: boundaries.baseDuration,
  }
  return {
    commitment_id: commitment?.id ?? null,
    invoice_display_name: commitment?.invoiceDisplayName || COMMITMENT_NAME,
    units: '1',
    precise_unit_amount: fee.preciseUnitAmount,
    computed_from: JSON.stringify(computedFrom),
  }
}
