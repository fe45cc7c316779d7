/** A query parameter as text; undefined when it is absent, empty or no text. */
export function asText(value: unknown): string | undefined {
  // The database refuses to be asked for texts with a NUL character, and has none.
  return typeof value === 'string' && value !== '' ? value.replaceAll('\0', '\ufffd') : undefined
}

/** A query parameter that may be given several times, as texts. */
export function asList(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value]
  return values.flatMap(item => asText(item) ?? [])
}
