/** The values of a row by the name of their column, perhaps among others: null leaves a cell empty. */
export type CsvRecord = Readonly<Record<string, unknown>>

const QUOTED = /[",\r\n]|^\s|\s$/

/**
 * Rows as CSV: commas, line feeds, double quotes around what needs them, and two for one within. Values stay as they are, also
 * where a spreadsheet would take them for a formula: whoever reads the file by program must find what the API gives.
 */
export function csvOf(columns: readonly string[], records: readonly CsvRecord[]): string {
  return records.map(record => lineOf(columns.map(column => record[column]))).join('')
}

/** One row, with its line feed. @example lineOf(['Acme, Inc.', 100, null]) // '"Acme, Inc.",100,\n' */
export function lineOf(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\n`
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = textOf(value)
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function textOf(value: NonNullable<unknown>): string {
  if (JSON.isRawJSON(value)) return value.rawJSON
  if (typeof value === 'object') throw new TypeError('a cell holds one value')
  return String(value)
}
