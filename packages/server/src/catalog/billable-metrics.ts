import { parseExpression } from '@weir/engine'
import { type Ctx, transaction } from '../platform/context.ts'
import { claimingCode } from '../platform/db/unique-code.ts'
import { emit } from '../platform/domain-events.ts'
import { forbidden, notFound, Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { forgetDerivedProperties } from './derived-properties.ts'
import { replaceMetricFilters } from './metric-filters.ts'
import type { BillableMetricInput } from './schema.ts'
import { deleteMetric, findMetricByCode, isMetricAttached, lockMetricByCode, writeMetric } from './store/metrics.ts'
import { AGGREGATION_TYPES, type BillableMetric, ROUNDING_FUNCTIONS } from './types.ts'

/** A metric as it would be after a request, before anyone knows whether it may be so. */
interface MetricTerms {
  readonly name: string | null
  readonly code: string | null
  readonly description: string | null
  readonly aggregationType: string | null
  readonly fieldName: string | null
  readonly recurring: boolean
  readonly weightedInterval: string | null
  readonly roundingFunction: string | null
  readonly roundingPrecision: number | null
  readonly expression: string | null
}

const NO_TERMS: MetricTerms = {
  name: null,
  code: null,
  description: null,
  aggregationType: null,
  fieldName: null,
  recurring: false,
  weightedInterval: null,
  roundingFunction: null,
  roundingPrecision: null,
  expression: null,
}

const CODE_INDEX = 'billable_metrics_code'
const LARGEST_INTEGER = 2_147_483_647

/**
 * @throws 422 for what is wrong with the metric or its filters
 * @throws 403 `feature_unavailable` for an aggregation by code of one's own
 */
export async function createBillableMetric(ctx: Ctx, input: BillableMetricInput): Promise<BillableMetric> {
  refuseCustomAggregation(input)
  const created = await claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const terms = applyInput(NO_TERMS, input)
      const id = newId()
      const metric = await checkedMetric(tx, { id, createdAt: tx.clock.now() }, terms)
      await writeMetric(tx, metric)
      if (input.filters !== undefined) await replaceMetricFilters(tx, metric, input.filters)
      await emit(tx, 'billable_metric.created', id)
      return getBillableMetric(tx, metric.code)
    }),
  )
  forgetDerivedProperties(ctx)
  return created
}

/** @throws 404 `billable_metric_not_found` */
export async function getBillableMetric(ctx: Ctx, code: string): Promise<BillableMetric> {
  const metric = await findMetricByCode(ctx, code)
  if (metric === undefined) throw notFound('billable_metric')
  return metric
}

/**
 * Changes what is in the input. Once a plan uses the metric, only name, description and filters can change; anything else
 * in the input is then ignored.
 *
 * @throws 404, 422 and 403 as the other use cases here
 */
export async function updateBillableMetric(
  ctx: Ctx,
  code: string,
  input: BillableMetricInput,
): Promise<BillableMetric> {
  refuseCustomAggregation(input)
  const updated = await claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const current = await lockMetricByCode(tx, code)
      if (current === undefined) throw notFound('billable_metric')
      if (input.filters !== undefined) {
        await replaceMetricFilters(tx, current, input.filters)
        await emit(tx, 'billable_metric.changed', current.id)
      }
      const attached = await isMetricAttached(tx, current.id)
      const metric = await checkedMetric(tx, current, applyInput(current, attached ? cosmetic(input) : input))
      await writeMetric(tx, metric)
      await emit(tx, 'billable_metric.updated', current.id)
      return getBillableMetric(tx, metric.code)
    }),
  )
  forgetDerivedProperties(ctx)
  return updated
}

/**
 * Deletes the metric and, with it, its filters, all charges on it, and the alerts on its usage. A new metric with the code
 * counts the events that no subscription with such a charge has.
 *
 * @returns the metric as it was
 * @throws 404 `billable_metric_not_found`
 */
export async function deleteBillableMetric(ctx: Ctx, code: string): Promise<BillableMetric> {
  const deleted = await transaction(ctx, async tx => {
    const metric = await lockMetricByCode(tx, code)
    if (metric === undefined) throw notFound('billable_metric')
    await deleteMetric(tx, metric.id)
    await emit(tx, 'billable_metric.changed', metric.id)
    await emit(tx, 'billable_metric.deleted', metric.id)
    return metric
  })
  forgetDerivedProperties(ctx)
  return deleted
}

