import { type ChargeProperties, formatDecimal, reduceProperties } from '@weir/engine'
import { notFound, within } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import type { Tax } from '../../taxes/index.ts'
import { automaticCode, findTaxes } from '../charge-set.ts'
import type { FixedCharge, FixedChargeItem } from '../types.ts'
import { fixedChargeProblems, isFixedChargeModel, readUnits } from './rules.ts'
import type { FixedChargeInput, FixedChargeOverrideInput, PlanFixedChargeInput } from './schema.ts'

/** The plan whose fixed charges are written, and what may be referred to. */
export interface FixedChargeSetting {
  readonly planId: string
  /** True once a subscription points to the plan: model and code can then no longer be changed. */
  readonly attached: boolean
  /** The add-ons that the request names. */
  readonly addOns: readonly FixedChargeItem[]
  /** The taxes that the request names, by code. */
  readonly taxes: ReadonlyMap<string, Tax>
  readonly now: Temporal.Instant
}

/** What happened to one fixed charge: subscriptions and private copies of the plan follow it. */
export type FixedChargeChange =
  | { readonly kind: 'created'; readonly after: FixedCharge; readonly immediately: boolean }
  | {
      readonly kind: 'updated'
      readonly before: FixedCharge
      readonly after: FixedCharge
      readonly immediately: boolean
      /** The model in the request, even where another one is kept. */
      readonly model: string | null
    }
  | { readonly kind: 'deleted'; readonly before: FixedCharge }

/**
 * The fixed charges of a plan after its full new set was given: elements with the id of one of its fixed charges update
 * it, all others are created, and what is not named is gone. Elements take effect in order, what goes does so at the end.
 *
 * @throws 404 or 422 for the first faulty element
 */
export function replaceFixedCharges(
  setting: FixedChargeSetting,
  existing: readonly FixedCharge[],
  inputs: readonly PlanFixedChargeInput[],
): { fixedCharges: FixedCharge[]; changes: FixedChargeChange[] } {
  const ids = new Set(existing.map(fixedCharge => fixedCharge.id))
  const named = new Set<string>()
  const changes: FixedChargeChange[] = []
  let fixedCharges = existing
  for (const [index, input] of inputs.entries()) {
    const siblings = fixedCharges
    const before = fixedCharges.find(one => ids.has(one.id) && one.id === input.id?.toLowerCase())
    const change = within(`fixed_charges.${index}`, () =>
      before === undefined
        ? createFixedCharge(setting, siblings, { ...input, code: codeOrAutomatic(setting, siblings, input) })
        : updateFixedCharge(setting, siblings, before, input),
    )
    const { after } = change
    fixedCharges = before === undefined ? [...fixedCharges, after] : withReplaced(fixedCharges, before, after)
    changes.push(change)
    named.add(after.id)
  }
  const gone = fixedCharges.filter(one => !named.has(one.id))
  changes.push(...gone.map(before => ({ kind: 'deleted', before }) as const))
  return { fixedCharges: fixedCharges.filter(one => named.has(one.id)), changes }
}

/**
 * A new fixed charge beside those that the plan has.
 *
 * @throws 404 `add_on_not_found`, `tax_not_found`; 422 for what is wrong with it
 */
export function createFixedCharge(
  setting: FixedChargeSetting,
  siblings: readonly FixedCharge[],
  input: FixedChargeInput,
): Extract<FixedChargeChange, { kind: 'created' }> {
  const chargeModel = input.charge_model ?? null
  const after = settle(setting, siblings, {
    current: undefined,
    addOn: findAddOn(setting, input),
    code: input.code ?? null,
    invoiceDisplayName: input.invoice_display_name ?? null,
    chargeModel,
    properties: reduced(chargeModel, isEmpty(input.properties) ? {} : input.properties),
    payInAdvance: input.pay_in_advance ?? false,
    prorated: input.prorated ?? false,
    units: input.units ?? '0',
    taxCodes: input.tax_codes,
  })
  return { kind: 'created', after, immediately: input.apply_units_immediately ?? false }
}

/**
 * A fixed charge after an update. Name, model, units and properties are replaced: what is not given is taken back. When
 * it is paid, and whether it is prorated, never changes.
 *
 * @throws 404 `tax_not_found`; 422 for what is wrong with the result
 */
