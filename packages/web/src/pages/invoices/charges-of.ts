import type { Subscription } from '../../api/types.ts'
import { useGet } from '../../app/queries.ts'

/** A charge of a plan, or one of its filters, that a line may be of. */
export interface Chargeable {
  readonly charge_id: string
  readonly charge_filter_id: string | undefined
  readonly label: string
  /** The code of the unit that it is priced in; undefined for the currency. */
  readonly unit: string | undefined
}

interface PlanCharges {
  readonly subscription: {
    readonly plan: {
      readonly charges: readonly {
        readonly lago_id: string
        readonly invoice_display_name: string | null
        readonly billable_metric_code: string
        readonly applied_pricing_unit: { readonly code: string } | null
        readonly filters: readonly {
          readonly lago_id: string
          readonly invoice_display_name: string | null
          readonly values: Readonly<Record<string, readonly string[]>>
        }[]
      }[]
    }
  }
}

/** What the plan of a subscription charges for: each charge, and each of its filters. */
export function useChargeables(subscription: Subscription | undefined): readonly Chargeable[] {
  const found = useGet<PlanCharges>(
    `/subscriptions/${encodeURIComponent(subscription?.external_id ?? '')}`,
    { status: subscription?.status },
    { enabled: subscription !== undefined },
  )
  return (found.data?.subscription.plan.charges ?? []).flatMap(charge => {
    const label = charge.invoice_display_name || charge.billable_metric_code
    const unit = charge.applied_pricing_unit?.code
    return [
      { charge_id: charge.lago_id, charge_filter_id: undefined, label, unit },
      ...charge.filters.map(filter => ({
        charge_id: charge.lago_id,
        charge_filter_id: filter.lago_id,
        unit,
        label: `${label} · ${filter.invoice_display_name || Object.values(filter.values).flat().join(', ')}`,
      })),
    ]
  })
}
