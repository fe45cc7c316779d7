import { type ChargeProperties, isChargeModelName, reduceProperties } from '@weir/engine'
import { notFound, within } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import type { Tax } from '../taxes/index.ts'
import { appliedPricingUnit } from './applied-pricing-unit.ts'
import { requireModelAvailable } from './availability.ts'
import { replaceFilters } from './charge-filter-set.ts'
import { type ChargeTerms, chargeProblems } from './charge-rules.ts'
import type { PricingUnit } from './pricing-units/store.ts'
import type { ChargeInput, PlanChargeInput } from './schema.ts'
import type { BillableMetric, Charge } from './types.ts'

/** The plan whose charges are written, and what may be referred to. */
export interface ChargeSetting {
  readonly planId: string
  /** True once a subscription points to the plan: what was sold can then no longer be changed. */
  readonly attached: boolean
  readonly metrics: ReadonlyMap<string, BillableMetric>
  /** By code, as {@link taxes}. */
  readonly pricingUnits: ReadonlyMap<string, PricingUnit>
  readonly taxes: ReadonlyMap<string, Tax>
  readonly now: Temporal.Instant
}

/**
 * The charges of a plan after its full new set was given: elements with the id of one of its charges update that charge,
 * all others are created, and what is not named is gone. Elements take effect in order, what goes does so at the end.
 *
 * @throws 404 or 422 for the first faulty element
 */
export function replaceCharges(
  setting: ChargeSetting,
  existing: readonly Charge[],
  inputs: readonly PlanChargeInput[],
): Charge[] {
  const ids = new Set(existing.map(charge => charge.id))
  const named = new Set<string>()
  let charges = existing
  for (const [index, input] of inputs.entries()) {
    const siblings = charges
    const current = charges.find(charge => ids.has(charge.id) && charge.id === input.id?.toLowerCase())
    const next = within(`charges.${index}`, () =>
      current === undefined
        ? createCharge(setting, siblings, { ...input, code: codeOrAutomatic(setting, siblings, input) })
        : updateCharge(setting, siblings, current, input),
    )
    charges = current === undefined ? [...charges, next] : charges.map(charge => (charge === current ? next : charge))
    named.add(next.id)
  }
  return charges.filter(charge => named.has(charge.id))
}

/**
 * A new charge beside those that the plan has.
 *
 * @throws 404 `billable_metric_not_found`, `tax_not_found`; 422 for what is wrong with it
 */
export function createCharge(setting: ChargeSetting, siblings: readonly Charge[], input: ChargeInput): Charge {
  const metric = findMetric(setting, input.billable_metric_id)
  const chargeModel = input.charge_model ?? null
  return settle(setting, siblings, input, {
    current: undefined,
    metric,
    code: input.code ?? null,
    chargeModel,
    properties: propertiesOf(chargeModel, input.properties),
    payInAdvance: input.pay_in_advance ?? false,
    prorated: input.prorated ?? false,
    invoiceable: input.invoiceable ?? true,
    regroupPaidFees: input.regroup_paid_fees ?? null,
    minAmountCents: input.min_amount_cents ?? 0,
    acceptsTargetWallet: input.accepts_target_wallet ?? false,
  })
}

/**
 * A charge after an update. Name, model, properties and minimum are replaced: what is not given is taken back. Once the
 * plan is attached, only name, properties, filters, taxes, the rate of its pricing unit and whether it takes wallets can
 * change.
 *
 * @throws 404 `billable_metric_not_found`, `tax_not_found`; 422 for what is wrong with the result
 */
export function updateCharge(
  setting: ChargeSetting,
  siblings: readonly Charge[],
  current: Charge,
  input: ChargeInput,
): Charge {
  const editable = setting.attached ? soldTerms(current) : editedTerms(setting, current, input)
  return settle(setting, siblings, input, {
    ...editable,
    current,
    properties: updatedProperties(editable.chargeModel, input),
    acceptsTargetWallet: input.accepts_target_wallet ?? current.acceptsTargetWallet,
  })
}

type SaleTerms = Omit<ChargeTerms, 'properties' | 'metric'> & { readonly metric: BillableMetric }

function soldTerms(current: Charge): SaleTerms {
  return { ...current, minAmountCents: Number(current.minAmountCents) }
}

function editedTerms(setting: ChargeSetting, current: Charge, input: ChargeInput): SaleTerms {
  return {
    code: isBlank(input.code) ? current.code : (input.code ?? null),
    chargeModel: input.charge_model ?? null,
    metric: input.billable_metric_id === undefined ? current.metric : findMetric(setting, input.billable_metric_id),
    payInAdvance: input.pay_in_advance === undefined ? current.payInAdvance : (input.pay_in_advance ?? false),
    prorated: input.prorated === undefined ? current.prorated : (input.prorated ?? false),
    invoiceable: input.invoiceable ?? current.invoiceable,
    regroupPaidFees: input.regroup_paid_fees === undefined ? current.regroupPaidFees : input.regroup_paid_fees,
    minAmountCents: input.min_amount_cents ?? 0,
  }
}

