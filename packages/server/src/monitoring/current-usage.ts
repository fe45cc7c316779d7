import type { CurrentUsage } from '../usage/index.ts'

/** What the usage costs, in cents. */
export function usageAmountCents(usage: CurrentUsage): bigint {
  return usage.charges.flatMap(({ fees }) => fees).reduce((sum, fee) => sum + fee.amountCents, 0n)
}
