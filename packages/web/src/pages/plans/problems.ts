import type { PlanMetric } from '../../api/plans.ts'
import { parseMinor, parseMoney } from '../../format/money.ts'
import { ungrouped } from '../../format/numbers.ts'
import type { ChargeDraft, FixedChargeDraft } from './charge-draft.ts'
import { minimumDecimals } from './charge-draft.ts'
import type { PlanDraft } from './plan-draft.ts'
import { type PriceDraft, readDecimal, tiersKey } from './price-draft.ts'

/** Codes by the path of the field: `charges.new-1.price.tiers.new-2.to`. Rows go by their keys. */
export type Errors = Readonly<Record<string, readonly string[]>>

const NONE: readonly string[] = []

/** The codes of a field. */
export function errorsAt(errors: Errors, path: string): readonly string[] {
  return errors[path] ?? NONE
}

/** The errors of what lies below a path, by the rest of their paths. */
export function errorsBelow(errors: Errors, path: string): Errors {
  const start = `${path}.`
  const below = Object.entries(errors).filter(([field]) => field.startsWith(start))
  return Object.fromEntries(below.map(([field, codes]) => [field.slice(start.length), codes]))
}

class Collector {
  readonly errors: Record<string, string[]> = {}

  add(path: string, code: string): void {
    this.errors[path] = [...(this.errors[path] ?? []), code]
  }

  /** What is wrong with a part, under the path of the part. */
  within(path: string, errors: Errors): void {
    for (const [field, codes] of Object.entries(errors)) for (const code of codes) this.add(`${path}.${field}`, code)
  }
}

/** What is wrong with a plan before it is sent, each under its field; the API has the last word. */
export function planProblems(plan: PlanDraft): Errors {
  const found = new Collector()
  if (plan.name.trim() === '') found.add('name', 'value_is_mandatory')
  if (plan.code.trim() === '') found.add('code', 'value_is_mandatory')
  if (!isMoney(plan.amount, plan.currency, { blank: true, zero: true })) found.add('amount_cents', 'not_an_amount')
  if (plan.trial.trim() !== '' && readDecimal(plan.trial) === undefined) found.add('trial_period', 'not_a_number')
  for (const charge of plan.charges) found.within(`charges.${charge.key}`, chargeProblems(charge, plan.currency))
  for (const charge of plan.fixedCharges) found.within(`fixed_charges.${charge.key}`, fixedChargeProblems(charge))
  if (!isMoney(plan.commitment.amount, plan.currency, { blank: true })) {
    found.add('minimum_commitment.amount_cents', 'not_an_amount')
  }
  const amounts = plan.thresholds.map(({ amount }) => parseMoney(amount, plan.currency))
  for (const [index, threshold] of plan.thresholds.entries()) {
    const path = `usage_thresholds.${threshold.key}`
    if (!isMoney(threshold.amount, plan.currency)) found.add(path, 'not_an_amount')
    else if (amounts.indexOf(amounts[index]) !== index) found.add(path, 'duplicated_values')
  }
  if (!isMoney(plan.recurringThreshold.amount, plan.currency, { blank: true })) {
    found.add('usage_thresholds.recurring', 'not_an_amount')
  }
  for (const { code, privileges, values } of plan.entitlements) {
    for (const privilege of privileges) {
      const value = values[privilege.code] ?? ''
      if (privilege.value_type === 'integer' && value.trim() !== '' && !/^-?(0|[1-9]\d*)$/.test(value)) {
        found.add(`entitlements.${code}.${privilege.code}`, 'not_a_number')
      }
    }
  }
  return found.errors
}

