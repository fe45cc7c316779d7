import { randomBytes, randomUUID } from 'node:crypto'

let lastMillisecond = 0
let sequence = 0

/**
 * A UUIDv7: sortable by the time it was made. Ids made by one process in one millisecond keep their order through a
 * 12-bit counter in the `rand_a` field (RFC 9562, method 1). The real clock is right here: an id is not business time.
 */
export function newId(): string {
  const now = performance.timeOrigin + performance.now()
  const millisecond = Math.max(Math.floor(now), lastMillisecond)
  sequence = millisecond === lastMillisecond ? sequence + 1 : (randomBytes(1)[0] ?? 0)
  lastMillisecond = millisecond
  if (sequence > 0xfff) {
    lastMillisecond += 1
    sequence = 0
  }
  const time = lastMillisecond.toString(16).padStart(12, '0')
  const counter = sequence.toString(16).padStart(3, '0')
  const random = randomUUID()
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${random.slice(19)}`
}

/** What every id that {@link newId} makes from an instant on is greater than. */
export function lowestIdAt(instant: Temporal.Instant): string {
  const time = instant.epochMilliseconds.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

/** True for any UUID, whatever its version: malformed ids in paths are "not found", never a database error. */
export function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)
}
