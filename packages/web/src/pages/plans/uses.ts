import type { PlanUses } from '../../api/plans.ts'
import { useGet } from '../../app/queries.ts'

/** Who has plans, by their codes; undefined until it is known. */
export function usePlanUses(codes: readonly string[]): ReadonlyMap<string, PlanUses> | undefined {
  const { data } = useGet<{ plan_uses: PlanUses[] }>(
    '/uses/plans',
    { plan_codes: codes },
    { enabled: codes.length > 0, keep: true },
  )
  return data && new Map(data.plan_uses.map(uses => [uses.plan_code, uses]))
}
