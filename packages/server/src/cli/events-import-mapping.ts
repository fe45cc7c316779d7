import { isRecord } from '../platform/http/input.ts'
import { parseInstant } from '../platform/http/instants.ts'
import { StartupError } from '../platform/startup-error.ts'

/** One line of the file. */
export interface Line {
  /** Of the data, from 1. */
  readonly row: number
  /** Of the file, from 1. */
  readonly number: number
  /** By column, or by key. */
  readonly values: Readonly<Record<string, unknown>>
}

export type Mapped = { readonly event: Record<string, unknown> } | { readonly reason: string }

/** Makes an event of a line. */
export type Mapping = (line: Line) => Mapped

export interface MappingOptions {
  /** `FIELD=SOURCE` */
  readonly map: readonly string[]
  readonly code: string | undefined
  readonly subscription: string | undefined
  /** Columns whose numbers stay text. */
  readonly text: readonly string[]
  /** Base name of the file, for templates. */
  readonly file: string
  /** Every line has the same columns: one that is missing is a mistake, and stops the import. */
  readonly fixedColumns: boolean
}

type Source = (line: Line) => unknown

const FIELDS = ['transaction_id', 'external_subscription_id', 'code', 'timestamp', 'precise_total_amount_cents']
const MANDATORY = ['transaction_id', 'code']
const PROPERTY = 'properties.'

/**
 * Reads the `--map` options. A source is a column, a constant after a second `=`, or a template with `{columns}`, `{file}` and
 * `{row}`. What is not mapped comes from the column of the same name.
 *
 * @throws StartupError when an option is none of that
 */
export function readMapping(options: MappingOptions): Mapping {
  const sources = new Map<string, Source>(FIELDS.map(field => [field, column(field)]))
  if (options.fixedColumns) for (const field of MANDATORY) sources.set(field, knownColumn(field))
  if (options.code !== undefined) sources.set('code', () => options.code)
  if (options.subscription !== undefined) sources.set('external_subscription_id', () => options.subscription)
  for (const rule of options.map) {
    const [field, source] = split(rule)
    sources.set(field, readSource(source, options))
  }
  const properties = [...sources].filter(([field]) => field.startsWith(PROPERTY))
  const ownProperties = properties.length === 0
  return line => {
    const event: Record<string, unknown> = {}
    for (const field of FIELDS) event[field] = sources.get(field)?.(line)
    const mapped = properties.map(([field, source]) => [field.slice(PROPERTY.length), source(line)] as const)
    const given = ownProperties ? propertiesOf(line.values, new Set(options.text)) : mapped
    event.properties = Object.fromEntries(given.filter(([, value]) => isGiven(value)))
    return checked(event)
  }
}

function split(rule: string): [field: string, source: string] {
  const at = rule.indexOf('=')
  const field = rule.slice(0, Math.max(at, 0))
  if (!FIELDS.includes(field) && !(field.startsWith(PROPERTY) && field.length > PROPERTY.length)) {
    throw new StartupError(
      `--map ${rule}: write FIELD=SOURCE, where FIELD is ${FIELDS.join(', ')} or properties.NAME; weir events import --help tells more`,
    )
  }
  return [field, rule.slice(at + 1)]
}

function readSource(source: string, options: MappingOptions): Source {
  if (source.startsWith('=')) return () => source.slice(1)
  if (source.includes('{')) return template(source, options)
  const read = options.fixedColumns ? knownColumn(source) : column(source)
  return options.text.includes(source) ? read : line => asNumber(read(line))
}

function template(text: string, { file, fixedColumns }: MappingOptions): Source {
  return line =>
    text.replace(/\{([^{}]+)\}/g, (_, name: string) => {
      if (name === 'file') return file
      if (name === 'row') return String(line.row)
      const read = fixedColumns ? knownColumn(name) : column(name)
      return String(read(line) ?? '')
    })
}

function knownColumn(name: string): Source {
  return ({ values }) => {
    if (name in values) return values[name]
    const columns = Object.keys(values).join(', ')
    throw new StartupError(`the file has no column ${name}; it has ${columns}. A constant is written FIELD==TEXT.`)
  }
}

/** The value of a column; `a.b` also reaches into an object. */
function column(name: string): Source {
  return ({ values }) => (name in values ? values[name] : reachInto(values, name.split('.')))
}

function reachInto(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)
}

/** Unmapped properties: those of the object of that name, or of the columns called `properties.NAME`. */
function propertiesOf(values: Line['values'], text: ReadonlySet<string>): (readonly [string, unknown])[] {
  if (isRecord(values.properties)) return Object.entries(values.properties)
  return Object.entries(values)
    .filter(([name]) => name.startsWith(PROPERTY))
    .map(([name, value]) => [name.slice(PROPERTY.length), text.has(name) ? value : asNumber(value)])
}

/** Text that is a plain number, as a number: all its digits if it is whole, left as text if a fraction would lose some. */
function asNumber(value: unknown): unknown {
  if (typeof value !== 'string' || !/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return value
  if (String(Number(value)) === value) return Number(value)
  return value.includes('.') || value === '-0' ? value : JSON.rawJSON(value)
}

function checked(event: Record<string, unknown>): Mapped {
  for (const field of MANDATORY) {
    if (!isGiven(event[field])) return { reason: `${field} is empty` }
  }
  if (!isGiven(event.timestamp)) return event.timestamp === undefined ? { event } : { reason: 'timestamp is empty' }
  const timestamp = readTime(event.timestamp)
  if (timestamp === undefined) return { reason: `timestamp is no time: ${String(event.timestamp)}` }
  return { event: { ...event, timestamp } }
}

/** Unix seconds as they are; dates and times as Unix seconds to the microsecond. */
function readTime(value: unknown): unknown {
  if (typeof value === 'number' || JSON.isRawJSON(value)) return value
  const text = String(value).trim()
  if (/^-?\d+(\.\d+)?$/.test(text)) return text
  const instant = parseInstant(text)
  return instant === undefined ? undefined : unixSeconds(instant)
}

/** Cut to the microsecond before, as decimal text. */
function unixSeconds(instant: Temporal.Instant): string {
  const { epochNanoseconds } = instant.round({ smallestUnit: 'microsecond', roundingMode: 'floor' })
  const microseconds = epochNanoseconds / 1000n
  const digits = String(microseconds < 0n ? -microseconds : microseconds).padStart(7, '0')
  return `${microseconds < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}
