interface Created {
  readonly id: string
  readonly createdAt: Temporal.Instant
}

/**
 * The order of the charges of a plan in lists. Those that one payload made have one time of creation: the later ones come
 * first then, as ids grow.
 */
export function newestFirst(left: Created, right: Created): number {
  return Temporal.Instant.compare(right.createdAt, left.createdAt) || (left.id < right.id ? 1 : -1)
}
