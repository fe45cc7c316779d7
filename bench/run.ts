import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchBillingRun } from './billing-run.ts'
import { benchConsole } from './console.ts'
import { benchCurrentUsage } from './current-usage.ts'
import { benchDocuments } from './documents.ts'
import { benchIngest } from './ingest.ts'
import type { BenchOptions } from './support/options.ts'
import { type JudgedRow, judge, type Row } from './support/row.ts'
import { table } from './support/table.ts'

/*
 * Measures how fast Weir is on this machine, and how near that is to what the machine can do:
 *
 *   npm run bench
 *   npm run bench -- --only billing-run   one benchmark
 *   npm run bench -- --full               the largest sizes
 *   npm run bench -- --short              seconds, to see that everything runs
 *   npm run bench -- --profile            writes CPU profiles of the server to bench/results
 */
const RESULTS = join(import.meta.dirname, 'results')

const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<Row[]>>> = {
  ingest: benchIngest,
  'current-usage': benchCurrentUsage,
  'billing-run': benchBillingRun,
  documents: benchDocuments,
  console: benchConsole,
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const names = Object.keys(BENCHMARKS).filter(name => values.only === undefined || values.only === name)
  if (names.length === 0) throw new Error(`--only takes one of ${Object.keys(BENCHMARKS).join(', ')}`)
  await mkdir(RESULTS, { recursive: true })

  const rows: JudgedRow[] = []
  for (const name of names) {
    process.stderr.write(`${name} ...\n`)
    const profileDirectory = values.profile ? RESULTS : undefined
    const measured = await BENCHMARKS[name]?.({ short: values.short, full: values.full, profileDirectory })
    rows.push(...(measured ?? []).map(judge))
  }
  process.stdout.write(`\n${table(rows)}\n`)
  await save(rows, values)
}

async function save(rows: readonly JudgedRow[], options: Readonly<Record<string, unknown>>): Promise<void> {
  const at = Temporal.Now.instant().toString({ smallestUnit: 'second' })
  const machine = {
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
  }
  const file = join(RESULTS, `${at.replaceAll(':', '-')}.json`)
  await writeFile(file, `${JSON.stringify({ at, machine, options, rows }, null, 2)}\n`)
  process.stdout.write(`\nwritten to ${file}\n`)
}

await main()
