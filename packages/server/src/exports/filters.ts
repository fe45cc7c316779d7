import { Problems } from '../platform/errors.ts'
import { boolean, isRecord } from '../platform/http/input.ts'
import { isUuid } from '../platform/ids.ts'

/** What a filter of a list may be; a list of words: some of them. */
export type FilterKind = 'text' | 'date' | 'cents' | 'flag' | 'codes' | 'id' | 'ids' | readonly string[]
export type FilterKinds = Readonly<Record<string, FilterKind>>

/** The filters of an export, as it keeps and shows them. */
export type Filters = Readonly<Record<string, string | boolean | readonly string[]>>

/**
 * Reads the filters of an export. Unlike a list, whose reader sees what came of it, a file that was made with a filter that
 * could not be understood would be taken for something else than it is: it is refused.
 *
 * @throws 422 with the code of each filter that is wrong: `unknown_filter`, `value_is_invalid`, `invalid_date`
 */
export function readFilters(kinds: FilterKinds, given: unknown): Filters {
  const problems = new Problems()
  const filters: Record<string, string | boolean | readonly string[]> = {}
  if (!isRecord(given ?? {})) problems.add('filters', 'value_is_invalid')
  for (const [name, value] of Object.entries(isRecord(given) ? given : {})) {
    const kind = kinds[name]
    if (kind === undefined) problems.add(name, 'unknown_filter')
    else if (!isBlank(value)) {
      const read = readFilter(kind, value)
      if (read === undefined) problems.add(name, kind === 'date' ? 'invalid_date' : 'value_is_invalid')
      else filters[name] = read
    }
  }
  problems.throwIfAny()
  return filters
}

/** The filters as the query of their list would say them. */
export function queryOf(filters: Filters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [name, typeof value === 'boolean' ? String(value) : value]),
  )
}

/** No condition. */
function isBlank(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function readFilter(kind: FilterKind, value: unknown): string | boolean | readonly string[] | undefined {
  switch (kind) {
    case 'text':
      return textOf(value)
    case 'date':
      return readDate(textOf(value))
    case 'cents':
      return matching(/^-?\d{1,18}$/, textOf(value))
    case 'flag':
      return readFlag(value)
    case 'id':
      return only(textOf(value), isUuid)
    case 'ids':
      return listOf(value, isUuid)
    case 'codes':
      return listOf(value, () => true)
    default:
      return listOf(value, word => kind.includes(word))
  }
}

function textOf(value: unknown): string | undefined {
  if (JSON.isRawJSON(value)) return value.rawJSON
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** One alone counts as a list of it. */
function listOf(value: unknown, isAllowed: (item: string) => boolean): readonly string[] | undefined {
  const items = (Array.isArray(value) ? value : [value]).map(textOf)
  return items.every(item => item !== undefined && isAllowed(item)) ? (items as string[]) : undefined
}

function readFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' || value === 'false' ? (boolean(value) ?? undefined) : undefined
}

function readDate(text: string | undefined): string | undefined {
  try {
    const date = text === undefined ? undefined : Temporal.PlainDate.from(text, { overflow: 'reject' })
    // The years that the database has, too.
    return date !== undefined && date.year >= 1 && date.year <= 9999 ? date.toString() : undefined
  } catch {
    return undefined
  }
}

function matching(pattern: RegExp, text: string | undefined): string | undefined {
  return only(text, candidate => pattern.test(candidate))
}

function only(text: string | undefined, isAllowed: (text: string) => boolean): string | undefined {
  return text !== undefined && isAllowed(text) ? text : undefined
}
