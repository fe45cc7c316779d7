import type { Block, PrintedDocument, Row, Table } from './printed-document.ts'

/** Of a table: how wide its columns of figures are. Of a row: how high it is. In points; null: the template finds out. */
export type LaidOutBlock =
  | Exclude<Block, Table>
  | (Omit<Table, 'rows'> & {
      readonly widths: readonly number[] | null
      readonly rows: readonly (Row & { readonly height: number | null })[]
    })

/** Between the margins of 20 mm. */
const TEXT_WIDTH = { a4: 481, 'us-letter': 498 } as const
const CELL_SIZE = 8.5
const LABEL_SIZE = 7.5
const GUTTER = 12
const INDENT = 10
/** Wider figures leave too little room for names: the template must weigh all cells then. */
const MOST_FOR_FIGURES = 0.62
const ROW_HEIGHT = 18.2
const CLOSE_ROW_HEIGHT = 13.7

/**
 * Tells the template in advance how wide and high the cells of tables are, where it is certain: to lay out every cell only to
 * measure it is most of what a document costs. Widths are estimates from above, so that nothing runs into its neighbour.
 */
export function laidOut(document: PrintedDocument): LaidOutBlock[] {
  return document.blocks.map(block =>
    block.kind === 'table' ? laidOutTable(block, TEXT_WIDTH[document.paper]) : block,
  )
}

function laidOutTable(table: Table, textWidth: number): LaidOutBlock {
  const figures = table.columns.slice(1).map((label, place) => {
    const cells = table.rows.flatMap(row => (row.cells[place + 1] ?? '').split('\n'))
    const widest = cells.reduce((most, cell) => Math.max(most, widthOf(cell, CELL_SIZE)), 0)
    return Math.ceil(Math.max(widest, widthOf(label, LABEL_SIZE)) + GUTTER)
  })
  const taken = figures.reduce((sum, width) => sum + width, 0)
  if (taken > textWidth * MOST_FOR_FIGURES) {
    return { ...table, widths: null, rows: table.rows.map(row => ({ ...row, height: null })) }
  }
  return {
    ...table,
    widths: figures,
    rows: table.rows.map(row => {
      const room = textWidth - taken - (row.kind === 'item' ? 0 : INDENT)
      const isOneLine =
        row.notes.length === 0 &&
        !row.cells.some(cell => cell.includes('\n')) &&
        widthOf(row.cells[0] ?? '', CELL_SIZE) <= room
      return { ...row, height: isOneLine ? (row.kind === 'item' ? ROW_HEIGHT : CLOSE_ROW_HEIGHT) : null }
    }),
  }
}

/** At least what a text takes, in points. */
function widthOf(text: string, size: number): number {
  let ems = 0
  for (const character of text) ems += emsOf(character)
  return ems * size
}

/** At least the width of a character of the fonts that are used, in em; figures are all as wide. */
function emsOf(character: string): number {
  if (character >= '0' && character <= '9') return 0.65
  if (".,:;'|!ijlI \u00a0()-".includes(character)) return 0.42
  if ('mwMW%@'.includes(character)) return 1
  if (character >= '\u2e80') return 1.05
  if (character !== character.toLowerCase()) return 0.8
  return character <= '\u024f' ? 0.65 : 0.9
}