/** What is wrong with a usage charge. */
export function chargeProblems(charge: ChargeDraft, currency: string): Errors {
  const found = new Collector()
  if (charge.metric === undefined) found.add('billable_metric_id', 'value_is_mandatory')
  found.within('price', priceProblems(charge.model, charge.price))
  for (const filter of charge.filters) {
    const path = `filters.${filter.key}`
    if (Object.keys(filter.values).length === 0) found.add(`${path}.values`, 'value_is_mandatory')
    else if (Object.values(filter.values).some(values => values.length === 0)) {
      found.add(`${path}.values`, 'value_is_mandatory')
    }
    found.within(`${path}.price`, priceProblems(charge.model, filter.price))
  }
  const minimum = parseMinor(charge.minAmount, minimumDecimals(charge.unit, currency))
  if (charge.minAmount.trim() !== '' && (minimum === undefined || minimum < 0)) {
    found.add('min_amount_cents', 'not_an_amount')
  }
  if (charge.unit !== null) {
    if (charge.unit.code === '') found.add('applied_pricing_unit', 'value_is_mandatory')
    if (readDecimal(charge.unit.rate)?.greaterThan(0) !== true) found.add('conversion_rate', 'value_is_out_of_range')
  }
  return found.errors
}

/** What is wrong with a fixed charge. */
export function fixedChargeProblems(charge: FixedChargeDraft): Errors {
  const found = new Collector()
  if (charge.addOn === undefined) found.add('add_on_id', 'value_is_mandatory')
  if (readDecimal(charge.units)?.greaterThanOrEqualTo(0) !== true) found.add('units', 'not_a_number')
  found.within('price', priceProblems(charge.model, charge.price))
  return found.errors
}

/** What is wrong with what was typed for a model: the rules of the API, each at its field. */
export function priceProblems(model: string, price: PriceDraft): Errors {
  const found = new Collector()
  const amount = (field: string, typed: string, code = 'invalid_amount', optional = false) => {
    if (!(optional && typed.trim() === '') && !isAmount(typed)) found.add(field, code)
  }
  const key = tiersKey(model)
  if (key !== undefined) {
    found.within('tiers', tierProblems(model, price))
    return found.errors
  }
  if (model === 'standard' || model === 'package') amount('amount', price.amount)
  if (model === 'package') {
    if (!isWhole(price.packageSize, 1)) found.add('packageSize', 'invalid_package_size')
    if (price.freeUnits.trim() !== '' && !isWhole(price.freeUnits, 0)) found.add('freeUnits', 'invalid_free_units')
  }
  if (model === 'percentage') {
    amount('rate', price.rate, 'invalid_rate')
    amount('fixedAmount', price.fixedAmount, 'invalid_fixed_amount', true)
    if (price.freeEvents.trim() !== '' && !isWhole(price.freeEvents, 1)) found.add('freeEvents', 'invalid_free_units')
    amount('freeTotal', price.freeTotal, 'invalid_amount', true)
    amount('min', price.min, 'invalid_amount', true)
    amount('max', price.max, 'invalid_amount', true)
    const [min, max] = [readDecimal(price.min), readDecimal(price.max)]
    if (min !== undefined && max !== undefined && min.greaterThan(max)) {
      found.add('max', 'per_transaction_max_lower_than_per_transaction_min')
    }
  }
  return found.errors
}

/** Tiers follow each other without holes; all but the last have an end above their beginning. */
function tierProblems(model: string, { tiers }: PriceDraft): Errors {
  const found = new Collector()
  let next = readDecimal('0')
  for (const [index, tier] of tiers.entries()) {
    const isLast = index === tiers.length - 1
    const [from, to] = [readDecimal(tier.from), readDecimal(tier.to)]
    const follows = from !== undefined && next !== undefined && (from.equals(next) || from.equals(next.plus(1)))
    if (!follows) found.add(`${tier.key}.from`, 'tier_does_not_follow')
    if (isLast ? tier.to.trim() !== '' : to === undefined || from === undefined || !to.greaterThan(from)) {
      found.add(`${tier.key}.to`, isLast ? 'last_tier_has_an_end' : 'tier_ends_before_it_begins')
    }
    if (model === 'graduated_percentage') {
      if (!isAmount(tier.rate)) found.add(`${tier.key}.rate`, 'invalid_rate')
    } else if (!isAmount(tier.perUnit)) found.add(`${tier.key}.perUnit`, 'invalid_amount')
    if (tier.flat.trim() !== '' && !isAmount(tier.flat)) found.add(`${tier.key}.flat`, 'invalid_amount')
    next = (to ?? readDecimal('0'))?.plus(model === 'volume' ? 1 : 0)
  }
  return found.errors
}

