/** Credits that came into a wallet and of which something is left. */
export interface Inbound {
  readonly id: string
  readonly priority: number
  readonly granted: boolean
  readonly createdAt: Temporal.Instant
  readonly remainingAmountCents: bigint
}

/** What one inbound transaction gives to an outbound one. */
export interface Funding {
  readonly inboundId: string
  readonly amountCents: bigint
}

/**
 * From which inbound transactions money is taken: by priority, then granted before purchased, then oldest first. What they
 * give is less than asked for where they do not have enough.
 */
export function fundFrom(inbounds: readonly Inbound[], amountCents: bigint): Funding[] {
  const fundings: Funding[] = []
  let left = amountCents
  for (const inbound of inbounds.toSorted(inOrder)) {
    if (left <= 0n) break
    const part = inbound.remainingAmountCents < left ? inbound.remainingAmountCents : left
    if (part <= 0n) continue
    fundings.push({ inboundId: inbound.id, amountCents: part })
    left -= part
  }
  return fundings
}

function inOrder(a: Inbound, b: Inbound): number {
  return (
    a.priority - b.priority ||
    Number(b.granted) - Number(a.granted) ||
    Temporal.Instant.compare(a.createdAt, b.createdAt)
  )
}
