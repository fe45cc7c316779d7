import {
  type AdjustedValues,
  adjustedChargeFee,
  adjustedFixedChargeFee,
  adjustedSubscriptionFee,
  type ChargeModel,
  type Currency,
  currencySubunits,
  decimal,
  isChargeModelName,
  type PricingUnit,
  type PricingUnitUsage,
  parseChargeModel,
} from '@weir/engine'
import type { Insertable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { Fees } from '../../platform/db/types.ts'
import { validation } from '../../platform/errors.ts'
import { storedPricingUnitUsage } from '../billing/fee-rows.ts'
import type { FeeRow, StoredPricingUnitUsage } from '../fees-store.ts'
import type { KeptLine } from './lines.ts'

/** Where a copy belongs. */
export interface CopySetting {
  readonly id: string
  /** Null: on none yet. */
  readonly invoiceId: string | null
  readonly createdAt: Temporal.Instant
  /** The copy of the fee that it completes; null where there is none. */
  readonly trueUpParentId: string | null
}

export type FeeCopy = Insertable<Fees> & { readonly id: string }

/**
 * A fee of a voided invoice as the invoice that takes its place has it: amounts and origin as they were, but for what is
 * edited; nothing paid, discounted or taxed yet.
 */
export function copyOf(tx: Ctx, { fee, edit }: KeptLine, setting: CopySetting): FeeCopy {
  return {
    id: setting.id,
    organization_id: tx.org.id,
    billing_entity_id: fee.billing_entity_id,
    invoice_id: setting.invoiceId,
    subscription_id: fee.subscription_id,
    charge_id: fee.charge_id,
    charge_filter_id: fee.charge_filter_id,
    fixed_charge_id: fee.fixed_charge_id,
    commitment_id: fee.commitment_id,
    original_fee_id: fee.original_fee_id ?? fee.id,
    true_up_parent_fee_id: setting.trueUpParentId,
    fee_type: fee.fee_type,
    description: fee.description,
    amount_cents: fee.amount_cents,
    amount_currency: fee.amount_currency,
    precise_amount_cents: fee.precise_amount_cents,
    unit_amount_cents: fee.unit_amount_cents,
    precise_unit_amount: fee.precise_unit_amount,
    units: fee.units,
    total_aggregated_units: fee.total_aggregated_units,
    events_count: fee.events_count,
    pay_in_advance: fee.pay_in_advance,
    pay_in_advance_event_id: fee.pay_in_advance_event_id,
    pay_in_advance_event_transaction_id: fee.pay_in_advance_event_transaction_id,
    grouped_by: JSON.stringify(fee.grouped_by),
    amount_details: JSON.stringify(fee.amount_details),
    computed_from: JSON.stringify(fee.computed_from),
    pricing_unit_usage: fee.pricing_unit_usage && JSON.stringify(fee.pricing_unit_usage),
    presentation_breakdowns: JSON.stringify(fee.presentation_breakdowns),
    from_datetime: fee.from_datetime,
    to_datetime: fee.to_datetime,
    timestamp: fee.timestamp,
    created_at: setting.createdAt,
    updated_at: setting.createdAt,
    ...editedColumns(fee, edit),
    invoice_display_name: edit.displayName ?? fee.invoice_display_name,
  }
}

/**
 * Units alone are priced as they were on the voided invoice; what no model priced is units of what was computed.
 *
 * @throws 422 `charge: invalid_charge_model` for models that units alone do not price
 */
function editedColumns(fee: FeeRow, values: AdjustedValues): Partial<Insertable<Fees>> {
  const { units, unitPreciseAmount } = values
  if (units === null) return {}
  const { kind, columns } = priced(fee, values)
  return {
    ...columns,
    ...(kind === 'usage' && { events_count: 0, total_aggregated_units: units, presentation_breakdowns: '[]' }),
    ...(kind === 'fixed' && { total_aggregated_units: units }),
    units,
    computed_from: JSON.stringify({
      ...fee.computed_from,
      adjusted: { units, unit_precise_amount: unitPreciseAmount },
    }),
  }
}

function priced(fee: FeeRow, values: AdjustedValues) {
  const currency = fee.amount_currency as Currency
  if (fee.fee_type === 'fixed_charge') {
    const before = { ...amountsOf(fee), units: fee.units, amountDetails: {} }
    const model = { currency, chargeModel: modelOf(fee), prorated: false }
    const edited = adjustedFixedChargeFee(model, before, values)
    return { kind: 'fixed', columns: { ...amountColumns(edited), ...detailColumns(edited) } } as const
  }
  if (fee.fee_type === 'charge' && fee.true_up_parent_fee_id === null) {
    const before = {
      ...amountsOf(fee),
      filterId: null,
      groupedBy: fee.grouped_by,
      units: fee.units,
      totalAggregatedUnits: fee.units,
      eventsCount: 0,
      amountDetails: {},
      presented: [],
    }
    const pricingUnit = fee.pricing_unit_usage && pricingUnitOf(fee.pricing_unit_usage)
    const model = { currency, pricingUnit, chargeModel: modelOf(fee), filters: [] }
    const edited = adjustedChargeFee(model, before, values)
    return {
      kind: 'usage',
      columns: { ...amountColumns(edited), ...detailColumns(edited), ...unitColumns(edited.pricingUnitUsage) },
    } as const
  }
  const edited = adjustedSubscriptionFee(computedFee(fee), values, currency)
  const unit = edited.preciseUnitAmount ?? fee.precise_unit_amount
  return { kind: 'other', columns: { ...amountColumns({ ...edited, preciseUnitAmount: unit }) } } as const
}

/** What was computed before somebody asked for other units of it. */
function computedFee(fee: FeeRow) {
  const isEdited = fee.computed_from.adjusted != null
  const unit = decimal(fee.precise_unit_amount).times(currencySubunits(fee.amount_currency as Currency))
  return {
    amountCents: isEdited ? fee.unit_amount_cents : fee.amount_cents,
    preciseAmountCents: isEdited ? unit.toFixed() : fee.precise_amount_cents,
    unitAmountCents: fee.unit_amount_cents,
    planAmountCents: BigInt(fee.computed_from.plan_amount_cents ?? 0),
  }
}

function amountsOf(fee: FeeRow) {
  return {
    amountCents: fee.amount_cents,
    preciseAmountCents: fee.precise_amount_cents,
    unitAmountCents: fee.unit_amount_cents,
    preciseUnitAmount: fee.precise_unit_amount,
    pricingUnitUsage: null,
  }
}

interface Amounts {
  readonly amountCents: bigint
  readonly preciseAmountCents: string
  readonly unitAmountCents: bigint
  readonly preciseUnitAmount: string
}

function amountColumns({ amountCents, preciseAmountCents, unitAmountCents, preciseUnitAmount }: Amounts) {
  return {
    amount_cents: amountCents,
    precise_amount_cents: preciseAmountCents,
    unit_amount_cents: unitAmountCents,
    precise_unit_amount: preciseUnitAmount,
  }
}

function detailColumns({ amountDetails }: { readonly amountDetails: unknown }) {
  return { amount_details: JSON.stringify(amountDetails) }
}

function unitColumns(usage: PricingUnitUsage | null) {
  return { pricing_unit_usage: usage && JSON.stringify(storedPricingUnitUsage(usage)) }
}

function pricingUnitOf(usage: StoredPricingUnitUsage): PricingUnit {
  return {
    id: usage.pricing_unit_id,
    code: usage.pricing_unit_code,
    shortName: usage.short_name,
    conversionRate: usage.conversion_rate,
  }
}

function modelOf({ computed_from: origin }: FeeRow): ChargeModel {
  const name = origin.charge_model ?? ''
  if (!isChargeModelName(name)) throw validation({ charge: ['invalid_charge_model'] })
  return parseChargeModel(name, origin.properties ?? {})
}
