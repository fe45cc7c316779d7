import type { PlanUses } from '../../api/plans.ts'
import { useGet } from '../../app/queries.ts'

/** Who has plans, by their codes; undefined until it is known. */
export function usePlanUses(codes: readonly string[]): ReadonlyMap<string, PlanUses> | undefined {
  const { data } = useAsked(codes)
  return data && new Map(data.plan_uses.map(uses => [uses.plan_code, uses]))
}

/** Who has a plan, and the question itself, for what must not go on without the answer. */
export function useUsesOf(code: string) {
  const asked = useAsked([code])
  return { asked, uses: asked.data?.plan_uses.find(({ plan_code }) => plan_code === code) }
}

function useAsked(codes: readonly string[]) {
  return useGet<{ plan_uses: PlanUses[] }>(
    '/uses/plans',
    { plan_codes: codes },
    { enabled: codes.length > 0, keep: true },
  )
}
