import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { StartupError } from '../platform/startup-error.ts'
import { readAddress } from './address.ts'
import { openSource } from './events-import-file.ts'
import { readMapping } from './events-import-mapping.ts'
import { count, duration, showProgress } from './events-import-progress.ts'
import { refusedFile } from './events-import-refused.ts'
import { type Outcome, sendLines } from './events-import-send.ts'
import { typed } from './typed.ts'

const HELP = `weir events import FILE [--map FIELD=SOURCE]...

Sends the lines of a CSV file (with a header) or an NDJSON file as events to a running Weir. Sending a
file again is safe: what is stored already counts as a duplicate, so that an import that was interrupted
is continued by the same command. A server that restarts or is busy is waited for.

Mapping
  FIELD is transaction_id, external_subscription_id, code, timestamp, precise_total_amount_cents or
  properties.NAME. SOURCE is one of
    column           a column, or a key of the JSON object (a.b for a key inside)
    =TEXT            the same text for all lines: --map properties.kind==chat
    {file}:{row}     a template of columns, {file} (the file's name) and {row} (of the data, from 1)
  What is not mapped is taken from the column of the same name.

  Times are Unix seconds, or ISO 8601 such as 2026-03-01T12:00:00.123456Z; without an offset they are UTC.
  Plain numbers in properties become JSON numbers; --text COLUMN keeps a column as text.

Options
  --map FIELD=SOURCE    may be given many times
  --code CODE           the metric of all lines, as --map code==CODE
  --subscription ID     the subscription of all lines, as --map external_subscription_id==ID
  --text COLUMN         may be given many times
  --url URL             default: WEIR_URL, or http://localhost:3000
  --api-key KEY         default: WEIR_API_KEY
  --batch N             events a request, default 100
  --delimiter CHAR      between the columns of a CSV file, default ,
  --refused FILE        where refused lines are written, default FILE.refused.csv
  --dry-run             shows the first events and sends nothing

Example
  weir events import llm-requests.csv --code completion_tokens --subscription acme \\
    --map transaction_id={file}:{row} --map timestamp=TIMESTAMP \\
    --map properties.completion_tokens=GeneratedTokens --map properties.kind==code

The exit code is 1 when a line was refused.
`

const IN_FLIGHT = 4
const SHOWN_BY_DRY_RUN = 3

/** `weir events import`: answers 1 when a line was refused. */
export async function importEvents(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = readArgs(args, env)
  if (options === undefined) {
    process.stdout.write(HELP)
    return 0
  }
  const { size } = await stat(options.file).catch(() => {
    throw new StartupError(`${options.file} cannot be read`)
  })
  const source = openSource(options.file, options.delimiter)
  const mapping = readMapping({
    ...options,
    file: basename(options.file),
    fixedColumns: source.format === 'csv',
  })
  if (options.dryRun) return dryRun(source.lines, mapping)

  const begin = performance.now()
  const progress = showProgress(process.stderr, { bytes: size, bytesRead: source.bytesRead })
  const refused = refusedFile(options.refused, source.columns)
  const outcome = await sendLines({
    source,
    mapping,
    target: {
      address: options.address,
      apiKey: options.apiKey,
      hasAnswered: false,
      onTrouble: (reason, seconds) => progress.say(`${reason}; trying again in ${duration(seconds)}`),
    },
    batchSize: options.batch,
    inFlight: IN_FLIGHT,
    onRefusal: refused.add,
    onProgress: progress.update,
  }).finally(() => {
    progress.end()
    return refused.close()
  })
  process.stdout.write(summary(outcome, (performance.now() - begin) / 1000, options.refused))
  return outcome.refused > 0 ? 1 : 0
}

function readArgs(args: string[], env: NodeJS.ProcessEnv) {
  const { values, positionals } = parseWords(args, env)
  const [file, ...others] = positionals
  if (values.help) return undefined
  if (file === undefined || others.length > 0)
    throw new StartupError(`name one file; ${typed('events import --help')} tells more`)
  const batch = Number(values.batch)
  if (!Number.isInteger(batch) || batch < 1)
    throw new StartupError(`--batch ${values.batch}: it must be a whole number`)
  if (values['api-key'] === '' && !values['dry-run']) throw new StartupError('give --api-key, or set WEIR_API_KEY')
  return {
    file,
    batch,
    map: values.map,
    text: values.text,
    code: values.code,
    subscription: values.subscription,
    address: readAddress(values.url, env),
    apiKey: values['api-key'],
    delimiter: values.delimiter,
    refused: values.refused ?? `${file}.refused.csv`,
    dryRun: values['dry-run'],
  }
}

function parseWords(args: string[], env: NodeJS.ProcessEnv) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      map: { type: 'string', multiple: true, default: [] },
      text: { type: 'string', multiple: true, default: [] },
      code: { type: 'string' },
      subscription: { type: 'string' },
      url: { type: 'string' },
      'api-key': { type: 'string', default: env.WEIR_API_KEY ?? '' },
      batch: { type: 'string', default: '100' },
      delimiter: { type: 'string', default: ',' },
      refused: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
}

async function dryRun(
  lines: ReturnType<typeof openSource>['lines'],
  mapping: ReturnType<typeof readMapping>,
): Promise<number> {
  let shown = 0
  for await (const line of lines) {
    const mapped = 'values' in line ? mapping(line) : line
    const text = 'event' in mapped ? JSON.stringify(mapped.event, null, 2) : `refused: ${mapped.reason}`
    process.stdout.write(`line ${line.number}: ${text}\n`)
    shown += 1
    if (shown === SHOWN_BY_DRY_RUN) break
  }
  process.stdout.write('Nothing was sent.\n')
  return 0
}

function summary({ stored, duplicates, refused }: Outcome, seconds: number, refusedPath: string): string {
  const lines = stored + duplicates + refused
  const rate = count(Math.round(lines / Math.max(seconds, 0.001)))
  return [
    `${count(lines)} lines in ${duration(seconds)}, ${rate} a second`,
    `  ${count(stored)} stored`,
    `  ${count(duplicates)} stored before`,
    `  ${count(refused)} refused${refused > 0 ? `, with the reasons in ${refusedPath}` : ''}`,
    '',
  ].join('\n')
}
