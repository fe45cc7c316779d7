export type Printed = Readonly<Record<string, unknown>>

/** What differs between two forms of an object, by its top-level keys: before and after. When it was touched is none of it. */
export function changesBetween(before: Printed, after: Printed): Record<string, [before: unknown, after: unknown]> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(
    keys
      .filter(key => key !== 'updated_at' && text(before[key]) !== text(after[key]))
      .map(key => [key, [before[key] ?? null, after[key] ?? null]]),
  )
}

/** As it is on the wire: what is compared is what is shown. */
function text(value: unknown): string {
  return JSON.stringify(value ?? null)
}
