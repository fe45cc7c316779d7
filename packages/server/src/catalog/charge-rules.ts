import { type ChargeProperties, isChargeModelName, validateProperties } from '@weir/engine'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { type BillableMetric, CHARGE_MODELS } from './types.ts'

/** A charge as it would be after a request, before anyone knows whether it may be so. */
export interface ChargeTerms {
  readonly code: string | null
  readonly chargeModel: string | null
  /** Reduced to what the model knows. */
  readonly properties: ChargeProperties
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly invoiceable: boolean
  readonly regroupPaidFees: string | null
  /** NaN: what was given is no number. */
  readonly minAmountCents: number
  readonly metric: Pick<BillableMetric, 'aggregationType' | 'recurring'>
}

const INCOMPATIBLE = 'invalid_aggregation_type_or_charge_model'

/**
 * Everything that is wrong with a charge, by field; the codes of a field come in the order of the rules here.
 *
 * @param codeTaken whether another charge of the plan has the code
 */
export function chargeProblems(terms: ChargeTerms, codeTaken: boolean): Problems {
  const { chargeModel: model, metric, minAmountCents } = terms
  const problems = new Problems()
  if (model === null || !CHARGE_MODELS.includes(model)) problems.add('charge_model', 'value_is_invalid')
  addAll(problems, 'properties', propertyCodes(terms))
  if (model === 'dynamic' && metric.aggregationType !== 'sum_agg') problems.add('charge_model', INCOMPATIBLE)
  if (Number.isNaN(minAmountCents)) problems.add('min_amount_cents', 'is not a number')
  if (minAmountCents < 0 || minAmountCents > Number.MAX_SAFE_INTEGER) {
    problems.add('min_amount_cents', 'value_is_out_of_range')
  }
  if (isBlank(model)) problems.add('charge_model', 'value_is_mandatory')
  if (isBlank(terms.code)) problems.add('code', 'value_is_mandatory')
  else if (codeTaken) problems.add('code', 'value_already_exist')
  if (terms.payInAdvance && !canBePaidInAdvance(terms)) problems.add('pay_in_advance', INCOMPATIBLE)
  addAll(problems, 'regroup_paid_fees', regroupingCodes(terms))
  if (terms.prorated && !canBeProrated(terms)) problems.add('prorated', 'invalid_billable_metric_or_charge_model')
  if (terms.payInAdvance && minAmountCents > 0) problems.add('min_amount_cents', 'not_compatible_with_pay_in_advance')
  if (model === 'custom' && metric.aggregationType !== 'custom_agg') problems.add('charge_model', INCOMPATIBLE)
  if (!terms.invoiceable && !terms.payInAdvance) problems.add('invoiceable', 'must_be_true_unless_pay_in_advance')
  return problems
}

function addAll(problems: Problems, field: string, codes: readonly string[]): void {
  if (codes.length > 0) problems.add(field, ...codes)
}

function propertyCodes({ chargeModel, properties, metric }: ChargeTerms): string[] {
  if (chargeModel === null || !isChargeModelName(chargeModel)) return []
  return validateProperties(chargeModel, properties, metric.aggregationType)
}

/** A price that depends on the units of the whole period, or on events still to come, cannot be asked at each event. */
function canBePaidInAdvance({ chargeModel, metric }: ChargeTerms): boolean {
  const addsUp = ['count_agg', 'sum_agg', 'unique_count_agg', 'custom_agg'].includes(metric.aggregationType)
  return addsUp && chargeModel !== 'volume'
}

/** Only units that stay can have been there for a part of the period. */
function canBeProrated({ chargeModel, payInAdvance, metric }: ChargeTerms): boolean {
  if (!metric.recurring || metric.aggregationType === 'weighted_sum_agg') return false
  const models = payInAdvance ? ['standard'] : ['standard', 'volume', 'graduated']
  return chargeModel !== null && models.includes(chargeModel)
}

function regroupingCodes({ regroupPaidFees, payInAdvance, invoiceable }: ChargeTerms): string[] {
  if (regroupPaidFees === null) return []
  if (regroupPaidFees !== 'invoice') return ['value_is_invalid']
  return payInAdvance && !invoiceable ? [] : ['only_compatible_with_pay_in_advance_and_non_invoiceable']
}
