import type { FullMetric, MetricFilter } from '../../api/catalog.ts'
import type { FieldErrors } from '../../ui/use-form.ts'

/** A metric as it is typed. */
export interface MetricValues {
  readonly name: string
  readonly code: string
  readonly description: string
  readonly aggregation_type: string
  readonly recurring: boolean
  readonly field_name: string
  readonly expression: string
  readonly rounding_function: string
  readonly rounding_precision: string
  readonly filters: readonly MetricFilter[]
}

export const AGGREGATIONS = [
  'count_agg',
  'sum_agg',
  'unique_count_agg',
  'max_agg',
  'latest_agg',
  'weighted_sum_agg',
] as const

const CARRIED_OVER: readonly string[] = ['sum_agg', 'unique_count_agg', 'weighted_sum_agg']

/** Whether what there is at the end of a period can be carried into the next. */
export function mayRecur(aggregation: string): boolean {
  return CARRIED_OVER.includes(aggregation)
}

export function valuesOf(metric: FullMetric | undefined): MetricValues {
  return {
    name: metric?.name ?? '',
    code: metric?.code ?? '',
    description: metric?.description ?? '',
    aggregation_type: metric?.aggregation_type ?? 'count_agg',
    recurring: metric?.recurring ?? false,
    field_name: metric?.field_name ?? '',
    expression: metric?.expression ?? '',
    rounding_function: metric?.rounding_function ?? '',
    rounding_precision: String(metric?.rounding_precision ?? ''),
    filters: metric?.filters ?? [],
  }
}

/** The body that creates or changes the metric. */
export function bodyOf(values: MetricValues) {
  const { aggregation_type: type, rounding_function: rounding, rounding_precision: precision } = values
  const counts = type === 'count_agg'
  return {
    billable_metric: {
      name: values.name,
      code: values.code,
      description: values.description,
      aggregation_type: type,
      recurring: mayRecur(type) && values.recurring,
      field_name: counts ? null : values.field_name,
      expression: counts || values.expression === '' ? null : values.expression,
      weighted_interval: type === 'weighted_sum_agg' ? 'seconds' : null,
      rounding_function: rounding === '' ? null : rounding,
      rounding_precision: rounding === '' || precision === '' ? null : Number(precision),
      filters: values.filters,
    },
  }
}

export function checkMetric({ filters, rounding_precision: precision }: MetricValues): FieldErrors {
  return {
    ...(!/^-?\d{0,3}$/.test(precision) && { rounding_precision: ['not_a_number'] }),
    ...Object.fromEntries(
      filters.flatMap(({ key, values }, index) => [
        ...(key.trim() === '' ? [[`filters.${index}.key`, ['value_is_mandatory']]] : []),
        ...(values.length === 0 ? [[`filters.${index}.values`, ['value_is_mandatory']]] : []),
      ]),
    ),
  }
}

/** What a change of filters takes away, e.g. `region: eu`. */
export function removedFilters(before: readonly MetricFilter[], after: readonly MetricFilter[]): string[] {
  return before.flatMap(({ key, values }) => {
    const left = after.find(filter => filter.key === key)
    if (left === undefined) return [key]
    return values.filter(value => !left.values.includes(value)).map(value => `${key}: ${value}`)
  })
}
