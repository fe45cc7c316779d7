import { compileBuckets } from '@weir/engine'

export interface CountedCharge {
  readonly lago_id: string
  readonly billable_metric_code: string
  readonly invoice_display_name: string | null
  readonly filters: readonly {
    readonly lago_id?: string
    readonly invoice_display_name: string | null
    readonly values: Readonly<Record<string, readonly string[]>>
  }[]
}

export interface MetricFilters {
  readonly filters: readonly { readonly key: string; readonly values: readonly string[] }[]
}

/**
 * The filters of a charge that count an event with these properties, by their names; none where it falls to the default.
 * The engine decides, as it does on the server.
 */
export function filtersThatCount(
  charge: CountedCharge,
  metric: MetricFilters,
  properties: Readonly<Record<string, unknown>>,
): string[] {
  // Age only decides between filters with the same values; the API gives them oldest first, and places keep that order.
  const filters = charge.filters.map(({ values }, place) => ({
    id: String(place).padStart(4, '0'),
    values,
    createdAt: Temporal.Instant.fromEpochMilliseconds(place),
  }))
  const declared = Object.fromEntries(metric.filters.map(({ key, values }) => [key, values]))
  const keys = [...new Set(charge.filters.flatMap(({ values }) => Object.keys(values)))]
  const buckets = compileBuckets(filters, declared, keys)
  const values = keys.map(key => {
    const value = properties[key]
    return value == null ? null : String(value)
  })
  return buckets.bucketsOf(values).flatMap(place => {
    const filter = charge.filters[place]
    return filter === undefined ? [] : [filter.invoice_display_name || Object.values(filter.values).flat().join(', ')]
  })
}
