import { createReadStream, type ReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type CsvError, parse } from 'csv-parse'
import { isRecord } from '../platform/http/input.ts'
import { parseJson } from '../platform/http/server.ts'
import type { Line } from './events-import-mapping.ts'

/** A line that cannot be read. */
export interface BrokenLine {
  readonly number: number
  readonly text: string
  readonly reason: string
}

export interface SourceFile {
  readonly format: 'csv' | 'json'
  /** The lines in their order; the file is read as they are taken. */
  readonly lines: AsyncIterable<Line | BrokenLine>
  /** Of a CSV file, once its header has been read. */
  columns(): readonly string[]
  /** How much has been read. */
  bytesRead(): number
}

/** Opens a file of events: one JSON object a line where the name ends in `.ndjson` or `.jsonl`, else CSV with a header. */
export function openSource(path: string, delimiter: string): SourceFile {
  const stream = createReadStream(path, { highWaterMark: 1 << 18 })
  const format = /\.(ndjson|jsonl)$/i.test(path) ? 'json' : 'csv'
  let columns: readonly string[] = []
  const onHeader = (header: readonly string[]) => {
    columns = header
  }
  const lines = format === 'json' ? jsonLines(stream) : csvLines(stream, delimiter, onHeader)
  return { format, lines, columns: () => columns, bytesRead: () => stream.bytesRead }
}

async function* jsonLines(stream: ReadStream): AsyncGenerator<Line | BrokenLine> {
  let number = 0
  let row = 0
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (text.trim() === '') continue
    row += 1
    const values = parsed(text)
    yield isRecord(values) ? { row, number, values } : { number, text, reason: 'not a JSON object' }
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

interface CsvRecord {
  readonly info: { readonly lines: number }
  readonly record: Readonly<Record<string, string>>
}

async function* csvLines(
  stream: ReadStream,
  delimiter: string,
  onHeader: (columns: readonly string[]) => void,
): AsyncGenerator<Line | BrokenLine> {
  const broken: BrokenLine[] = []
  const onSkip = (error: CsvError | undefined, text: string | undefined) => {
    const number = typeof error?.lines === 'number' ? error.lines : 0
    broken.push({ number, text: text?.trimEnd() ?? '', reason: error?.message ?? 'not a CSV record' })
    return undefined
  }
  const parser = parse({
    delimiter,
    columns(header: string[]) {
      onHeader(header)
      return header
    },
    bom: true,
    info: true,
    // on_skip is told the text of a record only then.
    raw: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: onSkip,
  })
  stream.once('error', error => parser.destroy(error))
  let row = 0
  for await (const item of stream.pipe(parser)) {
    yield* broken.splice(0)
    row += 1
    const { info, record } = item as CsvRecord
    yield { row, number: info.lines, values: record }
  }
  yield* broken.splice(0)
}
