import type { FilterValues, PlanCharge, PlanFixedCharge, PlanMetric, Properties } from '../../api/plans.ts'
import { currencyDecimals, parseMinor, shift } from '../../format/money.ts'
import { ungrouped } from '../../format/numbers.ts'
import { emptyPrice, newKey, type PriceDraft, priceDraft, propertiesOf } from './price-draft.ts'

/** One of the charge's filters as it is typed. */
export interface FilterDraft {
  readonly key: string
  readonly displayName: string
  /** By key of the metric's filter. */
  readonly values: FilterValues
  readonly price: PriceDraft
}

/** When a charge in advance is invoiced: at once, with what was paid at the end of the period, or never. */
export type Invoicing = 'at_once' | 'regroup' | 'never'

/** A usage charge as it is typed. Amounts are in major units. */
export interface ChargeDraft {
  /** The charge's id, or a name of its own while it has none. */
  readonly key: string
  readonly id: string | undefined
  /** Undefined until one is chosen. */
  readonly metric: PlanMetric | undefined
  readonly code: string
  readonly displayName: string
  readonly model: string
  readonly price: PriceDraft
  readonly filters: readonly FilterDraft[]
  readonly payInAdvance: boolean
  readonly invoicing: Invoicing
  readonly prorated: boolean
  readonly minAmount: string
  readonly taxCodes: readonly string[]
  /** Null: prices are in the plan's currency. */
  readonly unit: { readonly code: string; readonly rate: string } | null
  readonly acceptsTargetWallet: boolean
}

export function newCharge(metric?: PlanMetric): ChargeDraft {
  return {
    key: newKey(),
    id: undefined,
    metric,
    code: '',
    displayName: '',
    model: 'standard',
    price: emptyPrice(),
    filters: [],
    payInAdvance: false,
    invoicing: 'at_once',
    prorated: false,
    minAmount: '',
    taxCodes: [],
    unit: null,
    acceptsTargetWallet: false,
  }
}

/** A charge of the API for typing. `metric` is the charge's, if it is known already. */
export function chargeDraft(charge: PlanCharge, currency: string, metric: PlanMetric | undefined): ChargeDraft {
  const model = charge.charge_model
  return {
    key: charge.lago_id,
    id: charge.lago_id,
    metric,
    code: charge.code,
    displayName: charge.invoice_display_name ?? '',
    model,
    price: priceDraft(model, charge.properties),
    filters: charge.filters.map(filter => ({
      key: filter.lago_id ?? newKey(),
      displayName: filter.invoice_display_name ?? '',
      values: filter.values,
      price: priceDraft(model, filter.properties),
    })),
    payInAdvance: charge.pay_in_advance,
    invoicing: charge.invoiceable ? 'at_once' : charge.regroup_paid_fees === null ? 'never' : 'regroup',
    prorated: charge.prorated,
    minAmount:
      charge.min_amount_cents === 0
        ? ''
        : shift(charge.min_amount_cents, minimumDecimals(charge.applied_pricing_unit, currency)),
    taxCodes: charge.taxes.map(tax => tax.code),
    unit:
      charge.applied_pricing_unit === null
        ? null
        : { code: charge.applied_pricing_unit.code, rate: charge.applied_pricing_unit.conversion_rate },
    acceptsTargetWallet: charge.accepts_target_wallet,
  }
}

/** What was typed as the API takes it, in the payload of a plan. */
export function chargeBody(charge: ChargeDraft, currency: string): Properties {
  const { model, payInAdvance, invoicing } = charge
  return {
    ...(charge.id !== undefined && { id: charge.id }),
    billable_metric_id: charge.metric?.lago_id,
    ...(charge.code.trim() !== '' && { code: charge.code.trim() }),
    ...chargeOverride(charge, currency),
    charge_model: model,
    pay_in_advance: payInAdvance,
    prorated: charge.prorated,
    invoiceable: !payInAdvance || invoicing === 'at_once',
    regroup_paid_fees: payInAdvance && invoicing === 'regroup' ? 'invoice' : null,
    accepts_target_wallet: charge.acceptsTargetWallet,
  }
}

/** What a subscription may have otherwise than its plan: name, prices, minimum, taxes and the rate of the pricing unit. */
export function chargeOverride(charge: ChargeDraft, currency: string): Properties {
  return {
    invoice_display_name: orNull(charge.displayName),
    properties: propertiesOf(charge.model, charge.price),
    filters: charge.filters.map(filter => ({
      invoice_display_name: orNull(filter.displayName),
      values: filter.values,
      properties: propertiesOf(charge.model, { ...filter.price, presentation: [] }),
    })),
    min_amount_cents:
      charge.minAmount.trim() === '' ? 0 : parseMinor(charge.minAmount, minimumDecimals(charge.unit, currency)),
    tax_codes: charge.taxCodes,
    ...(charge.unit !== null && {
      applied_pricing_unit: { code: charge.unit.code, conversion_rate: ungrouped(charge.unit.rate) },
    }),
  }
}

/** The least a charge costs is in hundredths where it is priced in a pricing unit. */
export function minimumDecimals(unit: object | null, currency: string): number {
  return unit === null ? currencyDecimals(currency) : 2
}

/** A fixed charge as it is typed. */
export interface FixedChargeDraft {
  readonly key: string
  readonly id: string | undefined
  readonly addOn: { readonly id: string; readonly code: string; readonly name: string } | undefined
  readonly code: string
  readonly displayName: string
  readonly model: string
  readonly price: PriceDraft
  readonly units: string
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly taxCodes: readonly string[]
  /** Whether a change of the units counts in the period that is running. */
  readonly applyNow: boolean
}

export function newFixedCharge(): FixedChargeDraft {
  return {
    key: newKey(),
    id: undefined,
    addOn: undefined,
    code: '',
    displayName: '',
    model: 'standard',
    price: emptyPrice(),
    units: '1',
    payInAdvance: false,
    prorated: false,
    taxCodes: [],
    applyNow: false,
  }
}

/** A fixed charge of the API for typing. `addOnName`: what its add-on is called, if that is known. */
export function fixedChargeDraft(charge: PlanFixedCharge, addOnName: string | undefined): FixedChargeDraft {
  return {
    key: charge.lago_id,
    id: charge.lago_id,
    addOn: { id: charge.lago_add_on_id, code: charge.add_on_code, name: addOnName ?? charge.add_on_code },
    code: charge.code,
    displayName: charge.invoice_display_name ?? '',
    model: charge.charge_model,
    price: priceDraft(charge.charge_model, charge.properties),
    units: charge.units.replace(/\.0+$/, ''),
    payInAdvance: charge.pay_in_advance,
    prorated: charge.prorated,
    taxCodes: charge.taxes.map(tax => tax.code),
    applyNow: false,
  }
}

/** What was typed as the API takes it, in the payload of a plan. */
export function fixedChargeBody(charge: FixedChargeDraft): Properties {
  return {
    ...(charge.id !== undefined && { id: charge.id }),
    add_on_id: charge.addOn?.id,
    ...(charge.code.trim() !== '' && { code: charge.code.trim() }),
    invoice_display_name: orNull(charge.displayName),
    charge_model: charge.model,
    properties: propertiesOf(charge.model, charge.price),
    units: ungrouped(charge.units),
    pay_in_advance: charge.payInAdvance,
    prorated: charge.prorated,
    tax_codes: charge.taxCodes,
    ...(charge.applyNow && { apply_units_immediately: true }),
  }
}

/** Blank is nothing. */
export function orNull(typed: string): string | null {
  return typed.trim() === '' ? null : typed.trim()
}
