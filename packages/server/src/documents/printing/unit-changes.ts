import type { FeeRow } from '../../invoices/index.ts'
import type { UnitChange, UnitChanges } from '../load-unit-changes.ts'
import { feeName, type Writing } from './fee-rows.ts'
import { formatDate, formatUnits } from './locales.ts'
import type { Row, Table } from './printed-document.ts'

/** How units that carry over came about: a table a fee, on a page of their own for each subscription. */
export function unitChangeTables(
  { name, fees }: { readonly name: string; readonly fees: readonly FeeRow[] },
  unitChanges: ReadonlyMap<string, UnitChanges>,
  writing: Writing,
): Table[] {
  const { say } = writing
  return fees
    .flatMap(fee => {
      const own = unitChanges.get(fee.id)
      return own === undefined ? [] : [{ fee, own }]
    })
    .map(({ fee, own }, place) => ({
      kind: 'table',
      heading: place === 0 ? say('details', { name }) : '',
      startsPage: place === 0,
      isBreakdown: true,
      columns: [feeName(fee), say('units')],
      rows: [...own.changes.map(change => changeRow(change, own.fullDays, writing)), noticeRow(own, writing)],
    }))
}

function changeRow({ day, units, days }: UnitChange, fullDays: number, { say, locale }: Writing): Row {
  const amount = formatUnits(units.toFixed(), locale)
  return {
    kind: 'item',
    cells: [formatDate(day, locale), units.isNegative() ? amount : `+${amount}`],
    notes: days === null ? [] : [say('days_used', { days, of: fullDays })],
  }
}

function noticeRow({ isProrated }: UnitChanges, { say }: Writing): Row {
  return { kind: 'part', cells: [say(isProrated ? 'prorated' : 'not_prorated'), ''], notes: [] }
}
