import type { Decimal } from '../money/index.ts'
import { decimal, ZERO } from '../money/index.ts'
import type { AggregationType } from './aggregation.ts'
import type { MeteredEvent } from './events.ts'

const ONE = decimal(1)

/**
 * What each event of a period stands for where events are priced one by one: its value; where events or values are
 * counted, one unit; where the highest value counts, that value for the first event that has it and nothing for others.
 * Latest values have none.
 *
 * @param events of the period, in order of time
 */
export function eventValues(aggregation: AggregationType, events: readonly MeteredEvent[]): Decimal[] {
  switch (aggregation) {
    case 'sum_agg':
      return events.map(event => decimal(event.value ?? 0))
    case 'max_agg':
      return highestOf(events.map(event => decimal(event.value ?? 0)))
    case 'count_agg':
    case 'unique_count_agg':
      return events.map(() => ONE)
    case 'latest_agg':
      return []
  }
}

function highestOf(values: readonly Decimal[]): Decimal[] {
  const highest = values.reduce((a, b) => (b.greaterThan(a) ? b : a), values[0] ?? ZERO)
  const place = values.findIndex(value => value.equals(highest))
  return values.map((value, index) => (index === place ? value : ZERO))
}
