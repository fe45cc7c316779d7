import type { AddOnOption, Feature, FullPlan, PlanMetric, PlanTax } from '../../api/plans.ts'
import { useMay } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { type PlanDraft, planDraft } from './plan-draft.ts'

const MANY = 500

/** A plan with what it refers to, ready to be told or edited. Names that the role may not read go by their codes. */
export function usePlan(code: string, enabled = true) {
  const may = useMay()
  const found = useGet<{ plan: FullPlan }>(`/plans/${encodeURIComponent(code)}`, {}, { enabled })
  const readable = (resource: string) => ({ enabled: enabled && may(resource, 'read') })
  const metrics = useGet<{ billable_metrics: PlanMetric[] }>(
    '/billable_metrics',
    { per_page: MANY },
    readable('billable_metric'),
  )
  const addOns = useGet<{ add_ons: AddOnOption[] }>('/add_ons', { per_page: MANY }, readable('add_on'))
  const features = useGet<{ features: Feature[] }>('/features', { per_page: MANY }, readable('feature'))
  const isReady =
    found.data !== undefined &&
    [metrics, addOns, features].every(query => !query.isFetching || query.data !== undefined)
  const plan = isReady ? found.data.plan : undefined
  const draft = plan && draftOf(plan, metrics.data?.billable_metrics, addOns.data?.add_ons, features.data?.features)
  return { found, plan, draft }
}

/** The taxes that a plan may have; none for a role that may not read them. */
export function usePlanTaxes(): readonly PlanTax[] {
  const { data } = useGet<{ taxes: PlanTax[] }>('/taxes', { per_page: 100 }, { enabled: useMay()('tax', 'read') })
  return data?.taxes ?? []
}

function draftOf(
  plan: FullPlan,
  metrics: readonly PlanMetric[] = [],
  addOns: readonly AddOnOption[] = [],
  features: readonly Feature[] = [],
): PlanDraft {
  const known = new Map(metrics.map(metric => [metric.code, metric]))
  for (const charge of plan.charges) {
    if (known.has(charge.billable_metric_code)) continue
    known.set(charge.billable_metric_code, {
      lago_id: charge.lago_billable_metric_id,
      name: charge.billable_metric_code,
      code: charge.billable_metric_code,
      aggregation_type: 'sum_agg',
      recurring: charge.prorated,
      rounding_function: null,
      rounding_precision: null,
      filters: [],
    })
  }
  return planDraft(plan, {
    metrics: known,
    addOns: new Map(addOns.map(addOn => [addOn.code, addOn.name])),
    privileges: new Map(features.map(feature => [feature.code, feature.privileges])),
  })
}
