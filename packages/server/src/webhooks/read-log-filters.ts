import { Problems } from '../platform/errors.ts'
import { parseInstant } from '../platform/http/instants.ts'

/** Both bounds belong to the range. `timeout`: there was no answer at all. */
export type HttpStatusFilter = { readonly from: number; readonly to: number } | 'timeout'

/** Absent and empty filters let everything pass. */
export interface WebhookFilters {
  readonly statuses: readonly string[]
  readonly eventTypes: readonly string[]
  readonly from: Temporal.Instant | undefined
  readonly to: Temporal.Instant | undefined
  readonly searchTerm: string | undefined
  readonly httpStatuses: readonly HttpStatusFilter[]
}

/**
 * Reads the filters of the webhook log: `statuses[]`, `event_types[]`, `from_date`, `to_date`, `search_term` and
 * `http_statuses[]` (`404`, `5xx`, `404-412` or `timeout`).
 *
 * @throws 422 for a date or an HTTP status that is none
 */
export function readLogFilters(query: Record<string, unknown>): WebhookFilters {
  const problems = new Problems()
  const filters: WebhookFilters = {
    statuses: readList(query.statuses),
    eventTypes: readList(query.event_types),
    from: readDate(query, 'from_date', problems),
    to: readDate(query, 'to_date', problems),
    searchTerm: readText(query.search_term),
    httpStatuses: readHttpStatuses(query.http_statuses, problems),
  }
  problems.throwIfAny()
  return filters
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function readList(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value]
  return values.filter(each => typeof each === 'string' && each !== '')
}

function readDate(query: Record<string, unknown>, field: string, problems: Problems): Temporal.Instant | undefined {
  const text = readText(query[field])
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant === undefined) problems.add(field, 'invalid_date')
  return instant
}

function readHttpStatuses(value: unknown, problems: Problems): HttpStatusFilter[] {
  const read = readList(value).map(readHttpStatus)
  if (read.includes(undefined)) problems.add('http_statuses', 'value_is_invalid')
  return read.filter(filter => filter !== undefined)
}

function readHttpStatus(text: string): HttpStatusFilter | undefined {
  if (text === 'timeout') return text
  const hundreds = /^([1-5])xx$/i.exec(text)?.[1]
  if (hundreds !== undefined) return { from: Number(hundreds) * 100, to: Number(hundreds) * 100 + 99 }
  const [, from, to = from] = /^(\d{3})(?:\s*-\s*(\d{3}))?$/.exec(text) ?? []
  return from === undefined ? undefined : { from: Number(from), to: Number(to) }
}