/** There is no way to hand in the code that such a metric would run. */
function refuseCustomAggregation(input: BillableMetricInput): void {
  if (input.aggregation_type === 'custom_agg') throw forbidden('feature_unavailable')
}

function cosmetic({ name, description }: BillableMetricInput): BillableMetricInput {
  return { ...(name === undefined ? {} : { name }), ...(description === undefined ? {} : { description }) }
}

function applyInput(terms: MetricTerms, input: BillableMetricInput): MetricTerms {
  const given = <T>(value: T | undefined, current: T): T => (value === undefined ? current : value)
  const aggregationType = given(input.aggregation_type, terms.aggregationType)
  return {
    name: given(input.name, terms.name),
    code: given(input.code, terms.code),
    description: given(input.description, terms.description),
    aggregationType,
    // Counting looks at no property.
    fieldName: aggregationType === 'count_agg' ? null : given(input.field_name, terms.fieldName),
    recurring: given(input.recurring, terms.recurring) ?? false,
    weightedInterval: blankToNull(given(input.weighted_interval, terms.weightedInterval)),
    roundingFunction: blankToNull(given(input.rounding_function, terms.roundingFunction)),
    roundingPrecision: given(input.rounding_precision, terms.roundingPrecision),
    expression: blankToNull(given(input.expression, terms.expression)),
  }
}

function blankToNull(text: string | null): string | null {
  return isBlank(text) ? null : text
}

async function checkedMetric(
  ctx: Ctx,
  identity: Pick<BillableMetric, 'id' | 'createdAt'>,
  terms: MetricTerms,
): Promise<BillableMetric> {
  const problems = metricProblems(terms)
  const holder = await findMetricByCode(ctx, terms.code ?? '')
  if (holder !== undefined && holder.id !== identity.id) problems.add('code', 'value_already_exist')
  problems.throwIfAny()
  return {
    id: identity.id,
    createdAt: identity.createdAt,
    deletedAt: null,
    ...terms,
    name: terms.name ?? '',
    code: terms.code ?? '',
    aggregationType: memberOf(AGGREGATION_TYPES, terms.aggregationType) ?? 'count_agg',
    weightedInterval: terms.weightedInterval === null ? null : 'seconds',
    roundingFunction: memberOf(ROUNDING_FUNCTIONS, terms.roundingFunction) ?? null,
    filters: [],
  }
}

/** Everything that is wrong with a metric, but for its code being taken. */
function metricProblems(terms: MetricTerms): Problems {
  const { aggregationType: type, roundingPrecision: precision } = terms
  const problems = new Problems()
  if (isBlank(terms.name)) problems.add('name', 'value_is_mandatory')
  if (isBlank(terms.code)) problems.add('code', 'value_is_mandatory')
  if (memberOf(AGGREGATION_TYPES, type) === undefined) problems.add('aggregation_type', 'value_is_invalid')
  if (type !== 'count_agg' && isBlank(terms.fieldName)) problems.add('field_name', 'value_is_mandatory')
  if (terms.recurring && ['count_agg', 'max_agg', 'latest_agg'].includes(type ?? '')) {
    problems.add('recurring', 'not_compatible_with_aggregation_type')
  }
  if (!isValidInterval(terms)) problems.add('weighted_interval', 'value_is_invalid')
  if (terms.roundingFunction !== null && memberOf(ROUNDING_FUNCTIONS, terms.roundingFunction) === undefined) {
    problems.add('rounding_function', 'value_is_invalid')
  }
  if (terms.expression !== null && parseExpression(terms.expression) === undefined) {
    problems.add('expression', 'invalid_expression')
  }
  if (Number.isNaN(precision)) problems.add('rounding_precision', 'is not a number')
  if (Math.abs(precision ?? 0) > LARGEST_INTEGER) problems.add('rounding_precision', 'value_is_out_of_range')
  return problems
}

function isValidInterval({ aggregationType, weightedInterval }: MetricTerms): boolean {
  if (weightedInterval === null) return aggregationType !== 'weighted_sum_agg'
  return weightedInterval === 'seconds'
}

function memberOf<T extends string>(list: readonly T[], value: string | null): T | undefined {
  return list.find(member => member === value)
}
