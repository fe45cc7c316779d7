import type { FeeRow } from '../../invoices/index.ts'
import { feeName, type Writing } from './fee-rows.ts'
import { formatUnits } from './locales.ts'
import type { Table } from './printed-document.ts'

/** Where usage came from, by the keys that its charge is presented by: a table a fee. */
export function usageBreakdowns(fees: readonly FeeRow[], { say, locale }: Writing): Table[] {
  return fees
    .filter(fee => fee.presentation_breakdowns.length > 0)
    .map(fee => ({
      kind: 'table',
      heading: say('usage_breakdown', { name: feeName(fee) }),
      startsPage: false,
      isBreakdown: true,
      columns: [keysOf(fee).join(' • '), say('units')],
      rows: fee.presentation_breakdowns.map(part => ({
        kind: 'item',
        cells: [
          keysOf(fee)
            .map(key => part.presentation_by[key] ?? '-')
            .join(' • '),
          formatUnits(part.units, locale),
        ],
        notes: [],
      })),
    }))
}

function keysOf({ presentation_breakdowns: parts }: FeeRow): string[] {
  return [...new Set(parts.flatMap(part => Object.keys(part.presentation_by)))]
}