export function updateFixedCharge(
  setting: FixedChargeSetting,
  siblings: readonly FixedCharge[],
  before: FixedCharge,
  input: FixedChargeInput,
): Extract<FixedChargeChange, { kind: 'updated' }> {
  const given = input.charge_model ?? null
  const chargeModel = setting.attached ? before.chargeModel : given
  // Without properties, the defaults of the model that was sent take their place, even where another model is kept.
  const properties = isEmpty(input.properties) ? reduced(given, {}) : input.properties
  const after = settle(setting, siblings, {
    current: before,
    addOn: before.addOn,
    code: setting.attached || isBlank(input.code) ? before.code : (input.code ?? null),
    invoiceDisplayName: input.invoice_display_name ?? null,
    chargeModel,
    properties: isEmpty(properties) ? {} : reduced(chargeModel, properties),
    payInAdvance: before.payInAdvance,
    prorated: before.prorated,
    units: input.units ?? null,
    taxCodes: input.tax_codes,
  })
  return { kind: 'updated', before, after, immediately: input.apply_units_immediately ?? false, model: given }
}

/**
 * The fixed charge of a private copy after a change: what is not given stays.
 *
 * @throws 404 `tax_not_found`; 422 for what is wrong with the result
 */
export function patchFixedCharge(
  setting: FixedChargeSetting,
  before: FixedCharge,
  input: FixedChargeOverrideInput,
): Extract<FixedChargeChange, { kind: 'updated' }> {
  const after = settle(setting, [], {
    current: before,
    addOn: before.addOn,
    code: before.code,
    invoiceDisplayName:
      input.invoice_display_name === undefined ? before.invoiceDisplayName : input.invoice_display_name,
    chargeModel: before.chargeModel,
    properties: input.properties === undefined ? before.properties : reduced(before.chargeModel, input.properties),
    payInAdvance: before.payInAdvance,
    prorated: before.prorated,
    units: input.units === undefined ? before.units : input.units,
    taxCodes: input.tax_codes,
  })
  const immediately = input.apply_units_immediately ?? false
  return { kind: 'updated', before, after, immediately, model: before.chargeModel }
}

interface Draft {
  readonly current: FixedCharge | undefined
  readonly addOn: FixedChargeItem
  readonly code: string | null
  readonly invoiceDisplayName: string | null
  readonly chargeModel: string | null
  readonly properties: ChargeProperties
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly units: string | null
  readonly taxCodes: readonly string[] | null | undefined
}

/** Turns a draft into the fixed charge it describes, once everything about it is known to be right. */
function settle(setting: FixedChargeSetting, siblings: readonly FixedCharge[], draft: Draft): FixedCharge {
  const { current, chargeModel, taxCodes, ...kept } = draft
  const units = readUnits(draft.units)
  fixedChargeProblems({ ...draft, units }, isCodeTaken(siblings, draft)).throwIfAny()
  if (!isFixedChargeModel(chargeModel) || units === null) throw new Error('a faulty fixed charge went unnoticed')
  return {
    ...kept,
    id: current?.id ?? newId(),
    planId: setting.planId,
    parentId: current?.parentId ?? null,
    code: draft.code ?? '',
    chargeModel,
    units: formatDecimal(units),
    taxes: taxCodes ? findTaxes(setting, taxCodes) : (current?.taxes ?? []),
    createdAt: current?.createdAt ?? setting.now,
  }
}

/** Copies have the codes of what they were copied from, even twice on a plan. */
function isCodeTaken(siblings: readonly FixedCharge[], { current, code }: Draft): boolean {
  if (current !== undefined && current.parentId !== null) return false
  return siblings.some(other => other !== current && other.parentId === null && other.code === code)
}

function findAddOn(setting: FixedChargeSetting, input: FixedChargeInput): FixedChargeItem {
  const { add_on_id: id, add_on_code: code } = input
  const addOn = setting.addOns.find(one => (isBlank(id) ? one.code === code : one.id === id?.toLowerCase()))
  if (addOn === undefined) throw notFound('add_on')
  return addOn
}

/** Nothing for what is no model of a fixed charge. */
function reduced(model: string | null, properties: ChargeProperties): ChargeProperties {
  return isFixedChargeModel(model) ? reduceProperties(model, properties) : properties
}

function isEmpty(properties: ChargeProperties | undefined): properties is undefined | Record<string, never> {
  return properties === undefined || Object.keys(properties).length === 0
}

/** The code of a fixed charge in the payload of a plan: made from the add-on's code when none is given. */
function codeOrAutomatic(
  setting: FixedChargeSetting,
  siblings: readonly FixedCharge[],
  input: PlanFixedChargeInput,
): string | null {
  if (!isBlank(input.code)) return input.code ?? null
  const taken = siblings.filter(one => one.parentId === null).map(one => one.code)
  return automaticCode(findAddOn(setting, input).code, taken)
}

/** The same fixed charges in their order, with `after` in the place of `before`. */
export function withReplaced(
  fixedCharges: readonly FixedCharge[],
  before: FixedCharge,
  after: FixedCharge,
): FixedCharge[] {
  return fixedCharges.map(one => (one === before ? after : one))
}
