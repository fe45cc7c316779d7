import { type FileHandle, open } from 'node:fs/promises'
import type { Refusal } from './events-import-send.ts'

/** The lines that were refused, in a CSV file that can be mended and imported: `_line` and `_reason` before the columns. */
export interface RefusedFile {
  add(refusal: Refusal): Promise<void>
  close(): Promise<void>
}

/**
 * The file is made with the first refusal: there is none when all went well.
 *
 * @param columns of the file that is imported, once they are known; without any, a line is written as its JSON
 */
export function refusedFile(path: string, columns: () => readonly string[]): RefusedFile {
  let file: Promise<FileHandle> | undefined
  return {
    async add({ line, reason }) {
      file ??= open(path, 'w').then(async handle => {
        await handle.appendFile(row(['_line', '_reason', ...(columns().length > 0 ? columns() : ['content'])]))
        return handle
      })
      await (await file).appendFile(row([line.number, reason, ...cells(line, columns())]))
    },
    async close() {
      await (await file)?.close()
    },
  }
}

function cells(line: Refusal['line'], columns: readonly string[]): unknown[] {
  if (!('values' in line)) return [line.text]
  return columns.length > 0 ? columns.map(name => line.values[name]) : [line.values]
}

function row(cells: readonly unknown[]): string {
  return `${cells.map(cell).join(',')}\n`
}

function cell(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
