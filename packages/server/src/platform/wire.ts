/** How values leave the API. */

/** ISO 8601, UTC, whole seconds, truncated: `2024-03-07T09:15:02Z`. */
export function formatInstant(instant: Temporal.Instant): string
export function formatInstant(instant: Temporal.Instant | null): string | null
export function formatInstant(instant: Temporal.Instant | null): string | null {
  return instant === null ? null : instant.toString({ smallestUnit: 'second', roundingMode: 'trunc' })
}

/** ISO 8601, UTC, milliseconds, truncated: `2024-03-07T09:15:02.125Z`. */
export function formatInstantMs(instant: Temporal.Instant): string
export function formatInstantMs(instant: Temporal.Instant | null): string | null
export function formatInstantMs(instant: Temporal.Instant | null): string | null {
  return instant === null ? null : instant.toString({ smallestUnit: 'millisecond', roundingMode: 'trunc' })
}

/** ISO 8601 with a numeric offset, whole seconds, truncated: `2024-05-31T23:59:59+00:00`. Fees print their periods so. */
export function formatInstantOffset(instant: Temporal.Instant | null): string | null {
  return instant === null ? null : formatInstant(instant).replace('Z', '+00:00')
}

/** An integer as JSON prints it: raw JSON where a JavaScript number would lose digits. */
export type WireInteger = number | ReturnType<typeof JSON.rawJSON>

/** Cents as a JSON integer, exact whatever their size. */
export function formatCents(cents: bigint): WireInteger
export function formatCents(cents: bigint | null): WireInteger | null
export function formatCents(cents: bigint | null): WireInteger | null {
  if (cents === null) return null
  const number = Number(cents)
  return Number.isSafeInteger(number) ? number : JSON.rawJSON(cents.toString())
}

/** The cents that {@link formatCents} printed. */
export function readCents(cents: WireInteger): bigint {
  return BigInt(typeof cents === 'number' ? cents : cents.rawJSON)
}
