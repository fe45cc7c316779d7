import { countDays } from '../calendar/index.ts'
import { bucketUsage, type MeteredCharge, type Metric, type MetricUsage, type UsageSpan } from '../metering/index.ts'
import { type ChargeFee, chargeFees, isStoredFee, type PricedCharge, trueUp } from './charge-fee.ts'
import {
  isSubscriptionFeeDue,
  type SubscriptionFee,
  type SubscriptionFeeInput,
  subscriptionFee,
} from './subscription-fee.ts'
import { type InvoiceTotals, invoiceTotals } from './totals.ts'

/** A charge of the plan with the usage it is billed for, as they were when the invoice was computed. */
export interface ChargeSnapshot {
  readonly chargeId: string
  readonly metric: Metric
  readonly metered: MeteredCharge
  readonly priced: PricedCharge
  /** The least the charge costs in a full period; 0 for no minimum. */
  readonly minAmountCents: bigint
  readonly usage: MetricUsage
  readonly span: UsageSpan
}

/** One subscription on the invoice, with everything its fees depend on. */
export interface SubscriptionSnapshot {
  readonly subscriptionId: string
  readonly base: SubscriptionFeeInput
  /** The charges whose usage this invoice bills; none where usage is not billed now. */
  readonly charges: readonly ChargeSnapshot[]
}

export type AssembledFee =
  | { readonly kind: 'subscription'; readonly subscriptionId: string; readonly fee: SubscriptionFee }
  | {
      readonly kind: 'charge'
      readonly subscriptionId: string
      readonly chargeId: string
      readonly fee: ChargeFee
      /** Set on a true-up: the place, among the invoice's fees, of the fee that it completes. */
      readonly trueUpOf: number | null
    }

export interface AssembledInvoice {
  readonly fees: readonly AssembledFee[]
  readonly totals: InvoiceTotals
}

/**
 * Computes an invoice from its snapshot: the base fee of each subscription where it is due, then its usage fees charge by
 * charge with their true-ups, then the totals. The same snapshot always gives the same invoice.
 */
export function assembleInvoice(subscriptions: readonly SubscriptionSnapshot[]): AssembledInvoice {
  const fees: AssembledFee[] = []
  for (const subscription of subscriptions) {
    const { subscriptionId, base } = subscription
    if (isSubscriptionFeeDue(base)) fees.push({ kind: 'subscription', subscriptionId, fee: subscriptionFee(base) })
    for (const charge of subscription.charges) addChargeFees(fees, subscription, charge)
  }
  return { fees, totals: invoiceTotals(fees.map(({ fee }) => fee)) }
}

function addChargeFees(fees: AssembledFee[], subscription: SubscriptionSnapshot, charge: ChargeSnapshot): void {
  const { subscriptionId } = subscription
  const { chargeId } = charge
  const computed = chargeFees(charge.priced, bucketUsage(charge.metered, charge.metric, charge.usage, charge.span))
  const completion = trueUpOf(subscription, charge, computed)
  let parent: number | null = null
  for (const fee of computed) {
    const hasTrueUp = completion?.parent === fee
    if (!isStoredFee(fee, { isAdjusted: false, hasTrueUp })) continue
    if (hasTrueUp) parent = fees.length
    fees.push({ kind: 'charge', subscriptionId, chargeId, fee, trueUpOf: null })
  }
  if (completion !== null)
    fees.push({ kind: 'charge', subscriptionId, chargeId, fee: completion.fee, trueUpOf: parent })
}

function trueUpOf({ base }: SubscriptionSnapshot, charge: ChargeSnapshot, fees: readonly ChargeFee[]) {
  const { charges: period, chargesDuration } = base.boundaries
  if (charge.minAmountCents === 0n || period === null) return null
  const days = countDays(period.from, period.to, base.terms.timeZone)
  const upgradeDay = base.terms.successor === 'upgrade' ? 1 : 0
  const minimum = {
    minAmountCents: charge.minAmountCents,
    days: Math.max(days - upgradeDay, 0),
    fullPeriodDays: chargesDuration,
  }
  return trueUp(fees, minimum, charge.priced.currency)
}
