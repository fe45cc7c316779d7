/** What a subscription has used over its whole life, in cents, all of them 0 or more. */
export interface LifetimeAmounts {
  /** From before the subscription was known here. */
  readonly historical: bigint
  readonly invoiced: bigint
  /** Of the running period. */
  readonly current: bigint
  /** What of the running period was billed already because a threshold was passed. */
  readonly progressivelyBilled: bigint
}

export interface PassedThresholds {
  /** Amounts, ascending. */
  readonly fixed: readonly bigint[]
  /** Whether the recurring threshold was passed: once, however many of its steps lie behind. */
  readonly recurring: boolean
}

const NONE: PassedThresholds = { fixed: [], recurring: false }

/**
 * Which usage thresholds a subscription has passed since it was last billed for passing some.
 *
 * Until the last fixed threshold is billed, a recurring one counts from it; from then on its steps are multiples of it
 * counted from 0.
 *
 * @param thresholds positive amounts in cents, in any order
 * @example
 * passedUsageThresholds({ fixed: [6000n, 15000n], recurring: 5000n },
 *   { historical: 0n, invoiced: 15500n, current: 4500n, progressivelyBilled: 0n }) // recurring: 500 + 4500 >= 5000
 */
export function passedUsageThresholds(
  thresholds: { readonly fixed: readonly bigint[]; readonly recurring: bigint | null },
  { historical, invoiced, current, progressivelyBilled }: LifetimeAmounts,
): PassedThresholds {
  const actual = current - progressivelyBilled
  if (actual < 0n) return NONE
  const done = historical + invoiced + progressivelyBilled
  const total = done + actual
  const { recurring } = thresholds
  const last = thresholds.fixed.reduce((most, amount) => (amount > most ? amount : most), 0n)
  if (done < last) {
    return {
      fixed: thresholds.fixed.filter(amount => amount > done && amount <= total).toSorted((a, b) => (a < b ? -1 : 1)),
      recurring: recurring !== null && total - last >= recurring,
    }
  }
  return { fixed: [], recurring: recurring !== null && actual + (done % recurring) >= recurring }
}
