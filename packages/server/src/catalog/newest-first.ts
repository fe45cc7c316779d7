interface Created {
  readonly id: string
  readonly createdAt: Temporal.Instant
}

/** The order of lists that name no other. */
export function newestFirst(left: Created, right: Created): number {
  return Temporal.Instant.compare(right.createdAt, left.createdAt) || (left.id < right.id ? -1 : 1)
}