interface Draft extends SaleTerms {
  readonly current: Charge | undefined
  readonly properties: ChargeProperties
  readonly acceptsTargetWallet: boolean
}

/**
 * Turns a draft into the charge it describes, once everything about it is known to be right. Its own fields are judged
 * first, then its filters, its pricing unit and its taxes.
 */
function settle(setting: ChargeSetting, siblings: readonly Charge[], input: ChargeInput, draft: Draft): Charge {
  const { current, metric } = draft
  chargeProblems(draft, isCodeTaken(siblings, draft)).throwIfAny()
  const charge: Charge = {
    id: current?.id ?? newId(),
    planId: setting.planId,
    parentId: current?.parentId ?? null,
    code: draft.code ?? '',
    invoiceDisplayName: input.invoice_display_name ?? null,
    chargeModel: requireModelAvailable(draft.chargeModel ?? ''),
    properties: draft.properties,
    payInAdvance: draft.payInAdvance,
    prorated: draft.prorated,
    invoiceable: draft.invoiceable,
    regroupPaidFees: draft.regroupPaidFees === null ? null : 'invoice',
    minAmountCents: BigInt(draft.minAmountCents),
    acceptsTargetWallet: draft.acceptsTargetWallet,
    createdAt: current?.createdAt ?? setting.now,
    metric,
    appliedPricingUnit: current?.appliedPricingUnit ?? null,
    taxes: current?.taxes ?? [],
    filters: current?.filters ?? [],
  }
  const filters = input.filters === undefined ? charge.filters : replaceFilters(charge, input.filters, setting.now)
  return {
    ...charge,
    filters,
    appliedPricingUnit: appliedPricingUnit(setting.pricingUnits, current, input.applied_pricing_unit),
    taxes: input.tax_codes === undefined ? charge.taxes : findTaxes(setting, input.tax_codes),
  }
}

/** Charges of private copies of a plan keep the codes of their originals, and never clash. */
function isCodeTaken(siblings: readonly Charge[], { current, code }: Draft): boolean {
  if ((current?.parentId ?? null) !== null) return false
  return siblings.some(other => other !== current && other.parentId === null && other.code === code)
}

/** @throws 404 `tax_not_found` */
export function findTaxes({ taxes }: Pick<ChargeSetting, 'taxes'>, codes: readonly string[]): Tax[] {
  return [...new Set(codes)].map(code => {
    const tax = taxes.get(code)
    if (tax === undefined) throw notFound('tax')
    return tax
  })
}

function findMetric(setting: ChargeSetting, id: string | null | undefined): BillableMetric {
  const metric = setting.metrics.get((id ?? '').toLowerCase())
  if (metric === undefined) throw notFound('billable_metric')
  return metric
}

function propertiesOf(model: string | null, given: ChargeProperties | undefined): ChargeProperties {
  return model !== null && isChargeModelName(model) ? reduceProperties(model, given ?? null) : {}
}

/** Without properties, the defaults of the model that was sent take their place, even where another model is kept. */
function updatedProperties(model: string | null, input: ChargeInput): ChargeProperties {
  const given = input.properties ?? {}
  const properties = Object.keys(given).length > 0 ? given : propertiesOf(input.charge_model ?? null, undefined)
  if (model === null || !isChargeModelName(model) || Object.keys(properties).length === 0) return {}
  return reduceProperties(model, properties)
}

/** The code of a charge in the payload of a plan: made from the metric's code when none is given. */
function codeOrAutomatic(setting: ChargeSetting, charges: readonly Charge[], input: PlanChargeInput): string | null {
  if (!isBlank(input.code)) return input.code ?? null
  return automaticCode(
    findMetric(setting, input.billable_metric_id).code,
    charges.filter(charge => charge.parentId === null).map(charge => charge.code),
  )
}

/**
 * The metric's code, or with the first free number after the highest one in use.
 *
 * @example automaticCode('calls', ['calls', 'calls_7']) // 'calls_8'
 */
export function automaticCode(base: string, taken: readonly string[]): string {
  if (!taken.includes(base)) return base
  const numbers = taken
    .filter(code => code.startsWith(`${base}_`))
    .map(code => code.slice(base.length + 1))
    .filter(suffix => /^\d+$/.test(suffix))
    .map(BigInt)
  let highest = 1n
  for (const number of numbers) if (number > highest) highest = number
  return `${base}_${highest + 1n}`
}
