/**
 * An ISO 8601 date or date and time. A bare date is midnight UTC; a time without offset is UTC.
 *
 * @returns undefined when the text is neither
 */
export function parseInstant(text: string): Temporal.Instant | undefined {
  const value = text.trim()
  // There is no year 0 in the calendar of the database.
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}/.test(value)) return undefined
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return Temporal.PlainDate.from(value).toZonedDateTime('UTC').toInstant()
    const normalized = value.replace(' ', 'T')
    if (/([zZ]|[+-]\d{2}(:?\d{2})?)$/.test(normalized)) return Temporal.Instant.from(normalized)
    return Temporal.PlainDateTime.from(normalized).toZonedDateTime('UTC').toInstant()
  } catch {
    return undefined
  }
}

/**
 * The calendar date that a text begins with, as filters of lists take it.
 *
 * @returns undefined when it begins with none
 */
export function parseLeadingDate(text: string): Temporal.PlainDate | undefined {
  const date = /^(?!0000)\d{4}-\d{2}-\d{2}/.exec(text)?.[0]
  try {
    return date === undefined ? undefined : Temporal.PlainDate.from(date, { overflow: 'reject' })
  } catch {
    return undefined
  }
}
