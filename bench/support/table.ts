import type { JudgedRow } from './row.ts'

const HEADINGS = ['benchmark', 'measured', 'unit', "machine's limit", 'ratio', 'aim', 'met']
/** Text to the left, figures to the right. */
const ALIGN_LEFT = new Set(['benchmark', 'unit', 'met'])

/** The rows as text in aligned columns. */
export function table(rows: readonly JudgedRow[]): string {
  const lines = [HEADINGS, ...rows.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const [head, ...body] = lines.map(line =>
    line
      .map((cell, column) => pad(cell, column, widths))
      .join('  ')
      .trimEnd(),
  )
  return [head, widths.map(width => '-'.repeat(width)).join('  '), ...body].join('\n')
}

function cells({ name, measured, unit, better, limit, ratio, aim, met }: JudgedRow): string[] {
  return [
    name,
    figure(measured),
    unit,
    limit === null ? '' : figure(limit),
    ratio === null ? '' : ratio.toFixed(2),
    aim === null ? '' : `${better === 'higher' ? '>=' : '<='} ${figure(aim)}`,
    met === null ? '' : met ? 'yes' : 'NO',
  ]
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0
  return ALIGN_LEFT.has(HEADINGS[column] ?? '') ? cell.padEnd(width) : cell.padStart(width)
}

function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 })
}