/** What the API takes for a price or a rate: not negative, within what a fee can hold. */
function isAmount(typed: string): boolean {
  const value = readDecimal(typed)
  if (value === undefined) return false
  return value.greaterThanOrEqualTo(0) && value.lessThan('1e25') && value.decimalPlaces() <= 40
}

function isWhole(typed: string, least: number): boolean {
  const plain = ungrouped(typed)
  return /^\d+$/.test(plain) && Number.isSafeInteger(Number(plain)) && Number(plain) >= least
}

function isMoney(typed: string, currency: string, { blank = false, zero = false } = {}): boolean {
  if (typed.trim() === '') return blank
  const cents = parseMoney(typed, currency)
  return cents !== undefined && (zero ? cents >= 0 : cents > 0)
}

/** Whether a metric can be priced by a model; why not otherwise, as a key of the messages. */
export function modelLimit(model: string, metric: PlanMetric | undefined): PriceLimit | undefined {
  if (model === 'custom') return 'plans.limit.custom'
  const aggregation = metric?.aggregation_type
  if (model === 'dynamic' && aggregation !== undefined && aggregation !== 'sum_agg') return 'plans.limit.dynamic'
  if ((model === 'percentage' || model === 'graduated_percentage') && aggregation === 'latest_agg') {
    return 'plans.limit.latest'
  }
  return undefined
}

export type PriceLimit =
  | 'plans.limit.custom'
  | 'plans.limit.dynamic'
  | 'plans.limit.latest'
  | 'plans.limit.advance_volume'
  | 'plans.limit.advance_metric'
  | 'plans.limit.prorate_metric'
  | 'plans.limit.prorate_weighted'
  | 'plans.limit.prorate_model'
  | 'plans.limit.prorate_advance'
  | 'plans.limit.minimum_advance'
  | 'plans.limit.fixed_advance_volume'
  | 'plans.limit.fixed_prorate'

type Terms = Pick<ChargeDraft, 'metric' | 'model' | 'payInAdvance'>

/** Why a charge cannot be asked for with each event; undefined where it can. */
export function advanceLimit({ metric, model }: Terms): PriceLimit | undefined {
  if (model === 'volume') return 'plans.limit.advance_volume'
  const adds = ['count_agg', 'sum_agg', 'unique_count_agg', 'custom_agg']
  if (metric !== undefined && !adds.includes(metric.aggregation_type)) return 'plans.limit.advance_metric'
  return undefined
}

/** Why units cannot be weighed by the time that they were in force; undefined where they can. */
export function prorateLimit({ metric, model, payInAdvance }: Terms): PriceLimit | undefined {
  if (metric?.recurring !== true) return 'plans.limit.prorate_metric'
  if (metric.aggregation_type === 'weighted_sum_agg') return 'plans.limit.prorate_weighted'
  if (payInAdvance && model !== 'standard') return 'plans.limit.prorate_advance'
  return ['standard', 'volume', 'graduated'].includes(model) ? undefined : 'plans.limit.prorate_model'
}

/** The same charge without what its metric or model forbids. */
export function allowed(charge: ChargeDraft): ChargeDraft {
  const model = modelLimit(charge.model, charge.metric) === undefined ? charge.model : 'standard'
  const payInAdvance = charge.payInAdvance && advanceLimit({ ...charge, model }) === undefined
  const prorated = charge.prorated && prorateLimit({ ...charge, model, payInAdvance }) === undefined
  return { ...charge, model, payInAdvance, prorated, minAmount: payInAdvance ? '' : charge.minAmount }
}
