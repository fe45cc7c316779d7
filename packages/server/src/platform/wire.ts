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

/** Cents as a JSON number. Amounts beyond 2^53 cents do not fit one and are refused rather than printed wrong. */
export function formatCents(cents: bigint): number
export function formatCents(cents: bigint | null): number | null
export function formatCents(cents: bigint | null): number | null {
  if (cents === null) return null
  const number = Number(cents)
  if (!Number.isSafeInteger(number)) throw new RangeError(`amount of ${cents} cents is too large for a JSON number`)
  return number
}
