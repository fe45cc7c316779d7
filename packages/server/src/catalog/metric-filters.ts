import type { Ctx } from '../platform/context.ts'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import type { MetricFilterInput } from './schema.ts'
import { deleteMetricFilters, trimChargeFilters, upsertMetricFilters } from './store/metric-filters.ts'
import type { BillableMetric, MetricFilter } from './types.ts'

/**
 * Makes the given filters the metric's only ones. Charge filters lose the values that are no longer declared, and are
 * deleted when nothing is left of them; one that still has another key stays, less specific than before.
 *
 * @throws 422 for a filter without key or values
 */
export async function replaceMetricFilters(
  ctx: Ctx,
  metric: BillableMetric,
  inputs: readonly MetricFilterInput[],
): Promise<void> {
  refuseIncomplete(inputs)
  // Of a key that comes twice, the last element counts.
  const current = new Map(metric.filters.map(filter => [filter.key, filter]))
  const next = new Map(
    inputs.map((input): [string, MetricFilter] => {
      const key = input.key ?? ''
      return [key, { id: current.get(key)?.id ?? newId(), key, values: valuesOf(input) }]
    }),
  )
  const dropped = metric.filters.filter(filter => !next.has(filter.key))
  await upsertMetricFilters(ctx, metric.id, [...next.values()])
  await deleteMetricFilters(
    ctx,
    dropped.map(filter => filter.id),
  )
  await trimChargeFilters(
    ctx,
    metric.filters.map(filter => filter.id),
  )
}

function refuseIncomplete(inputs: readonly MetricFilterInput[]): void {
  const problems = new Problems()
  if (inputs.some(input => isBlank(input.key))) problems.add('key', 'value_is_mandatory')
  if (inputs.some(input => valuesOf(input).length === 0)) problems.add('values', 'value_is_mandatory')
  problems.throwIfAny()
}

function valuesOf(input: MetricFilterInput): string[] {
  // Nulls among the values are read as they come and name nothing.
  return [...new Set<string | null>(input.values ?? [])].filter(value => value !== null)
}
